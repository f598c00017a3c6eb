//! The report of an interleaving experiment: which ranking is clicked more.

use super::evidence::{EvidenceError, control_of};
use crate::credit::{Preference, Preferred};
use crate::definition::Experiment;
use serde::Serialize;

/// What is known now.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InterleavingReport {
    /// The arms other than the control, in the order of the experiment.
    pub arms: Vec<PreferenceReport>,
    /// The arm that is clicked more than the control with the largest share; the control if it is clicked
    /// more than all others; `None` while neither is known.
    pub winner: Option<String>,
}

/// An arm against the control.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PreferenceReport {
    /// The arm's name.
    pub name: String,
    /// How units decided.
    pub counts: Preference,
    /// What that amounts to.
    #[serde(flatten)]
    pub preferred: Preferred,
}

/// Compares the arms of blended lists with the control; valid at any time. The plan's units are those
/// that decide, for one arm or the other.
///
/// # Errors
/// When there are not as many preferences as arms (the control's own is not read), or no control.
pub fn analyse_interleaving(
    experiment: &Experiment,
    preferences: &[Preference],
) -> Result<InterleavingReport, EvidenceError> {
    let arms = &experiment.arms;
    if preferences.len() != arms.len() {
        return Err(EvidenceError::Count {
            what: "preferences",
            found: preferences.len(),
            expected: arms.len(),
        });
    }
    let control = control_of(experiment)?;
    let comparisons = (arms.len() - 1) as f64;
    let reports: Vec<PreferenceReport> = arms
        .iter()
        .zip(preferences)
        .enumerate()
        .filter(|(index, _)| *index != control)
        .map(|(_, (arm, counts))| {
            let planned = experiment.plan.units as f64 / comparisons;
            let found = counts.evaluate(planned, experiment.alpha / comparisons);
            PreferenceReport {
                name: arm.name.clone(),
                counts: *counts,
                preferred: Preferred {
                    p_value: (found.p_value * comparisons).min(1.0),
                    ..found
                },
            }
        })
        .collect();
    Ok(InterleavingReport {
        winner: winner(&reports).or_else(|| {
            let is_best =
                |arm: &PreferenceReport| arm.preferred.share.is_some_and(|s| s.upper < 0.5);
            let best = !reports.is_empty() && reports.iter().all(is_best);
            best.then(|| arms[control].name.clone())
        }),
        arms: reports,
    })
}

fn winner(arms: &[PreferenceReport]) -> Option<String> {
    arms.iter()
        .filter_map(|arm| Some((arm, arm.preferred.share?)))
        .filter(|(_, share)| share.lower > 0.5)
        .max_by(|(_, a), (_, b)| a.estimate.total_cmp(&b.estimate))
        .map(|(arm, _)| arm.name.clone())
}
