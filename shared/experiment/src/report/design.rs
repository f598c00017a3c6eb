//! How the plan of an experiment tunes each of its comparisons.

use crate::definition::{Arm, Experiment, Method};
use crate::statistics::comparison::{Allocation, Design, effective_units};

/// The design of one of several comparisons of an experiment.
pub(super) fn design(
    experiment: &Experiment,
    arm: usize,
    control: usize,
    comparisons: usize,
) -> Design {
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
