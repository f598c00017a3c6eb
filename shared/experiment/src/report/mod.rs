//! All of it in one answer: what is known of an experiment now, and what to do.
//!
//! The level `alpha` of an experiment is divided evenly among its comparisons (Bonferroni): on one side
//! the arms other than the control on the primary metric, on the other, as stopping harm is another promise, each
//! of those arms on each guardrail. So an experiment without any difference is ever called one, and one
//! whose arms are all tolerable ever stops an arm, with probability `alpha` at most each.

mod advice;
mod design;
mod evidence;
mod interleaving;

pub use advice::Advice;
pub use evidence::{Evidence, EvidenceError};
pub use interleaving::{InterleavingReport, PreferenceReport, analyse_interleaving};

use crate::definition::{Experiment, Guardrail};
use crate::statistics::comparison::{Comparison, compare};
use crate::statistics::cuped::{Adjusted, adjust};
use crate::statistics::guardrail::{Margin, margin};
use crate::statistics::mismatch::{self, Mismatch};
use design::design;
use serde::Serialize;

/// What is known now.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// In the order of the experiment.
    pub arms: Vec<ArmReport>,
    /// Whether the units are where they should be.
    pub mismatch: Mismatch,
    /// How much of the primary metric's variance the covariate took out, 0 to 1.
    pub variance_reduction: f64,
    /// What to do.
    pub advice: Advice,
}

/// What is known of an arm.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArmReport {
    /// Its name.
    pub name: String,
    /// Whether the others are compared with it.
    pub control: bool,
    /// How many units were measured.
    pub units: u64,
    /// The mean of the primary metric, as observed.
    pub mean: f64,
    /// Against the control, adjusted by the covariate; `None` of the control and before there is enough
    /// data.
    pub comparison: Option<Comparison>,
    /// Against the guardrails, in their order; none of the control.
    pub guardrails: Vec<GuardrailReport>,
}

/// What a guardrail says of an arm.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GuardrailReport {
    /// The metric's name.
    pub metric: String,
    /// Its verdict and margin.
    #[serde(flatten)]
    pub margin: Margin,
}

/// What is known of an experiment and what to do; valid at any time, however often it is asked.
/// Of blended lists it is [`analyse_interleaving`] that knows.
///
/// # Errors
/// When the evidence has not the arms and guardrails of the experiment, or that has no control.
pub fn analyse(experiment: &Experiment, evidence: &Evidence) -> Result<Report, EvidenceError> {
    let control = evidence::check(experiment, evidence)?;
    let primary = adjust(&evidence.primary);
    let guardrails: Vec<_> = evidence
        .guardrails
        .iter()
        .map(|arms| adjust(arms))
        .collect();
    let arms: Vec<ArmReport> = (0..experiment.arms.len())
        .map(|arm| ArmReport {
            name: experiment.arms[arm].name.clone(),
            control: arm == control,
            units: evidence.primary[arm].units,
            mean: evidence.primary[arm].mean,
            comparison: compared(experiment, &primary, arm, control),
            guardrails: experiment
                .guardrails
                .iter()
                .zip(&guardrails)
                .filter(|_| arm != control)
                .map(|(guardrail, adjusted)| guarded(experiment, guardrail, adjusted, arm, control))
                .collect(),
        })
        .collect();
    let mismatch = mismatch::check(&evidence.exposures, mismatch::ALPHA);
    Ok(Report {
        advice: advice::advise(experiment, &arms, &mismatch),
        arms,
        mismatch,
        variance_reduction: primary.variance_reduction,
    })
}

fn compared(
    experiment: &Experiment,
    adjusted: &Adjusted,
    arm: usize,
    control: usize,
) -> Option<Comparison> {
    if arm == control {
        return None;
    }
    let comparisons = experiment.arms.len() - 1;
    let design = design(experiment, arm, control, comparisons);
    let found = compare(&adjusted.arms[arm], &adjusted.arms[control], &design)?;
    Some(Comparison {
        p_value: (found.p_value * comparisons as f64).min(1.0),
        ..found
    })
}

fn guarded(
    experiment: &Experiment,
    guardrail: &Guardrail,
    adjusted: &Adjusted,
    arm: usize,
    control: usize,
) -> GuardrailReport {
    let comparisons = (experiment.arms.len() - 1) * experiment.guardrails.len();
    let design = design(experiment, arm, control, comparisons);
    GuardrailReport {
        metric: guardrail.metric.name.clone(),
        margin: margin(
            &adjusted.arms[arm],
            &adjusted.arms[control],
            guardrail.metric.direction,
            guardrail.tolerated_loss,
            &design,
        ),
    }
}
