//! What most people want: a weighted count per item, by choice with old events counting less.

use crate::training::Training;
use serde::{Deserialize, Serialize};

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

    /// Every event counts its weight times two to the minus age over `half_life` (seconds), age
    /// being the distance to the newest event of all.
    pub(crate) fn recent(training: &Training<'_>, half_life: f64) -> Self {
        let newest = training
            .visible()
            .map(|event| event.timestamp)
            .max()
            .unwrap_or_default();
        Self::weighted(training, |timestamp| {
            (-(newest.saturating_sub(timestamp) as f64) / half_life).exp2()
        })
    }

    fn weighted(training: &Training<'_>, factor: impl Fn(i64) -> f64) -> Self {
        let mut sums = vec![0.0; training.items()];
        let mut seen = vec![false; training.items()];
        for event in training.visible() {
            let item = event.item as usize;
            seen[item] = true;
            sums[item] += f64::from(event.usable_weight()) * factor(event.timestamp);
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
        let mut order: Vec<u32> = (0..scores.len() as u32)
            .filter(|&n| seen[n as usize])
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
}
