//! Whether a version goes into service. Pure.
//!
//! Offline metrics come from held-out data of each version's own training, so a small loss may be
//! chance: that is what the rule's tolerance is for.

use serde::Serialize;
use shared::config::Evaluation;

use crate::metrics::Metrics;

/// What becomes of the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Decision {
    /// The campaign moves to it.
    Promote,
    /// The campaign stays where it is.
    Keep,
}

/// What the version stands against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Rival<'a> {
    /// No campaign is declared for the solution.
    NoCampaign,
    /// The campaign is not made yet, or its making failed.
    NoneInService,
    /// The version itself.
    Itself,
    /// Another version, with its metrics.
    InService(&'a Metrics),
}

/// A decision and why, for a person.
pub(crate) type Reasoned = (Decision, String);

/// Decides about a version with the metrics `candidate`.
pub(crate) fn decide(rule: &Evaluation, candidate: &Metrics, rival: Rival<'_>) -> Reasoned {
    let name = &rule.metric;
    let in_service = match rival {
        Rival::NoCampaign => {
            return keep(
                "no campaign is declared for this solution: there is nowhere to put it".into(),
            );
        }
        Rival::Itself => return keep("this version is in service already".into()),
        Rival::NoneInService => None,
        Rival::InService(metrics) => metrics.get(name).copied(),
    };
    match candidate.get(name).copied() {
        None => unmeasured(name, candidate, in_service),
        Some(value) if !value.is_finite() => keep(format!(
            "{name} is not a number: the data held out for evaluation has nothing to count; train on more interactions"
        )),
        Some(value) if value < rule.floor => keep(format!(
            "{name} {value:.4} is below the floor {}",
            rule.floor
        )),
        Some(value) => match (rival, in_service.filter(|value| value.is_finite())) {
            (_, Some(served)) => compare(rule, value, served),
            (Rival::InService(_), None) => promote(format!(
                "{name} {value:.4} reaches the floor {}, and the version in service has no such metric to compare with",
                rule.floor
            )),
            (_, None) => promote(format!(
                "{name} {value:.4} reaches the floor {}, and nothing is in service",
                rule.floor
            )),
        },
    }
}

fn compare(rule: &Evaluation, value: f64, served: f64) -> Reasoned {
    let name = &rule.metric;
    let least = served * (1.0 - rule.tolerance);
    if value >= least {
        promote(format!(
            "{name} {value:.4} against {served:.4} in service: not below {least:.4}, which the tolerance {} allows",
            rule.tolerance
        ))
    } else {
        keep(format!(
            "{name} {value:.4} is worse than {served:.4} in service by more than the tolerance {}",
            rule.tolerance
        ))
    }
}

/// Recipes differ in their metrics. One without the metric is not held back for what its recipe
/// never has; but a version that lost the metric its predecessor had is not comparable.
fn unmeasured(name: &str, candidate: &Metrics, in_service: Option<f64>) -> Reasoned {
    if in_service.is_some() {
        return keep(format!(
            "the version in service has {name}, and this one lacks it: they cannot be compared"
        ));
    }
    let names: Vec<&str> = candidate.keys().map(String::as_str).collect();
    let given = if names.is_empty() {
        "none at all".to_owned()
    } else {
        names.join(", ")
    };
    promote(format!(
        "its recipe has no {name} to decide by (it gives {given})"
    ))
}

fn promote(reason: String) -> Reasoned {
    (Decision::Promote, reason)
}

fn keep(reason: String) -> Reasoned {
    (Decision::Keep, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "ndcg";

    fn rule() -> Evaluation {
        Evaluation {
            metric: RULE.to_owned(),
            floor: 0.01,
            tolerance: 0.1,
            coverage_tolerance: 0.5,
        }
    }

    fn of(value: f64) -> Metrics {
        Metrics::from([(RULE.to_owned(), value)])
    }

    #[track_caller]
    fn assert_decides(candidate: &Metrics, rival: Rival<'_>, expected: Decision, because: &str) {
        let (decision, reason) = decide(&rule(), candidate, rival);
        assert_eq!(decision, expected, "{reason}");
        assert!(reason.contains(because), "{reason}");
    }

    #[test]
    fn the_first_version_only_has_to_reach_the_floor() {
        assert_decides(
            &of(0.01),
            Rival::NoneInService,
            Decision::Promote,
            "nothing is in service",
        );
        assert_decides(
            &of(0.0099),
            Rival::NoneInService,
            Decision::Keep,
            "below the floor",
        );
    }

    #[test]
    fn the_tolerance_is_a_share_of_the_value_in_service() {
        let served = of(0.2);
        assert_decides(
            &of(0.25),
            Rival::InService(&served),
            Decision::Promote,
            "in service",
        );
        assert_decides(
            &of(0.181),
            Rival::InService(&served),
            Decision::Promote,
            "tolerance",
        );
        assert_decides(
            &of(0.179),
            Rival::InService(&served),
            Decision::Keep,
            "worse than 0.2000",
        );
    }

    #[test]
    fn the_floor_holds_also_against_a_worse_version_in_service() {
        assert_decides(
            &of(0.005),
            Rival::InService(&of(0.001)),
            Decision::Keep,
            "floor",
        );
    }

    #[test]
    fn not_a_number_never_goes_into_service_and_is_no_bar_in_it() {
        assert_decides(
            &of(f64::NAN),
            Rival::NoneInService,
            Decision::Keep,
            "not a number",
        );
        assert_decides(
            &of(0.5),
            Rival::InService(&of(f64::NAN)),
            Decision::Promote,
            "no such metric",
        );
    }

    #[test]
    fn a_recipe_without_the_metric_is_not_held_back() {
        let other = Metrics::from([("coverage".to_owned(), 0.3)]);
        assert_decides(
            &other,
            Rival::NoneInService,
            Decision::Promote,
            "it gives coverage",
        );
        assert_decides(
            &other,
            Rival::InService(&other),
            Decision::Promote,
            "no ndcg",
        );
        assert_decides(
            &Metrics::new(),
            Rival::NoneInService,
            Decision::Promote,
            "none at all",
        );
    }

    #[test]
    fn a_version_that_lost_the_metric_is_not_comparable() {
        let served = of(0.2);
        assert_decides(
            &Metrics::new(),
            Rival::InService(&served),
            Decision::Keep,
            "lacks it",
        );
    }

    #[test]
    fn what_is_in_service_or_has_no_campaign_stays() {
        assert_decides(
            &of(0.5),
            Rival::Itself,
            Decision::Keep,
            "in service already",
        );
        assert_decides(
            &of(0.5),
            Rival::NoCampaign,
            Decision::Keep,
            "no campaign is declared",
        );
    }
}
