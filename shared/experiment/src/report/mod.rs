//! All of it in one answer: what is known of an experiment now, and what to do.
//!
//! The level `alpha` of an experiment is divided evenly among its comparisons (Bonferroni): on one side
//! the arms other than the control on the primary metric, on the other, as stopping harm is another promise, each
//! of those arms on each guardrail. So an experiment without any difference is ever called one, and one
//! whose arms are all tolerable ever stops an arm, with probability `alpha` at most each.

mod advice;
mod interleaving;

pub use advice::Advice;
pub use interleaving::{InterleavingReport, PreferenceReport, analyse_interleaving};

use crate::definition::{Arm, Experiment, Guardrail, Method};
use crate::statistics::comparison::{Allocation, Comparison, Design, compare, effective_units};
use crate::statistics::cuped::{Adjusted, adjust};
use crate::statistics::guardrail::{Margin, margin};
use crate::statistics::mismatch::{self, Mismatch, Period};
use crate::statistics::moments::Moments;
use serde::Serialize;

/// What was observed. Arms are in the order of the experiment's.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Units by arm, by the weights of the time.
    pub exposures: Vec<Period>,
    /// The primary metric of each arm.
    pub primary: Vec<Moments>,
    /// Each guardrail's metric of each arm, in the order of the experiment's guardrails.
    pub guardrails: Vec<Vec<Moments>>,
}

/// Evidence that is not of the experiment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// Not as many as the experiment has.
    #[error("{what} has {found} entries, the experiment {expected}: give one each, in its order")]
    Count {
        /// Which part.
        what: &'static str,
        /// How many it has.
        found: usize,
        /// How many it should have.
        expected: usize,
    },
    /// Nothing to compare with.
    #[error("experiment {id:?} has no control: mark one of its arms")]
    NoControl {
        /// The experiment.
        id: String,
    },
}

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
///
/// # Errors
/// When the evidence has not the arms and guardrails of the experiment, or that has no control.
pub fn analyse(experiment: &Experiment, evidence: &Evidence) -> Result<Report, EvidenceError> {
    let control = check(experiment, evidence)?;
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

/// The index of the control, once everything has its size.
fn check(experiment: &Experiment, evidence: &Evidence) -> Result<usize, EvidenceError> {
    let arms = experiment.arms.len();
    let exposures = evidence.exposures.iter();
    let counts = exposures
        .flat_map(|period| [period.weights.len(), period.units.len()])
        .map(|found| ("exposures", found, arms))
        .chain([
            ("primary", evidence.primary.len(), arms),
            (
                "guardrails",
                evidence.guardrails.len(),
                experiment.guardrails.len(),
            ),
        ])
        .chain(
            evidence
                .guardrails
                .iter()
                .map(|of| ("guardrails", of.len(), arms)),
        );
    for (what, found, expected) in counts {
        if found != expected {
            return Err(EvidenceError::Count {
                what,
                found,
                expected,
            });
        }
    }
    control_of(experiment)
}

fn control_of(experiment: &Experiment) -> Result<usize, EvidenceError> {
    experiment
        .control()
        .ok_or_else(|| EvidenceError::NoControl {
            id: experiment.id.clone(),
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

/// The design of one of several comparisons of an experiment.
fn design(experiment: &Experiment, arm: usize, control: usize, comparisons: usize) -> Design {
    let (allocation, share) = match experiment.method {
        // What a bandit's weights become is not planned.
        Method::Thompson => (Allocation::Adaptive, even_share(experiment)),
        Method::Fixed | Method::Interleaving => {
            (Allocation::Fixed, effective_share(experiment, arm, control))
        }
    };
    Design {
        alpha: experiment.alpha / comparisons as f64,
        planned: share * experiment.plan.units as f64,
        allocation,
    }
}

fn even_share(experiment: &Experiment) -> f64 {
    2.0 / experiment.arms.len() as f64
}

/// The effective units of two arms, as a share of all units.
fn effective_share(experiment: &Experiment, arm: usize, control: usize) -> f64 {
    let weight = |arm: &Arm| f64::from(arm.weight);
    let total: f64 = experiment.arms.iter().map(weight).sum();
    let [arm, control] = [arm, control].map(|index| weight(&experiment.arms[index]) / total);
    if arm > 0.0 && control > 0.0 {
        effective_units(arm, control)
    } else {
        // An arm that was taken out: any tuning is valid.
        even_share(experiment)
    }
}
