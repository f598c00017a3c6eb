//! From scores to an answer: the best items first, what is popular after them.
//!
//! Scores of popular items are scaled to lie below the lowest personal score, so an answer is
//! comparable from its first to its last item.

use crate::Scored;
use crate::accumulator::Accumulator;
use crate::popularity::Popularity;
use crate::ranking::Ranking;

/// At most `limit` items that pass `keep`, which is asked in the order of the answer. About `ahead`
/// items are expected not to pass.
pub(crate) fn best(
    scores: &Accumulator,
    popularity: &Popularity,
    limit: usize,
    ahead: usize,
    keep: impl Fn(u32) -> bool,
) -> Vec<Scored> {
    let personal = Ranking::of(scores.sums(), limit + ahead);
    let tail = Tail::below(scores, popularity);
    let rest = popularity
        .order()
        .iter()
        .copied()
        .filter(|&item| scores.get(item) == 0.0);
    let popular = rest.map(|item| Scored {
        item,
        score: tail.score(item),
    });

    personal
        .chain(popular)
        .filter(|scored| keep(scored.item))
        .take(limit)
        .collect()
}

/// All of `items`, best first; those unknown to `popularity` last with score 0, in their order.
pub(crate) fn order(scores: &Accumulator, popularity: &Popularity, items: &[u32]) -> Vec<Scored> {
    let tail = Tail::below(scores, popularity);
    let mut ordered: Vec<Scored> = items
        .iter()
        .map(|&item| match scores.get(item) {
            0.0 => Scored {
                item,
                score: tail.score(item),
            },
            score => Scored { item, score },
        })
        .collect();
    ordered.sort_by(|a, b| b.score.total_cmp(&a.score));
    ordered
}

/// Scores for items that have none of their own.
struct Tail<'a> {
    popularity: &'a Popularity,
    /// From popularity to score.
    scale: f32,
}

impl<'a> Tail<'a> {
    fn below(scores: &Accumulator, popularity: &'a Popularity) -> Self {
        let lowest = scores.sums().map(|(_, score)| score).min_by(f32::total_cmp);
        let highest = popularity
            .order()
            .first()
            .map_or(1.0, |&item| popularity.score(item));
        Self {
            popularity,
            scale: lowest.map_or(1.0, |lowest| 0.5 * lowest / highest),
        }
    }

    fn score(&self, item: u32) -> f32 {
        match self.popularity.score(item) {
            0.0 => 0.0,
            score => (score * self.scale).max(f32::MIN_POSITIVE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InteractionsBuilder;
    use crate::training::Training;
    use std::cell::RefCell;

    /// Items 0 to 5, the lower the more popular.
    fn popularity() -> Popularity {
        let mut builder = InteractionsBuilder::new();
        for item in 0..6 {
            (item..6).for_each(|_| builder.push("u", &item.to_string(), 0, 1.0));
        }
        Popularity::count(&Training::all(&builder.build()))
    }

    fn with_scores<T>(work: impl FnOnce(&Accumulator) -> T) -> T {
        Accumulator::with(6, |scores| {
            for (item, score) in [(4, 0.5), (2, 0.25), (3, 0.5)] {
                scores.add(item, score);
            }
            work(scores)
        })
    }

    fn items(answer: &[Scored]) -> Vec<u32> {
        answer.iter().map(|scored| scored.item).collect()
    }

    #[test]
    fn popular_items_follow_personal_ones_with_lower_positive_scores() {
        let answer = with_scores(|scores| best(scores, &popularity(), 9, 0, |_| true));
        assert_eq!(items(&answer), [3, 4, 2, 0, 1, 5]);
        assert!(answer.is_sorted_by(|a, b| a.score >= b.score));
        assert!(answer[3].score < 0.25 && answer[5].score > 0.0);
    }

    #[test]
    fn keep_is_asked_in_order_once_and_no_longer_than_needed() {
        let asked = RefCell::new(Vec::new());
        let keep = |item| {
            asked.borrow_mut().push(item);
            item % 2 == 0
        };
        let answer = with_scores(|scores| best(scores, &popularity(), 3, 1, keep));
        assert_eq!(items(&answer), [4, 2, 0]);
        assert_eq!(asked.into_inner(), [3, 4, 2, 0]);
    }

    #[test]
    fn ordering_keeps_every_item_and_unknown_ones_last_as_given() {
        let answer = with_scores(|scores| order(scores, &popularity(), &[9, 5, 7, 2, 0, 4]));
        assert_eq!(items(&answer), [4, 2, 0, 5, 9, 7]);
        assert!(answer[3].score > 0.0 && answer[4].score == 0.0);
    }
}
