//! How much less an old event says than a new one.
//!
//! Half-lives are not in days: a shop of ten years and a log of ten minutes both work, because
//! age is measured against the median age of the events themselves.

use crate::training::Training;

/// Events lose half their say every half-life.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recency {
    newest: i64,
    /// In seconds; 0 when all events are of one time and age says nothing.
    half_life: f64,
}

impl Recency {
    /// A half-life of `share` times the median age of the events, ages being counted from the
    /// newest event.
    pub(crate) fn of(training: &Training<'_>, share: f64) -> Self {
        let mut times: Vec<i64> = training.events().map(|event| event.timestamp).collect();
        let newest = times.iter().copied().max().unwrap_or_default();
        let middle = times.len() / 2;
        let median = match times.is_empty() {
            true => newest,
            false => *times.select_nth_unstable(middle).1,
        };
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
        (-(self.newest.saturating_sub(timestamp) as f64) / self.half_life).exp2() as f32
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
    fn events_of_one_time_all_count() {
        assert_eq!(recency(&[5, 5]).at(5), 1.0);
    }
}
