//! A unit that was exposed: its arm, its outcomes and covariates.
//!
//! It takes 48 bytes with its key, and 16 for each metric, with the map's slack about 100 bytes for one
//! guardrail: ten million units, which is the most that is counted, a gigabyte.

use experiment::definition::{Experiment, Measure, Method, Metric};
use serde::{Deserialize, Serialize};

use super::people::Deed;

/// A unit that was exposed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Unit {
    /// The index of its arm; 0 when lists are blended.
    pub(crate) arm: u8,
    /// Whether it was shown another arm later.
    pub(super) has_crossed: bool,
    /// The index of the period in which it is counted.
    pub(super) period: u16,
    /// When it was first exposed, in epoch seconds of its own clock.
    pub(super) exposed_at: i64,
    /// The primary metric and the guardrails in their order; when lists are blended, points by arm.
    pub(crate) outcomes: Box<[f64]>,
    /// The same metrics from before; none when lists are blended.
    pub(crate) covariates: Box<[f64]>,
}

/// The metrics of an experiment: the primary one, then the guardrails'.
pub(crate) fn metrics(experiment: &Experiment) -> impl Iterator<Item = &Metric> {
    let guardrails = experiment.guardrails.iter();
    std::iter::once(&experiment.primary).chain(guardrails.map(|guardrail| &guardrail.metric))
}

impl Unit {
    /// One that did nothing yet.
    pub(super) fn new(
        experiment: &Experiment,
        (arm, period, exposed_at): (u8, u16, i64),
        covariates: Box<[f64]>,
    ) -> Self {
        let outcomes = match experiment.method {
            Method::Interleaving => experiment.arms.len(),
            Method::Fixed | Method::Thompson => metrics(experiment).count(),
        };
        Self {
            arm,
            has_crossed: false,
            period,
            exposed_at,
            outcomes: vec![0.0; outcomes].into(),
            covariates,
        }
    }

    /// Counts a deed to the metrics that it is of.
    pub(super) fn add(&mut self, experiment: &Experiment, deed: &Deed) {
        let outcomes = self.outcomes.iter_mut().zip(metrics(experiment));
        for (outcome, metric) in outcomes.filter(|(_, metric)| metric.event == deed.kind) {
            match metric.measure {
                Measure::Conversion => *outcome = 1.0,
                Measure::Count => *outcome += 1.0,
                Measure::Value => *outcome += deed.value,
            }
        }
    }

    /// Counts what `later` did, which is the same unit.
    pub(super) fn absorb(&mut self, later: &Self, experiment: &Experiment) {
        self.has_crossed |= later.has_crossed || later.arm != self.arm;
        // Of blended lists there are points by arm, and no metrics.
        let is_blended = experiment.method == Method::Interleaving;
        let mut measures = metrics(experiment).map(|metric| metric.measure);
        for (mine, theirs) in self.outcomes.iter_mut().zip(&later.outcomes) {
            match measures.next().filter(|_| !is_blended) {
                Some(Measure::Conversion) => *mine = mine.max(*theirs),
                Some(Measure::Count | Measure::Value) | None => *mine += theirs,
            }
        }
    }
}
