//! Team-draft interleaving: the lists of several arms blended into one, each item with its team.
//!
//! As in Radlinski, Kurup and Joachims 2008 ("How does clickthrough data reflect retrieval quality?")
//! and, for more than two, Schuth et al. 2014 ("Multileaved comparisons for fast online evaluation"):
//! each round the teams pick in random order, each its best item that nobody has picked. A click then
//! is a point for the team, see [`credit`](crate::credit). It needs far fewer units than an A/B test,
//! and only compares rankings: it says nothing of revenue.
//!
//! The order of round `r` is a hash, so the same request gets the same list. Of `n` teams it is the
//! permutation `x * n! >> 64`, where `x` is the first 8 bytes, big-endian, of the SHA-256 of
//! `<salt>:<unit>:<request>:draft:<r>`: the remainder by `n` is the place of the first team among all,
//! the quotient's remainder by `n - 1` that of the second among those left, and so on.

use crate::hash::number_below;
use std::collections::HashSet;
use std::hash::Hash;

/// More teams than arms that are allowed; the factorial must fit 64 bits.
const TEAMS_MAX: usize = 20;

/// What makes the draft of a request repeatable.
#[derive(Debug, Clone, Copy)]
pub struct Draw<'a> {
    /// The experiment's salt.
    pub salt: &'a str,
    /// Who asks.
    pub unit: &'a str,
    /// Which request: the same order twice would favour one team for a unit's whole visit.
    pub request: &'a str,
}

/// An item of the blended list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick<T> {
    /// The item.
    pub item: T,
    /// The index of the list that it was picked from.
    pub team: usize,
}

/// Blends ranked lists into one of at most `length` items, each item once.
///
/// It is shorter only when all lists are used up. Lists after the twentieth are ignored.
#[must_use]
pub fn interleave<T: Clone + Eq + Hash>(
    lists: &[Vec<T>],
    length: usize,
    draw: Draw<'_>,
) -> Vec<Pick<T>> {
    let mut queues: Vec<_> = lists
        .iter()
        .take(TEAMS_MAX)
        .map(|list| list.iter())
        .collect();
    let mut picked = HashSet::new();
    let mut blended = Vec::with_capacity(length);
    for round in 0_u32.. {
        let before = blended.len();
        for team in order(queues.len(), draw, round) {
            if blended.len() == length {
                return blended;
            }
            if let Some(item) = queues[team].find(|item| picked.insert(*item)) {
                let item = item.clone();
                blended.push(Pick { item, team });
            }
        }
        if blended.len() == before {
            break;
        }
    }
    blended
}

/// The order in which the teams pick in a round.
fn order(teams: usize, draw: Draw<'_>, round: u32) -> Vec<usize> {
    let permutations = (1..=teams as u64).product();
    let mut number = number_below(
        permutations,
        &[
            draw.salt,
            draw.unit,
            draw.request,
            "draft",
            &round.to_string(),
        ],
    );
    let mut left: Vec<usize> = (0..teams).collect();
    (1..=teams as u64)
        .rev()
        .map(|choices| {
            let index = (number % choices) as usize;
            number /= choices;
            left.remove(index)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blend(lists: &[Vec<u32>], length: usize, request: &str) -> Vec<Pick<u32>> {
        let draw = Draw {
            salt: "s",
            unit: "u",
            request,
        };
        interleave(lists, length, draw)
    }

    #[test]
    fn first_places_are_shared_fairly() {
        for teams in 2..=4_usize {
            let lists: Vec<Vec<u32>> = (0..teams as u32).map(|t| vec![t, t + 10]).collect();
            let mut first = vec![0_f64; teams];
            let requests = 6_000;
            for request in 0..requests {
                first[blend(&lists, 2, &request.to_string())[0].team] += 1.0;
            }
            let share = 1.0 / teams as f64;
            let error = (share * (1.0 - share) / f64::from(requests)).sqrt();
            for wins in first {
                assert!((wins / f64::from(requests) - share).abs() < 4.0 * error);
            }
        }
    }

    #[test]
    fn every_order_of_three_teams_happens_equally_often() {
        let mut seen = std::collections::HashMap::new();
        for request in 0..6_000 {
            let draw = Draw {
                salt: "s",
                unit: "u",
                request: &request.to_string(),
            };
            *seen.entry(order(3, draw, 0)).or_insert(0) += 1;
        }
        assert_eq!(seen.len(), 6);
        assert!(seen.values().all(|n| (880..1_120).contains(n)), "{seen:?}");
    }

    #[test]
    fn an_item_of_both_lists_comes_once_and_teams_stay_level() {
        for request in 0..200 {
            let lists = [vec![1, 2, 3, 4, 5], vec![3, 1, 6, 7, 8]];
            let blended = blend(&lists, 6, &request.to_string());
            assert_eq!(blended.len(), 6);
            let items: HashSet<_> = blended.iter().map(|pick| pick.item).collect();
            assert_eq!(items.len(), 6);
            assert_eq!(blended.iter().filter(|pick| pick.team == 0).count(), 3);
        }
    }

    #[test]
    fn a_list_that_is_used_up_leaves_the_rest_to_the_other() {
        let blended = blend(&[vec![1], vec![2, 3, 4]], 10, "r");
        let mut items: Vec<_> = blended.iter().map(|pick| pick.item).collect();
        items.sort_unstable();
        assert_eq!(items, [1, 2, 3, 4]);
        assert!(blended.iter().skip(2).all(|pick| pick.team == 1));
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert!(blend(&[], 5, "r").is_empty());
        assert!(blend(&[vec![], vec![]], 5, "r").is_empty());
        assert!(blend(&[vec![1], vec![2]], 0, "r").is_empty());
    }

    #[test]
    fn the_same_request_gets_the_same_list() {
        let lists = [vec![1, 2, 3], vec![4, 5, 6]];
        assert_eq!(blend(&lists, 6, "r"), blend(&lists, 6, "r"));
        let others: HashSet<_> = (0..50)
            .map(|r| blend(&lists, 6, &r.to_string())[0].team)
            .collect();
        assert_eq!(others.len(), 2);
    }
}
