//! What becomes popular now: items by how fast their events grow from one interval to the next.
//!
//! Intervals are counted back from the newest event. With `now(i)` the weight of the events of item
//! *i* in the newest interval and `before(i)` that in the one before it,
//!
//! ```text
//! growth(i) = (now(i) + 10) / (before(i) + 10)
//! ```
//!
//! The ten stand for events of which nothing is known: 1 → 3 grows by 1.2, 100 → 200 by 1.9. Items
//! that grow come first, by growth; all others after them, by what is popular now.
//!
//! The intervals are those of Amazon Personalize's Trending-Now ("trend discovery frequency"); the
//! service does not publish how it smooths.

use crate::popularity::Popularity;
use crate::training::Training;
use crate::{Error, Options};

/// How many events an item is taken to have besides those it has, in each interval.
const SMOOTHING: f64 = 10.0;

/// The length of the intervals between which growth is measured.
///
/// Amazon Personalize knows these and calls them *trend discovery frequency*.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrendInterval {
    seconds: i64,
}

/// Intervals by name.
const NAMES: [(&str, i64); 5] = [
    ("30 minutes", 1_800),
    ("1 hour", 3_600),
    ("2 hours", 7_200),
    ("3 hours", 10_800),
    ("1 day", 86_400),
];

impl TrendInterval {
    /// An interval of so many seconds, at least 1.
    #[must_use]
    pub fn of_seconds(seconds: u32) -> Self {
        Self {
            seconds: i64::from(seconds.max(1)),
        }
    }

    /// Its length in seconds.
    pub(crate) fn seconds(self) -> i64 {
        self.seconds
    }
}

impl Default for TrendInterval {
    /// Two hours, as in Personalize.
    fn default() -> Self {
        Self { seconds: 7_200 }
    }
}

impl std::str::FromStr for TrendInterval {
    type Err = Error;

    /// Takes `30 minutes`, `1 hour`, `2 hours`, `3 hours` and `1 day`.
    fn from_str(name: &str) -> Result<Self, Error> {
        let found = NAMES.iter().find(|(known, _)| *known == name.trim());
        let found = found.ok_or_else(|| Error::Option {
            option: "trend_interval",
            expected: "30 minutes, 1 hour, 2 hours, 3 hours or 1 day",
            found: name.to_owned(),
        })?;
        Ok(Self { seconds: found.1 })
    }
}

/// Items by growth, then by recent popularity.
pub(crate) fn learn(training: &Training<'_>, options: &Options) -> Popularity {
    let popular = Popularity::recent(training);
    let highest = popular
        .order()
        .first()
        .map_or(1.0, |&item| popular.score(item));
    let scores = changes(training, options.trend_interval)
        .into_iter()
        .zip(0..)
        .map(|((now, before), item)| {
            let growth = (now + SMOOTHING) / (before + SMOOTHING);
            if growth > 1.0 {
                return growth as f32;
            }
            // Below all that grow.
            let score = popular.score(item);
            if score == 0.0 {
                return 0.0;
            }
            (score / highest).clamp(f32::MIN_POSITIVE, 1.0)
        })
        .collect();
    Popularity::of_scores(scores)
}

/// For every item the weight of its events in the newest interval and in the one before it.
pub(crate) fn changes(training: &Training<'_>, interval: TrendInterval) -> Vec<(f64, f64)> {
    let mut sums = vec![(0.0, 0.0); training.items()];
    let newest = training.events().map(|event| event.timestamp).max();
    let Some(newest) = newest else { return sums };
    for event in training.events() {
        let age = newest.saturating_sub(event.timestamp) / interval.seconds;
        let (now, before) = &mut sums[event.item as usize];
        match age {
            0 => *now += f64::from(event.usable_weight()),
            1 => *before += f64::from(event.usable_weight()),
            _ => {}
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Interactions, InteractionsBuilder};

    const HOUR: i64 = 3_600;

    /// Events of each item in the last hour but one and in the last hour.
    fn shop(items: &[(&str, usize, usize)]) -> Interactions {
        let mut builder = InteractionsBuilder::new();
        for &(item, before, now) in items {
            for (count, time) in [(before, HOUR / 2), (now, HOUR + HOUR / 2)] {
                (0..count).for_each(|n| builder.push(&n.to_string(), item, time, 1.0));
            }
        }
        builder.push("last", "the clock", 2 * HOUR - 1, 1.0);
        builder.build()
    }

    fn order(data: &Interactions, interval: &str) -> Vec<String> {
        let options = Options {
            trend_interval: interval.parse().unwrap(),
            ..Options::default()
        };
        let trending = learn(&Training::all(data), &options);
        let names = trending.order().iter();
        names
            .map(|&item| data.items().name(item).to_owned())
            .filter(|name| name != "the clock")
            .collect()
    }

    #[test]
    fn much_growth_of_many_events_beats_more_growth_of_few() {
        let data = shop(&[("few", 1, 3), ("many", 100, 200), ("steady", 400, 400)]);
        assert_eq!(order(&data, "1 hour"), ["many", "few", "steady"]);
    }

    #[test]
    fn what_does_not_grow_comes_by_popularity() {
        let data = shop(&[("less", 30, 20), ("falling", 90, 80), ("new", 0, 2)]);
        assert_eq!(order(&data, "1 hour"), ["new", "falling", "less"]);
    }

    #[test]
    fn the_interval_decides_what_is_now() {
        // All of one day: only its sum counts.
        let data = shop(&[("rising", 2, 20), ("popular", 60, 40)]);
        assert_eq!(order(&data, "1 hour"), ["rising", "popular"]);
        assert_eq!(order(&data, "1 day"), ["popular", "rising"]);
    }

    #[test]
    fn weights_count_and_events_of_no_weight_do_not() {
        let mut builder = InteractionsBuilder::new();
        for (item, weight) in [("heavy", 5.0), ("light", 1.0), ("void", 0.0)] {
            (0..9).for_each(|n| builder.push(&n.to_string(), item, 0, weight));
        }
        assert_eq!(
            order(&builder.build(), "1 hour"),
            ["heavy", "light", "void"]
        );
    }

    #[test]
    fn unknown_intervals_are_refused_with_those_there_are() {
        let error = "4 hours".parse::<TrendInterval>().unwrap_err();
        assert!(error.to_string().contains("30 minutes"), "{error}");
        assert_eq!(TrendInterval::of_seconds(7_200), TrendInterval::default());
    }
}
