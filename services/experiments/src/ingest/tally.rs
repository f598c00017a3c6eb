//! What was counted of one experiment: its units, each with its arm, outcomes and covariates.
//!
//! A unit takes 33 bytes and 16 for each metric, with the map's slack about 100 bytes for one guardrail:
//! ten million units, which is the most that is counted, a gigabyte.

use std::collections::HashMap;

use experiment::{
    definition::{Experiment, Measure, Method, Metric},
    statistics::mismatch::Period,
};
use serde::{Deserialize, Serialize};

/// How many units are counted; later ones are not, in any arm.
const UNITS_MAX: usize = 10_000_000;

/// What was counted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tally {
    /// The units that were exposed, by the hash of their id.
    pub(crate) units: HashMap<u64, Unit>,
    periods: Vec<Counted>,
}

/// A unit that was exposed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Unit {
    /// The index of its arm; 0 when lists are blended.
    pub(crate) arm: u8,
    /// When it was first exposed, in epoch seconds of its own clock.
    exposed_at: i64,
    /// The primary metric and the guardrails in their order; when lists are blended, points by arm.
    pub(crate) outcomes: Box<[f64]>,
    /// The same metrics from before; none when lists are blended.
    pub(crate) covariates: Box<[f64]>,
}

/// Units by arm while the weights were the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Counted {
    weights: Vec<u32>,
    units: Vec<u64>,
}

/// The metrics of an experiment: the primary one, then the guardrails'.
pub(crate) fn metrics(experiment: &Experiment) -> impl Iterator<Item = &Metric> {
    let guardrails = experiment.guardrails.iter();
    std::iter::once(&experiment.primary).chain(guardrails.map(|guardrail| &guardrail.metric))
}

impl Tally {
    /// Whether the unit was exposed before, or cannot be counted any more.
    pub(super) fn is_settled(&self, unit: u64) -> bool {
        self.units.contains_key(&unit) || self.units.len() >= UNITS_MAX
    }

    /// Counts an exposure to the arm with this index at `at`.
    pub(super) fn expose(
        &mut self,
        experiment: &Experiment,
        unit: u64,
        (arm, at): (usize, i64),
        covariates: Box<[f64]>,
    ) {
        let outcomes = match experiment.method {
            Method::Interleaving => experiment.arms.len(),
            Method::Fixed | Method::Thompson => covariates.len(),
        };
        self.count(experiment, arm);
        let counted = Unit {
            arm: u8::try_from(arm).unwrap_or(u8::MAX),
            exposed_at: at,
            outcomes: vec![0.0; outcomes].into(),
            covariates,
        };
        self.units.insert(unit, counted);
    }

    fn count(&mut self, experiment: &Experiment, arm: usize) {
        let weights = experiment.arm_buckets();
        let same = |period: &Counted| period.weights == weights;
        if !self.periods.last().is_some_and(same) {
            self.periods.push(Counted {
                units: vec![0; weights.len()],
                weights,
            });
        }
        let units = self.periods.last_mut();
        if let Some(count) = units.and_then(|period| period.units.get_mut(arm)) {
            *count += 1;
        }
    }

    /// Counts an event of a unit that was exposed before `at`, to the metrics that it is of.
    pub(super) fn outcome(
        &mut self,
        experiment: &Experiment,
        unit: u64,
        (kind, value, at): (&str, f64, i64),
    ) {
        let Some(unit) = self.units.get_mut(&unit) else {
            return;
        };
        if at < unit.exposed_at {
            return;
        }
        let outcomes = unit.outcomes.iter_mut().zip(metrics(experiment));
        for (outcome, metric) in outcomes.filter(|(_, metric)| metric.event == kind) {
            match metric.measure {
                Measure::Conversion => *outcome = 1.0,
                Measure::Count => *outcome += 1.0,
                Measure::Value => *outcome += value,
            }
        }
    }

    /// A point for the arm with this index.
    pub(super) fn point(&mut self, unit: u64, arm: usize) {
        let unit = self.units.get_mut(&unit);
        if let Some(points) = unit.and_then(|unit| unit.outcomes.get_mut(arm)) {
            *points += 1.0;
        }
    }

    /// Units by arm and period, as the crate takes them.
    pub(crate) fn periods(&self) -> Vec<Period> {
        let periods = self.periods.iter().map(|counted| Period {
            weights: counted.weights.clone(),
            units: counted.units.clone(),
        });
        periods.collect()
    }
}
