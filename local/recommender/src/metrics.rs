//! Metrics of one ranked list against what the user really did, and their means.
//!
//! The definitions are those of the Amazon Personalize developer guide, "Evaluating a solution
//! version with metrics". An answer is *relevant* when it is one of the user's held-out items.
//!
//! - precision at K: relevant answers among the first K, divided by K.
//! - NDCG at K: the sum of 1 / log2(1 + position) over the relevant answers among the first K
//!   (positions from 1), divided by the same sum when all relevant answers come first.
//! - reciprocal rank at 25: 1 / position of the first relevant answer among the first 25, or 0.
//! - coverage: distinct items in the first 25 of all answers, divided by all items.

/// How well a recipe does; each is from 0 to 1, higher is better.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Metrics {
    /// The part of all items that is in somebody's first 25.
    pub coverage: f64,
    /// Mean over users of 1 / position of the first relevant answer of 25.
    pub mean_reciprocal_rank_at_25: f64,
    /// Normalised discounted cumulative gain of the first 5.
    pub ndcg_at_5: f64,
    /// Normalised discounted cumulative gain of the first 10.
    pub ndcg_at_10: f64,
    /// Normalised discounted cumulative gain of the first 25.
    pub ndcg_at_25: f64,
    /// The relevant part of the first 5.
    pub precision_at_5: f64,
    /// The relevant part of the first 10.
    pub precision_at_10: f64,
    /// The relevant part of the first 25.
    pub precision_at_25: f64,
    /// For trending now: how much the 25 items expected to grow did grow, by how much the 25 that grew
    /// most did.
    pub trend_prediction_accuracy: Option<f64>,
}

/// The longest list a metric looks at.
pub(crate) const DEPTH: usize = 25;

impl Metrics {
    /// The metrics of one answer, best item first; `coverage` is left at 0.
    /// `targets` are the distinct relevant items.
    pub(crate) fn of(answer: &[u32], targets: &[u32]) -> Self {
        let hits: Vec<bool> = answer
            .iter()
            .take(DEPTH)
            .map(|item| targets.contains(item))
            .collect();
        Self {
            coverage: 0.0,
            mean_reciprocal_rank_at_25: hits
                .iter()
                .position(|&hit| hit)
                .map_or(0.0, |index| 1.0 / (index + 1) as f64),
            ndcg_at_5: ndcg(&hits, targets.len(), 5),
            ndcg_at_10: ndcg(&hits, targets.len(), 10),
            ndcg_at_25: ndcg(&hits, targets.len(), 25),
            precision_at_5: precision(&hits, 5),
            precision_at_10: precision(&hits, 10),
            precision_at_25: precision(&hits, 25),
            trend_prediction_accuracy: None,
        }
    }

    /// The mean over answers, with the coverage they reach together.
    pub(crate) fn mean(answers: &[Self], coverage: f64) -> Self {
        let mean = |metric: fn(&Self) -> f64| {
            answers.iter().map(metric).sum::<f64>() / answers.len().max(1) as f64
        };
        Self {
            coverage,
            mean_reciprocal_rank_at_25: mean(|m| m.mean_reciprocal_rank_at_25),
            ndcg_at_5: mean(|m| m.ndcg_at_5),
            ndcg_at_10: mean(|m| m.ndcg_at_10),
            ndcg_at_25: mean(|m| m.ndcg_at_25),
            precision_at_5: mean(|m| m.precision_at_5),
            precision_at_10: mean(|m| m.precision_at_10),
            precision_at_25: mean(|m| m.precision_at_25),
            trend_prediction_accuracy: None,
        }
    }
}

/// Normalised discounted cumulative gain of the first `k` answers, best first: `hits` says which
/// answers are relevant, `targets` how many could be.
#[must_use]
pub fn ndcg(hits: &[bool], targets: usize, k: usize) -> f64 {
    let gain = |index: usize| 1.0 / (index as f64 + 2.0).log2();
    let best: f64 = (0..targets.min(k)).map(gain).sum();
    let found: f64 = (0..hits.len().min(k))
        .filter(|&index| hits[index])
        .map(gain)
        .sum();
    if found > 0.0 { found / best } else { 0.0 }
}

fn precision(hits: &[bool], k: usize) -> f64 {
    hits.iter().take(k).filter(|&&hit| hit).count() as f64 / k as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
    }

    #[test]
    fn relevant_answers_at_positions_two_and_five() {
        let metrics = Metrics::of(&[1, 2, 3, 4, 5], &[2, 5]);
        near(metrics.mean_reciprocal_rank_at_25, 0.5);
        near(metrics.precision_at_5, 0.4);
        near(
            metrics.ndcg_at_5,
            (0.6309298 + 0.3868528) / (1.0 + 0.6309298),
        );
    }

    #[test]
    fn more_targets_than_places_can_still_be_perfect() {
        let all: Vec<u32> = (0..40).collect();
        let metrics = Metrics::of(&all[..25], &all);
        near(metrics.ndcg_at_25, 1.0);
        near(metrics.precision_at_25, 1.0);
    }

    #[test]
    fn nothing_relevant_is_zero_and_only_25_places_count() {
        let answer: Vec<u32> = (0..30).collect();
        let metrics = Metrics::of(&answer, &[27]);
        assert_eq!(metrics, Metrics::default());
        assert!(
            metrics.ndcg_at_5.is_sign_positive(),
            "a report would show -0"
        );
    }

    #[test]
    fn the_mean_is_over_answers() {
        let mean = Metrics::mean(&[Metrics::of(&[1], &[1]), Metrics::of(&[1], &[2])], 0.25);
        near(mean.mean_reciprocal_rank_at_25, 0.5);
        near(mean.precision_at_5, 0.1);
        near(mean.coverage, 0.25);
    }
}
