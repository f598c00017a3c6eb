//! An experiment: its arms, its traffic and the plan that its statistics are tuned to.

use super::{Arm, Guardrail, Metric};
use crate::hash::BUCKETS;
use serde::{Deserialize, Serialize};

/// An experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Experiment {
    /// Unique; part of what is logged with an exposure.
    pub id: String,
    /// For people.
    pub name: String,
    /// What is expected and why.
    #[serde(default)]
    pub description: String,
    /// The placements it applies to.
    pub placements: Vec<String>,
    /// The layer whose buckets it uses.
    pub layer: String,
    /// What units are hashed with for ramp and arm; its own, so that no arm of an earlier experiment
    /// is carried over.
    pub salt: String,
    /// The buckets of the layer it owns.
    pub range: Range,
    /// How much of its range takes part, of 10,000. Growing it moves nobody to another arm.
    pub ramp: u32,
    /// The variants, in an order that stays.
    pub arms: Vec<Arm>,
    /// How the arms share the traffic.
    pub method: Method,
    /// Where in its life it is.
    pub status: Status,
    /// What decides.
    pub primary: Metric,
    /// What must not get worse.
    #[serde(default)]
    pub guardrails: Vec<Guardrail>,
    /// What was planned before the start.
    pub plan: Plan,
    /// The share of experiments without a difference in which one may ever be seen.
    #[serde(default = "default_alpha")]
    pub alpha: f64,
    /// What is assigned and measured.
    #[serde(default)]
    pub unit: UnitKind,
    /// The first second it serves, in epoch seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<i64>,
    /// The second it no longer serves, in epoch seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<i64>,
}

fn default_alpha() -> f64 {
    0.05
}

/// Buckets of a layer: from `start` up to, not including, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The first bucket.
    pub start: u32,
    /// The bucket after the last, at most 10,000.
    pub end: u32,
}

/// What was planned before the start; the intervals are tightest when this many units were seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Plan {
    /// Units of all arms together.
    pub units: u64,
    /// How long that takes, in days.
    pub days: u32,
    /// The smallest relative change of the primary metric that matters: 0.05 is five per cent.
    pub minimum_effect: f64,
}

/// How the arms share the traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Method {
    /// Each unit sees one arm, with fixed weights (A/B/n).
    Fixed,
    /// Each unit sees the lists of all arms blended into one.
    Interleaving,
    /// Each unit sees one arm; weights follow the chance to be the best.
    Thompson,
}

/// Where in its life an experiment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Status {
    /// Being written.
    Draft,
    /// What its arms need is being made.
    Creating,
    /// Assigning units.
    Running,
    /// Assigning nobody for now.
    Paused,
    /// Ended without a winner.
    Stopped,
    /// Ended; its range gets the winner's change.
    Decided {
        /// The name of the arm.
        winner: String,
    },
}

/// What is assigned and measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UnitKind {
    /// A known user, across sessions.
    #[default]
    User,
    /// A session, of anybody.
    Session,
}

impl Range {
    /// Whether a bucket is in it.
    #[must_use]
    pub fn contains(self, bucket: u32) -> bool {
        (self.start..self.end).contains(&bucket)
    }

    /// Whether a bucket is in both.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

impl Status {
    /// Whether the buckets of its range are taken.
    #[must_use]
    pub fn occupies(&self) -> bool {
        !matches!(self, Self::Draft | Self::Stopped)
    }
}

impl Experiment {
    /// Where the buckets of each arm end: an arm owns those from the end of the one before it, and keeps
    /// them when it is stopped.
    ///
    /// Changed weights move only the units between an old and a new end. With two arms fewer cannot be
    /// moved; with more, put the arm whose weight will change last.
    pub fn arm_ends(&self) -> impl Iterator<Item = u32> {
        let total: u64 = self.arms.iter().map(|arm| u64::from(arm.weight)).sum();
        self.arms.iter().scan(0_u64, move |sum, arm| {
            *sum += u64::from(arm.weight);
            // At most BUCKETS, which fits.
            Some((*sum * u64::from(BUCKETS)).div_ceil(total.max(1)) as u32)
        })
    }

    /// How many of the 10,000 buckets are counted for each arm, none for one that was stopped: the ratio
    /// that exposures must show.
    #[must_use]
    pub fn arm_buckets(&self) -> Vec<u32> {
        let owned = self
            .arm_ends()
            .scan(0, |start, end| Some(end - std::mem::replace(start, end)));
        let arms = self.arms.iter().zip(owned);
        arms.map(|(arm, owned)| if arm.stopped { 0 } else { owned })
            .collect()
    }

    /// The index of the control; `None` in a definition that [validation](crate::validate) refuses.
    #[must_use]
    pub fn control(&self) -> Option<usize> {
        self.arms.iter().position(|arm| arm.control)
    }

    /// Whether it assigns or decides at a time, in epoch seconds.
    #[must_use]
    pub fn is_served(&self, now: i64) -> bool {
        match self.status {
            Status::Decided { .. } => true,
            Status::Running => {
                self.start.is_none_or(|start| start <= now) && self.end.is_none_or(|end| now < end)
            }
            _ => false,
        }
    }
}
