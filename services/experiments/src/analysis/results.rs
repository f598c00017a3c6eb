//! Results as they are kept, answered and drawn.

use experiment::{
    definition::Experiment,
    report::{InterleavingReport, Report},
    statistics::{guardrail::Verdict, interval::Interval},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::points::Point;

/// What is known of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Results {
    /// The definition at the time.
    pub(crate) experiment: Experiment,
    /// Epoch seconds of the analysis.
    pub(crate) updated_at: i64,
    /// Epoch seconds up to which events are counted.
    pub(crate) counted_until: i64,
    /// Units that were exposed.
    pub(crate) units: u64,
    /// Sights of units not exposed before that did not tell the arm that the unit is in.
    #[serde(default)]
    pub(crate) unassigned: u64,
    /// In the order of the experiment.
    pub(crate) arms: Vec<ArmResult>,
    /// Whether the units are where they should be; none when lists are blended.
    pub(crate) mismatch: Option<MismatchResult>,
    /// How much of the variance CUPED took out, 0 to 1.
    pub(crate) variance_reduction: f64,
    /// What to do; as the crate `experiment` says it.
    pub(crate) advice: Value,
    /// The intervals over time.
    pub(crate) points: Vec<Point>,
}

/// What is known of an arm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ArmResult {
    /// Its name.
    pub(crate) name: String,
    /// Whether the others are compared with it.
    pub(crate) control: bool,
    /// Its units; when lists are blended, those that prefer it or the control.
    pub(crate) units: u64,
    /// Those of its units that were shown another arm later; they count for this one.
    #[serde(default)]
    pub(crate) crossovers: u64,
    /// The mean of the primary metric; when lists are blended, none.
    pub(crate) mean: Option<f64>,
    /// The difference to the control, in the metric's unit.
    pub(crate) difference: Option<Bounds>,
    /// The same relative to the control; when lists are blended, the share that prefers the arm.
    pub(crate) lift: Option<Bounds>,
    /// Always valid.
    pub(crate) p_value: Option<f64>,
    /// In their order.
    pub(crate) guardrails: Vec<GuardrailResult>,
}

/// An estimate between bounds that hold at all times together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bounds {
    pub(crate) lower: f64,
    pub(crate) estimate: f64,
    pub(crate) upper: f64,
}

/// Whether the ratio of the arms is what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MismatchResult {
    pub(crate) alarm: bool,
    pub(crate) p_value: f64,
}

/// What a guardrail says of an arm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GuardrailResult {
    pub(crate) metric: String,
    /// `fine`, `watch` or `stop`.
    pub(crate) verdict: String,
    /// How far the arm is from being too bad, in the metric's unit.
    pub(crate) margin: f64,
}

/// When results were made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// Epoch seconds of the analysis.
    pub(crate) now: i64,
    /// Epoch seconds up to which events are counted.
    pub(crate) counted_until: i64,
}

impl From<Interval> for Bounds {
    fn from(interval: Interval) -> Self {
        Self {
            lower: interval.lower,
            estimate: interval.estimate,
            upper: interval.upper,
        }
    }
}

impl Results {
    /// Of arms, of which so many units each are crossovers.
    pub(crate) fn of_arms(
        experiment: &Experiment,
        report: &Report,
        crossovers: &[u64],
        at: Moment,
    ) -> Self {
        let arms = report.arms.iter().zip(crossovers);
        let arms = arms.map(|(arm, crossovers)| ArmResult {
            name: arm.name.clone(),
            control: arm.control,
            units: arm.units,
            crossovers: *crossovers,
            mean: Some(arm.mean),
            difference: arm.comparison.map(|found| found.difference.into()),
            lift: arm
                .comparison
                .and_then(|found| found.lift)
                .map(Bounds::from),
            p_value: arm.comparison.map(|found| found.p_value),
            guardrails: arm.guardrails.iter().map(guardrail).collect(),
        });
        Self {
            units: report.arms.iter().map(|arm| arm.units).sum(),
            arms: arms.collect(),
            mismatch: Some(MismatchResult {
                alarm: report.mismatch.alarm,
                p_value: report.mismatch.p_value,
            }),
            variance_reduction: report.variance_reduction,
            advice: serde_json::json!(report.advice),
            ..Self::new(experiment, at)
        }
    }

    /// Of blended lists, seen by `units`.
    pub(crate) fn of_blended(
        experiment: &Experiment,
        report: &InterleavingReport,
        units: u64,
        at: Moment,
    ) -> Self {
        let control = experiment.arms.iter().filter(|arm| arm.control);
        let control = control.map(|arm| ArmResult {
            control: true,
            ..ArmResult::named(&arm.name)
        });
        let others = report.arms.iter().map(|arm| ArmResult {
            units: arm.counts.wins + arm.counts.losses,
            lift: arm.preferred.share.map(Bounds::from),
            p_value: Some(arm.preferred.p_value),
            ..ArmResult::named(&arm.name)
        });
        let deciding: u64 = report
            .arms
            .iter()
            .map(|arm| arm.counts.wins + arm.counts.losses)
            .sum();
        let advice = match &report.winner {
            Some(arm) => serde_json::json!({"action": "winner", "arm": arm}),
            None => serde_json::json!({
                "action": "keepRunning", "units": deciding, "planned": experiment.plan.units,
            }),
        };
        Self {
            units,
            arms: control.chain(others).collect(),
            advice,
            ..Self::new(experiment, at)
        }
    }

    /// The intervals now.
    pub(crate) fn point(&self) -> Point {
        Point {
            at: self.updated_at,
            units: self.units,
            lifts: self.arms.iter().map(|arm| arm.lift).collect(),
        }
    }

    fn new(experiment: &Experiment, at: Moment) -> Self {
        Self {
            experiment: experiment.clone(),
            updated_at: at.now,
            counted_until: at.counted_until,
            units: 0,
            unassigned: 0,
            arms: Vec::new(),
            mismatch: None,
            variance_reduction: 0.0,
            advice: Value::Null,
            points: Vec::new(),
        }
    }
}

impl ArmResult {
    fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            control: false,
            units: 0,
            crossovers: 0,
            mean: None,
            difference: None,
            lift: None,
            p_value: None,
            guardrails: Vec::new(),
        }
    }
}

fn guardrail(found: &experiment::report::GuardrailReport) -> GuardrailResult {
    let verdict = match found.margin.verdict {
        Verdict::Fine => "fine",
        Verdict::Watch => "watch",
        Verdict::Stop => "stop",
    };
    GuardrailResult {
        metric: found.metric.clone(),
        verdict: verdict.to_owned(),
        margin: found.margin.estimate,
    }
}
