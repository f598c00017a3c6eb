//! One list out of the answers for the products of a cart: reciprocal rank fusion
//! (Cormack, Clarke and Büttcher, SIGIR 2009). Ranks are merged and not scores, because the scores
//! of two Personalize answers cannot be compared.

use std::collections::HashMap;

use crate::candidate::Candidate;

/// The paper's constant: it damps the first ranks, so that an item two products agree on comes
/// before one that only one of them puts first.
const DAMPING: f64 = 60.0;

/// Merges `lists`, each best first. An item keeps the reason of the list that ranks it best; its
/// score is the sum of its reciprocal ranks.
pub(crate) fn merge(lists: Vec<Vec<Candidate>>) -> Vec<Candidate> {
    struct Merged {
        candidate: Candidate,
        score: f64,
        best_rank: usize,
    }
    let mut merged: Vec<Merged> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for list in lists {
        for (rank, candidate) in list.into_iter().enumerate() {
            let place = *places.entry(candidate.id.clone()).or_insert(merged.len());
            if place == merged.len() {
                merged.push(Merged {
                    score: 0.0,
                    best_rank: rank,
                    candidate,
                });
            } else if rank < merged[place].best_rank {
                merged[place].best_rank = rank;
                merged[place].candidate = candidate;
            }
            merged[place].score += reciprocal(rank);
        }
    }
    // A stable sort: of equal scores the earlier product of the cart comes first.
    merged.sort_by(|a, b| b.score.total_cmp(&a.score));
    let scored = |one: Merged| Candidate {
        score: Some(one.score),
        ..one.candidate
    };
    merged.into_iter().map(scored).collect()
}

fn reciprocal(rank: usize) -> f64 {
    // Ranks are below 500: exact as f64.
    #[allow(clippy::cast_precision_loss)]
    let rank = rank as f64;
    1.0 / (DAMPING + 1.0 + rank)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidate::Why;

    fn list(because_of: &str, ids: &[&str]) -> Vec<Candidate> {
        let candidate = |id: &&str| Candidate {
            id: (*id).to_owned(),
            score: Some(0.5),
            why: Why::GoesWith(because_of.to_owned()),
        };
        ids.iter().map(candidate).collect()
    }

    #[test]
    fn what_two_products_agree_on_comes_first() {
        let merged = merge(vec![list("a", &["x", "y"]), list("b", &["z", "y"])]);
        let ids: Vec<&str> = merged.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, ["y", "x", "z"]);
        assert_eq!(merged[0].score, Some(2.0 / 62.0));
    }

    #[test]
    fn the_reason_is_the_product_that_ranks_it_best() {
        let merged = merge(vec![list("a", &["x", "y"]), list("b", &["y"])]);
        assert_eq!(merged[0].why, Why::GoesWith("b".into()));
    }
}
