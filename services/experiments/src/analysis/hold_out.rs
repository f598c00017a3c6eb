//! What is known of the hold-out: how much more the others buy than those who are held out.

use experiment::{
    definition::HoldOut,
    report::{ArmReport, EvidenceError, Report},
};
use serde::{Deserialize, Serialize};

use super::{
    evidence,
    points::Point,
    results::{Bounds, MismatchResult, Moment},
};
use crate::{
    definition::hold_out::{Comparison, HELD_OUT, OTHERS},
    ingest::{tally::Tally, unit::metrics},
};

/// What is known of the hold-out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HoldOutResults {
    /// The hold-out at the time.
    pub(crate) hold_out: HoldOut,
    /// Epoch seconds of the analysis.
    pub(crate) updated_at: i64,
    /// Epoch seconds up to which events are counted.
    pub(crate) counted_until: i64,
    /// Who is held out.
    pub(crate) held_out: Group,
    /// Those of the others that are counted.
    pub(crate) others: Group,
    /// Whether the units are where they should be.
    pub(crate) mismatch: MismatchResult,
    /// Buyers and revenue.
    pub(crate) metrics: Vec<MetricResult>,
    /// The intervals over time, a lift for each metric.
    pub(crate) points: Vec<Point>,
}

/// One of the two groups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Group {
    /// How many are counted.
    pub(crate) units: u64,
    /// Those of them that were in the other group later; they count for this one.
    pub(crate) crossovers: u64,
}

/// What is known by one metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MetricResult {
    /// Its name.
    pub(crate) name: String,
    /// The mean of who is held out.
    pub(crate) held_out: f64,
    /// The mean of the others.
    pub(crate) others: f64,
    /// How much more the others have, in the metric's unit.
    pub(crate) difference: Option<Bounds>,
    /// The same relative to who is held out.
    pub(crate) lift: Option<Bounds>,
    /// Always valid.
    pub(crate) p_value: Option<f64>,
}

impl HoldOutResults {
    /// Of what was counted, without points.
    ///
    /// # Errors
    /// When it was counted for something else.
    pub(crate) fn of(
        comparison: &Comparison<'_>,
        tally: &Tally,
        at: Moment,
    ) -> Result<Self, EvidenceError> {
        let experiment = &comparison.experiment;
        let crossovers = tally.crossovers(experiment.arms.len());
        let reports = evidence::of_each_metric(experiment, tally)?;
        let mismatch = reports.first().map(|report| &report.mismatch);
        let group = |index: usize| Group {
            units: reports.first().map_or(0, |report| report.arms[index].units),
            crossovers: crossovers[index],
        };
        let names = metrics(experiment).map(|metric| metric.name.as_str());
        Ok(Self {
            hold_out: comparison.hold_out.clone(),
            updated_at: at.now,
            counted_until: at.counted_until,
            held_out: group(HELD_OUT),
            others: group(OTHERS),
            mismatch: MismatchResult {
                alarm: mismatch.is_some_and(|found| found.alarm),
                p_value: mismatch.map_or(1.0, |found| found.p_value),
            },
            metrics: names.zip(&reports).map(metric).collect(),
            points: Vec::new(),
        })
    }

    /// The intervals now.
    pub(crate) fn point(&self) -> Point {
        Point {
            at: self.updated_at,
            units: self.held_out.units + self.others.units,
            lifts: self.metrics.iter().map(|metric| metric.lift).collect(),
        }
    }
}

fn metric((name, report): (&str, &Report)) -> MetricResult {
    let others: &ArmReport = &report.arms[OTHERS];
    let comparison = others.comparison;
    MetricResult {
        name: name.to_owned(),
        held_out: report.arms[HELD_OUT].mean,
        others: others.mean,
        difference: comparison.map(|found| found.difference.into()),
        lift: comparison.and_then(|found| found.lift).map(Bounds::from),
        p_value: comparison.map(|found| found.p_value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        definition::hold_out::tests::holding_out,
        ingest::ledger::{Drafted, Ledger, tests::event},
    };

    #[test]
    fn what_the_others_buy_more_is_told_with_bounds() {
        let definitions = holding_out();
        let comparison = Comparison::of(&definitions).unwrap();
        let mut ledger = Ledger::default();
        for number in 0..40_000_u32 {
            let user = format!("u{number}");
            // Of who is held out 20 % buy, of the others 30 %.
            let buyers = [2, 3][comparison.group(&user)];
            let kinds = ["view", "purchase"];
            let kinds = kinds.iter().take(1 + usize::from(number % 10 < buyers));
            for kind in kinds {
                let event = event(&format!("{kind}{number}"), kind, &user);
                ledger.take(&event, Some(&definitions), &Drafted::new());
            }
        }
        let at = Moment {
            now: 1_800_000_300,
            counted_until: 1_800_000_200,
        };
        let tally = &ledger.tallies[&comparison.experiment.id];
        let found = HoldOutResults::of(&comparison, tally, at).unwrap();
        assert!(!found.mismatch.alarm);
        assert!(found.others.units > 3 * found.held_out.units, "{found:?}");
        let names: Vec<&str> = found.metrics.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["buyers", "revenue"]);
        for metric in &found.metrics {
            let lift = metric.lift.unwrap();
            assert!(lift.lower > 0.1 && lift.upper < 1.0, "{metric:?}");
            assert!((0.3..0.7).contains(&lift.estimate), "{metric:?}");
        }
        assert_eq!(found.point().lifts.len(), 2);
    }
}
