//! Automatic training: a solution with `performAutoTraining` gets a new version when its last one is
//! as many days old as its `schedulingExpression` says. Days are those of the clock, whatever `--pace`
//! is, so a server that runs for an afternoon trains nothing by itself.

use std::{sync::Arc, time::Duration};

use serde_json::Value;
use tokio::time::interval;

use super::solution_version::begin_automatic;
use crate::{
    app::App,
    clock::epoch_seconds,
    estate::{Estate, Resource},
    lifecycle::report,
    resources::{Solution, Status},
};

/// How often solutions are looked at.
const EVERY: Duration = Duration::from_secs(60);
/// Days between two trainings when the solution does not say.
const USUAL_DAYS: u32 = 7;

/// Looks at all solutions from time to time, as long as the server runs.
pub(crate) fn begin(app: &Arc<App>) {
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        let mut clock = interval(EVERY);
        loop {
            clock.tick().await;
            let Some(app) = app.upgrade() else { return };
            let now = epoch_seconds();
            for solution in app.read(|estate| due(estate, now)) {
                let arn = solution.solution_arn.clone();
                report(&arn, begin_automatic(&app, solution));
            }
        }
    });
}

fn due(estate: &Estate, now: f64) -> Vec<Solution> {
    let solutions = estate.solutions.values();
    let due = solutions.filter(|one| {
        let versions = estate.solution_versions.values();
        let last = versions
            .filter(|version| version.solution_arn == one.solution_arn)
            .map(Resource::created)
            .fold(one.created(), f64::max);
        let days = days(one.solution_config.as_ref());
        one.perform_auto_training
            && one.life.status == Status::Active
            && now - last >= f64::from(days) * 86_400.0
    });
    due.cloned().collect()
}

/// The days of a solution's `schedulingExpression`.
fn days(config: Option<&Value>) -> u32 {
    let expression =
        config.and_then(|config| config["autoTrainingConfig"]["schedulingExpression"].as_str());
    expression.and_then(parse).unwrap_or(USUAL_DAYS)
}

/// Reads `rate(3 days)`: 1 to 30 days.
pub(super) fn parse(expression: &str) -> Option<u32> {
    let inside = expression.strip_prefix("rate(")?.strip_suffix(')')?;
    let (number, unit) = inside.split_once(' ')?;
    let days = number.parse().ok()?;
    (matches!(unit, "day" | "days") && (1..=30).contains(&days)).then_some(days)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schedule_is_a_rate_of_days() {
        assert_eq!(parse("rate(1 day)"), Some(1));
        assert_eq!(parse("rate(30 days)"), Some(30));
        for wrong in [
            "",
            "rate(0 days)",
            "rate(31 days)",
            "rate(5 hours)",
            "cron(1)",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_solution_is_due_when_its_last_training_is_old_enough() {
        let mut estate = Estate::default();
        let solution: Solution = serde_json::from_value(json!({
            "name": "s", "solutionArn": "s", "performHPO": false, "performAutoML": false,
            "performAutoTraining": true, "recipeArn": "r", "datasetGroupArn": "g",
            "solutionConfig": {"autoTrainingConfig": {"schedulingExpression": "rate(2 days)"}},
            "status": "ACTIVE", "creationDateTime": 0.0, "lastUpdatedDateTime": 0.0,
        }))
        .unwrap();
        estate.solutions.insert("s".to_owned(), solution);
        assert!(due(&estate, 86_400.0).is_empty());
        assert_eq!(due(&estate, 2.0 * 86_400.0).len(), 1);
        if let Some(solution) = estate.solutions.get_mut("s") {
            solution.perform_auto_training = false;
        }
        assert!(due(&estate, 9.0 * 86_400.0).is_empty());
    }
}
