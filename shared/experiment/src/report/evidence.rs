//! What was observed of an experiment, and whether it fits.

use crate::definition::Experiment;
use crate::statistics::mismatch::Period;
use crate::statistics::moments::Moments;

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

/// The index of the control, once everything has its size.
pub(super) fn check(experiment: &Experiment, evidence: &Evidence) -> Result<usize, EvidenceError> {
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

pub(super) fn control_of(experiment: &Experiment) -> Result<usize, EvidenceError> {
    experiment
        .control()
        .ok_or_else(|| EvidenceError::NoControl {
            id: experiment.id.clone(),
        })
}
