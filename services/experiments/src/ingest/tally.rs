//! What was counted of one experiment: its units, and how many each arm has.
//!
//! A unit is of the arm it was shown first, whatever it is shown later: then it is a crossover, which is
//! told, and stays where it is (intention to treat). Who comes back, signs in and so gets into another arm
//! is no random choice of the units, and without them the arms could no longer be compared.

use std::collections::HashMap;

use experiment::{definition::Experiment, statistics::mismatch::Period};
use serde::{Deserialize, Serialize};

use super::{people::Deed, unit::Unit};

/// How many units are counted; later ones are not, in any arm.
const UNITS_MAX: usize = 10_000_000;

/// What was counted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tally {
    /// The units that were exposed, by the hash of their id.
    pub(crate) units: HashMap<u64, Unit>,
    /// Sights that tell no arm, or another than the hash, of units that were not exposed before.
    pub(crate) unassigned: u64,
    periods: Vec<Counted>,
}

/// Units by arm while the weights were the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Counted {
    weights: Vec<u32>,
    units: Vec<u64>,
}

impl Tally {
    /// A unit saw the arm with this index at `at`: its first exposure is counted, with what it did before.
    pub(super) fn expose(
        &mut self,
        experiment: &Experiment,
        unit: u64,
        (arm, at): (usize, i64),
        covariates: impl FnOnce() -> Box<[f64]>,
    ) {
        let arm = u8::try_from(arm).unwrap_or(u8::MAX);
        if let Some(known) = self.units.get_mut(&unit) {
            known.has_crossed |= known.arm != arm;
        } else if self.units.len() < UNITS_MAX {
            let period = self.period(experiment);
            let counted = Unit::new(experiment, (arm, period, at), covariates());
            if let Some(count) = self.count_of(&counted) {
                *count += 1;
            }
            self.units.insert(unit, counted);
        }
    }

    /// Somebody saw nobody knows what: they are not exposed by that. Without a unit it is a visitor that
    /// the experiment cannot know.
    pub(super) fn could_not_assign(&mut self, unit: Option<u64>) {
        if unit.is_none_or(|unit| !self.units.contains_key(&unit)) {
            self.unassigned += 1;
        }
    }

    /// The index of the period of the weights that the experiment has.
    fn period(&mut self, experiment: &Experiment) -> u16 {
        let weights = experiment.arm_buckets();
        let same = |period: &Counted| period.weights == weights;
        if !self.periods.last().is_some_and(same) {
            self.periods.push(Counted {
                units: vec![0; weights.len()],
                weights,
            });
        }
        u16::try_from(self.periods.len() - 1).unwrap_or(u16::MAX)
    }

    /// Where the unit is counted.
    fn count_of(&mut self, unit: &Unit) -> Option<&mut u64> {
        let period = self.periods.get_mut(usize::from(unit.period))?;
        period.units.get_mut(usize::from(unit.arm))
    }

    /// When the unit was first exposed.
    pub(super) fn exposed_at(&self, unit: u64) -> Option<i64> {
        self.units.get(&unit).map(|unit| unit.exposed_at)
    }

    /// Two units turned out to be one: that of the first exposure, with what both did since. The other
    /// one is not counted any more.
    pub(super) fn join(&mut self, experiment: &Experiment, from: u64, into: u64) {
        let Some(joined) = self.units.remove(&from) else {
            return;
        };
        let Some(known) = self.units.remove(&into) else {
            self.units.insert(into, joined);
            return;
        };
        let (mut first, later) = match joined.exposed_at < known.exposed_at {
            true => (joined, known),
            false => (known, joined),
        };
        if let Some(count) = self.count_of(&later) {
            *count -= 1;
        }
        first.absorb(&later, experiment);
        self.units.insert(into, first);
    }

    /// Counts what a unit did, unless that was before its exposure, to the metrics that it is of.
    pub(super) fn outcome(&mut self, experiment: &Experiment, unit: u64, deed: &Deed) {
        if let Some(unit) = self.units.get_mut(&unit)
            && deed.at >= unit.exposed_at
        {
            unit.add(experiment, deed);
        }
    }

    /// A point for the arm with this index.
    pub(super) fn point(&mut self, unit: u64, arm: usize) {
        let unit = self.units.get_mut(&unit);
        if let Some(points) = unit.and_then(|unit| unit.outcomes.get_mut(arm)) {
            *points += 1.0;
        }
    }

    /// How many units of each of `arms` were shown another one later.
    pub(crate) fn crossovers(&self, arms: usize) -> Vec<u64> {
        let mut crossovers = vec![0; arms];
        for unit in self.units.values().filter(|unit| unit.has_crossed) {
            if let Some(count) = crossovers.get_mut(usize::from(unit.arm)) {
                *count += 1;
            }
        }
        crossovers
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
