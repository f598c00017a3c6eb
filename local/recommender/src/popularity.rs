//! What most people want: a weighted count per item, by choice with old events counting less.

use crate::recency::Recency;
use crate::training::Training;
use serde::{Deserialize, Serialize};

/// Half-life of an event in what is popular now, in median ages of events.
const HALF_LIFE: f64 = 0.5;

/// Items by popularity.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Popularity {
    /// By item; 0 for an item without events.
    scores: Vec<f32>,
    /// Items with events, the most popular first, of equals the lower number.
    order: Vec<u32>,
}

impl Popularity {
    /// Every event counts its weight.
    pub(crate) fn count(training: &Training<'_>) -> Self {
        Self::weighted(training, |_| 1.0)
    }

    /// Every event counts its weight and the less the older it is: what is popular now.
    pub(crate) fn recent(training: &Training<'_>) -> Self {
        let recency = Recency::of(training, HALF_LIFE);
        Self::weighted(training, |timestamp| recency.at(timestamp))
    }

    fn weighted(training: &Training<'_>, factor: impl Fn(i64) -> f32) -> Self {
        let mut sums = vec![0.0; training.items()];
        let mut seen = vec![false; training.items()];
        for event in training.events() {
            let item = event.item as usize;
            seen[item] = true;
            sums[item] += f64::from(event.usable_weight() * factor(event.timestamp));
        }
        // An item with events is never worth nothing: scores of answers are positive.
        let scores: Vec<f32> = sums
            .iter()
            .zip(&seen)
            .map(|(&sum, &seen)| {
                if seen {
                    (sum as f32).max(f32::MIN_POSITIVE)
                } else {
                    0.0
                }
            })
            .collect();
        Self::of_scores(scores)
    }

    /// Items by scores of any kind, by item; 0 for an item that cannot be in an answer.
    pub(crate) fn of_scores(scores: Vec<f32>) -> Self {
        let mut order: Vec<u32> = (0..scores.len() as u32)
            .filter(|&n| scores[n as usize] > 0.0)
            .collect();
        order.sort_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]));
        Self { scores, order }
    }

    /// The items with events, the most popular first.
    pub(crate) fn order(&self) -> &[u32] {
        &self.order
    }

    /// How popular `item` is; 0 for an item without events.
    pub(crate) fn score(&self, item: u32) -> f32 {
        self.scores.get(item as usize).copied().unwrap_or_default()
    }

    /// Whether all numbers fit together, for a vocabulary of `items` items.
    pub(crate) fn fits(&self, items: usize) -> bool {
        self.scores.len() == items && self.order.iter().all(|&item| (item as usize) < items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InteractionsBuilder;

    #[test]
    fn counts_order_items_and_equals_keep_the_lower_number_first() {
        let mut builder = InteractionsBuilder::new();
        for item in ["c", "a", "b", "b", "a"] {
            builder.push("u", item, 1, 1.0);
        }
        let popularity = Popularity::count(&Training::all(&builder.build()));
        assert_eq!(popularity.order(), [1, 2, 0]);
        assert_eq!(popularity.score(1), 2.0);
    }

    #[test]
    fn recent_popularity_prefers_what_sells_now() {
        let mut builder = InteractionsBuilder::new();
        for (item, time) in [
            ("old", 0),
            ("old", 1),
            ("old", 2),
            ("new", 1_000),
            ("new", 1_001),
        ] {
            builder.push("u", item, time, 1.0);
        }
        let data = builder.build();
        let training = Training::all(&data);
        assert_eq!(Popularity::count(&training).order(), [0, 1]);
        assert_eq!(Popularity::recent(&training).order(), [1, 0]);
    }

    #[test]
    fn only_items_with_visible_events_are_popular_however_little_they_weigh() {
        let mut builder = InteractionsBuilder::new();
        builder.push("u", "nothing", 1, 0.0);
        builder.push("v", "hidden", 2, 1.0);
        let data = builder.build();
        let popularity = Popularity::count(&Training::without(&data, &[(1, 1)]));
        assert_eq!(popularity.order(), [0]);
        assert!(popularity.score(0) > 0.0);
        assert_eq!(popularity.score(1), 0.0);
    }
}
