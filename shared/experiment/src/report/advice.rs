//! What to do, in the order in which it matters.

use super::ArmReport;
use crate::definition::{Direction, Experiment};
use crate::statistics::comparison::Comparison;
use crate::statistics::guardrail::Verdict;
use crate::statistics::interval::Interval;
use crate::statistics::mismatch::Mismatch;
use serde::Serialize;

/// What to do with an experiment now.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "action")]
pub enum Advice {
    /// The units are not where they should be: believe nothing before the cause is found.
    CheckAssignment,
    /// Arms broke a guardrail: stop them.
    StopArms {
        /// Their names.
        arms: Vec<String>,
    },
    /// An arm is better than the control, or the control than all others.
    Winner {
        /// Its name. Of several that are better, the one with the best estimate; they were
        /// compared with the control, not with each other.
        arm: String,
    },
    /// Nothing was found: any difference is smaller than this.
    #[serde(rename_all = "camelCase")]
    NoDifference {
        /// Relative to the control: 0.05 is five per cent.
        larger_than: f64,
    },
    /// Not known yet.
    #[serde(rename_all = "camelCase")]
    KeepRunning {
        /// Units of all arms so far.
        units: u64,
        /// Units that were planned.
        planned: u64,
    },
}

pub(super) fn advise(experiment: &Experiment, arms: &[ArmReport], mismatch: &Mismatch) -> Advice {
    if mismatch.alarm {
        return Advice::CheckAssignment;
    }
    let running: Vec<&ArmReport> = arms
        .iter()
        .zip(&experiment.arms)
        .filter(|(_, arm)| arm.is_open() && !arm.control)
        .map(|(report, _)| report)
        .collect();
    let stopped: Vec<String> = running
        .iter()
        .filter(|arm| {
            arm.guardrails
                .iter()
                .any(|g| g.margin.verdict == Verdict::Stop)
        })
        .map(|arm| arm.name.clone())
        .collect();
    if !stopped.is_empty() {
        return Advice::StopArms { arms: stopped };
    }
    let units = arms.iter().map(|arm| arm.units).sum();
    let planned = experiment.plan.units;
    winner(experiment, arms, &running)
        .map(|arm| Advice::Winner { arm })
        .or_else(|| {
            let larger_than = largest_lift(&running)?;
            let settled = units >= planned || larger_than < experiment.plan.minimum_effect;
            settled.then_some(Advice::NoDifference { larger_than })
        })
        .unwrap_or(Advice::KeepRunning { units, planned })
}

/// The name of an arm that is better, or of the control if all others are worse.
fn winner(experiment: &Experiment, arms: &[ArmReport], running: &[&ArmReport]) -> Option<String> {
    let direction = experiment.primary.direction;
    let gains: Vec<(&ArmReport, Interval)> = running
        .iter()
        .filter_map(|arm| Some((*arm, gain(arm.comparison.as_ref()?, direction))))
        .collect();
    let best = gains
        .iter()
        .filter(|(_, gain)| gain.lower > 0.0)
        .max_by(|(_, a), (_, b)| a.estimate.total_cmp(&b.estimate))
        .map(|(arm, _)| *arm);
    let all_worse = !running.is_empty()
        && gains.len() == running.len()
        && gains.iter().all(|(_, gain)| gain.upper < 0.0);
    best.or_else(|| {
        all_worse
            .then(|| arms.iter().find(|arm| arm.control))
            .flatten()
    })
    .map(|arm| arm.name.clone())
}

/// The difference, with more as better.
fn gain(comparison: &Comparison, direction: Direction) -> Interval {
    let difference = comparison.difference;
    match direction {
        Direction::Increase => difference,
        Direction::Decrease => Interval {
            lower: -difference.upper,
            estimate: -difference.estimate,
            upper: -difference.lower,
        },
    }
}

/// The largest lift either way that no interval excludes; `None` if one is not known.
fn largest_lift(running: &[&ArmReport]) -> Option<f64> {
    let mut largest: Option<f64> = None;
    for arm in running {
        let lift = arm.comparison.as_ref()?.lift?;
        let bound = lift.lower.abs().max(lift.upper.abs());
        largest = Some(largest.map_or(bound, |largest| largest.max(bound)));
    }
    largest
}
