//! How much less an old event says than a new one.
//!
//! Half-lives are not in days: a shop of ten years and a log of ten minutes both work, because
//! age is measured against the median age of the events themselves.

use crate::training::Training;

/// One event in so many may have a time that says nothing.
const ODD: usize = 1_000;

/// Events lose half their say every half-life.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recency {
    newest: i64,
    /// In seconds; 0 when all events are of one time and age says nothing.
    half_life: f64,
}

impl Recency {
    /// A half-life of `share` times the median age of the events, ages being counted from the
    /// newest event but for a few.
    pub(crate) fn of(training: &Training<'_>, share: f64) -> Self {
        let mut times: Vec<i64> = training.events().map(|event| event.timestamp).collect();
        if times.is_empty() {
            return Self {
                newest: 0,
                half_life: 0.0,
            };
        }
        // The newest one in a thousand may lie anywhere: a clock that is wrong, or somebody's first
        // click in a shop whose data are of last year, does not make everything else old.
        let place = times.len() - 1 - times.len() / ODD;
        let newest = *times.select_nth_unstable(place).1;
        let middle = times.len() / 2;
        let median = *times.select_nth_unstable(middle).1;
        Self {
            newest,
            half_life: newest.saturating_sub(median) as f64 * share,
        }
    }

    /// What an event of this time counts, from 1 for the newest down to nearly 0.
    pub(crate) fn at(&self, timestamp: i64) -> f32 {
        if self.half_life == 0.0 {
            return 1.0;
        }
        (-(self.newest.saturating_sub(timestamp).max(0) as f64) / self.half_life).exp2() as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InteractionsBuilder;

    fn recency(times: &[i64]) -> Recency {
        let mut builder = InteractionsBuilder::new();
        times
            .iter()
            .for_each(|&time| builder.push("u", "a", time, 1.0));
        Recency::of(&Training::all(&builder.build()), 1.0)
    }

    #[test]
    fn an_event_of_median_age_counts_half() {
        let recency = recency(&[0, 0, 600, 1_000, 1_000]);
        assert_eq!(
            [recency.at(1_000), recency.at(600), recency.at(200)],
            [1.0, 0.5, 0.25]
        );
    }

    #[test]
    fn one_event_of_another_age_changes_nothing() {
        let mut times: Vec<i64> = (0..1_500).collect();
        let before = recency(&times).at(700);
        times.push(1_000_000);
        assert!((recency(&times).at(700) - before).abs() < 0.01);
        assert_eq!(recency(&times).at(1_000_000), 1.0);
    }

    #[test]
    fn events_of_one_time_all_count() {
        assert_eq!(recency(&[5, 5]).at(5), 1.0);
    }
}
