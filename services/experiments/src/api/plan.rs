//! How many units and days an experiment needs, before it starts.

use axum::Json;
use experiment::statistics::power::{Baseline, Question, SampleSize, days, sample_size};
use serde::{Deserialize, Serialize};

use super::body::Body;
use crate::error::ServiceError;

/// What is asked.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Plan {
    /// `{"rate": 0.04}` or `{"mean": {"mean": 3.1, "deviation": 20}}`.
    baseline: Baseline,
    /// Relative: 0.05 is five per cent.
    minimum_effect: f64,
    #[serde(default = "five_per_cent")]
    alpha: f64,
    #[serde(default = "four_fifths")]
    power: f64,
    #[serde(default = "two")]
    arms: u32,
    /// The correlation of the metric with the same one before: CUPED takes out its square.
    #[serde(default)]
    cuped_correlation: f64,
    /// New units a day, of those that the experiment's share and ramp let in.
    daily_units: Option<f64>,
}

/// What is needed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Needed {
    #[serde(flatten)]
    size: SampleSize,
    /// How long that takes; none without `dailyUnits`.
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<u32>,
}

fn five_per_cent() -> f64 {
    0.05
}

fn four_fifths() -> f64 {
    0.8
}

fn two() -> u32 {
    2
}

pub(super) async fn plan(Body(plan): Body<Plan>) -> Result<Json<Needed>, ServiceError> {
    needed(&plan).map(Json)
}

fn needed(plan: &Plan) -> Result<Needed, ServiceError> {
    let unsound = |error: experiment::statistics::power::PowerError| {
        ServiceError::Unsound(vec![error.to_string()])
    };
    let question = Question {
        baseline: plan.baseline,
        minimum_effect: plan.minimum_effect,
        alpha: plan.alpha,
        power: plan.power,
        arms: plan.arms,
        variance_reduction: plan.cuped_correlation.powi(2),
    };
    let size = sample_size(&question).map_err(unsound)?;
    let days = plan
        .daily_units
        .map(|daily| days(size.sequential_units, daily));
    let days = days.transpose().map_err(unsound)?;
    Ok(Needed { size, days })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(json: &str) -> Result<Needed, ServiceError> {
        needed(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn units_and_days_of_a_conversion_rate() {
        let asked = r#"{"baseline": {"rate": 0.04}, "minimumEffect": 0.1, "dailyUnits": 10000}"#;
        let plain = ask(asked).unwrap();
        assert!(plain.size.sequential_units > 2 * plain.size.fixed_per_arm);
        assert_eq!(
            plain.days,
            Some(plain.size.sequential_units.div_ceil(10_000) as u32)
        );
        let cuped =
            r#"{"baseline": {"rate": 0.04}, "minimumEffect": 0.1, "cupedCorrelation": 0.7}"#;
        let cuped = ask(cuped).unwrap();
        assert!(cuped.size.sequential_units * 100 < plain.size.sequential_units * 52);
    }

    #[test]
    fn a_question_without_an_answer_says_why() {
        let refused = ask(r#"{"baseline": {"rate": 2}, "minimumEffect": 0.1}"#).unwrap_err();
        assert!(refused.to_string().contains("rate"), "{refused}");
    }
}
