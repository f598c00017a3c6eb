//! Whether a version goes into service. Pure.
//!
//! Offline metrics come from held-out data of each version's own training, so a small loss may be
//! chance: that is what the rule's tolerance is for.

use serde::Serialize;
use shared::config::Evaluation;

use crate::metrics::Metrics;

/// Covers more of the catalogue, the more of it is recommended to anybody (developer guide,
/// "Evaluating a solution version with metrics").
const COVERAGE: &str = "coverage";

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

/// By what it was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Because {
    /// There is nothing to compare with.
    First,
    /// It is not worse than the tolerance allows.
    GoodEnough,
    /// It is below the floor.
    Floor,
    /// It is worse than the tolerance allows.
    Worse,
    /// It covers too little of the catalogue.
    Coverage,
    /// It has no number to decide by.
    NotMeasured,
    /// It is in service.
    InService,
    /// There is nowhere to put it.
    NoCampaign,
}

impl Because {
    /// The name in metrics, behind the decision's: `KeepFloor`.
    pub(crate) fn metric(self) -> &'static str {
        match self {
            Self::First => "PromoteFirst",
            Self::GoodEnough => "PromoteGoodEnough",
            Self::Floor => "KeepFloor",
            Self::Worse => "KeepWorse",
            Self::Coverage => "KeepCoverage",
            Self::NotMeasured => "KeepNotMeasured",
            Self::InService => "KeepInService",
            Self::NoCampaign => "KeepNoCampaign",
        }
    }
}

/// A decision and why.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Judgement {
    pub(crate) decision: Decision,
    pub(crate) because: Because,
    /// For a person.
    pub(crate) reason: String,
}

/// Decides about a version with the metrics `candidate`.
pub(crate) fn decide(rule: &Evaluation, candidate: &Metrics, rival: Rival<'_>) -> Judgement {
    let name = &rule.metric;
    let in_service = match rival {
        Rival::NoCampaign => {
            return keep(
                Because::NoCampaign,
                "no campaign is declared for this solution: there is nowhere to put it",
            );
        }
        Rival::Itself => return keep(Because::InService, "this version is in service already"),
        Rival::NoneInService => None,
        Rival::InService(metrics) => {
            if let Some(narrow) = narrower(rule, candidate, metrics) {
                return keep(Because::Coverage, narrow);
            }
            metrics.get(name).copied()
        }
    };
    match candidate.get(name).copied() {
        None => unmeasured(name, candidate, in_service),
        Some(value) if !value.is_finite() => keep(
            Because::NotMeasured,
            format!(
                "{name} is not a number: the data held out for evaluation has nothing to count; train on more interactions"
            ),
        ),
        Some(value) if value < rule.floor => keep(
            Because::Floor,
            format!("{name} {value:.4} is below the floor {}", rule.floor),
        ),
        Some(value) => match (rival, in_service.filter(|value| value.is_finite())) {
            (_, Some(served)) => compare(rule, value, served),
            (Rival::InService(_), None) => promote(
                Because::First,
                format!(
                    "{name} {value:.4} reaches the floor {}, and the version in service has no such metric to compare with",
                    rule.floor
                ),
            ),
            (_, None) => promote(
                Because::First,
                format!(
                    "{name} {value:.4} reaches the floor {}, and nothing is in service",
                    rule.floor
                ),
            ),
        },
    }
}

/// The guard that other metrics need: showing the same few products to everybody can be rewarded by
/// them, and takes the shelves away from all others.
fn narrower(rule: &Evaluation, candidate: &Metrics, served: &Metrics) -> Option<String> {
    let covered = |metrics: &Metrics| {
        let coverage = metrics.get(COVERAGE).copied();
        coverage.filter(|coverage| coverage.is_finite())
    };
    let (value, served) = (covered(candidate)?, covered(served)?);
    let least = served * (1.0 - rule.coverage_tolerance);
    (value < least).then(|| {
        format!(
            "{COVERAGE} {value:.4} is below {least:.4}, which the coverageTolerance {} allows against {served:.4} in service",
            rule.coverage_tolerance
        )
    })
}

fn compare(rule: &Evaluation, value: f64, served: f64) -> Judgement {
    let name = &rule.metric;
    let least = served * (1.0 - rule.tolerance);
    if value >= least {
        promote(
            Because::GoodEnough,
            format!(
                "{name} {value:.4} against {served:.4} in service: not below {least:.4}, which the tolerance {} allows",
                rule.tolerance
            ),
        )
    } else {
        keep(
            Because::Worse,
            format!(
                "{name} {value:.4} is worse than {served:.4} in service by more than the tolerance {}",
                rule.tolerance
            ),
        )
    }
}

/// Recipes differ in their metrics. One without the metric is not held back for what its recipe
/// never has; but a version that lost the metric its predecessor had is not comparable.
fn unmeasured(name: &str, candidate: &Metrics, in_service: Option<f64>) -> Judgement {
    if in_service.is_some() {
        return keep(
            Because::NotMeasured,
            format!(
                "the version in service has {name}, and this one lacks it: they cannot be compared"
            ),
        );
    }
    let names: Vec<&str> = candidate.keys().map(String::as_str).collect();
    let given = if names.is_empty() {
        "none at all".to_owned()
    } else {
        names.join(", ")
    };
    promote(
        Because::First,
        format!("its recipe has no {name} to decide by (it gives {given})"),
    )
}

fn promote(because: Because, reason: impl Into<String>) -> Judgement {
    Judgement {
        decision: Decision::Promote,
        because,
        reason: reason.into(),
    }
}

fn keep(because: Because, reason: impl Into<String>) -> Judgement {
    Judgement {
        decision: Decision::Keep,
        because,
        reason: reason.into(),
    }
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
        let judgement = decide(&rule(), candidate, rival);
        let reason = &judgement.reason;
        assert_eq!(judgement.decision, expected, "{reason}");
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

    #[test]
    fn better_metrics_do_not_make_up_for_a_narrow_choice() {
        let with = |value: f64, coverage: f64| {
            Metrics::from([(RULE.to_owned(), value), (COVERAGE.to_owned(), coverage)])
        };
        let served = with(0.2, 0.6);
        let narrow = decide(&rule(), &with(0.9, 0.29), Rival::InService(&served));
        assert_eq!(
            (narrow.decision, narrow.because),
            (Decision::Keep, Because::Coverage),
            "{}",
            narrow.reason
        );
        let wide = decide(&rule(), &with(0.2, 0.31), Rival::InService(&served));
        assert_eq!(wide.decision, Decision::Promote, "{}", wide.reason);
    }
}
