//! For every item the few items that go with it best, in compressed rows.
//!
//! How well two items go together is decided by whoever fills the sums; here they are cut to the
//! best and kept.

use crate::accumulator::Accumulator;
use crate::query::Scored;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Neighbours of each item, the best first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Neighbours {
    /// Where each item's neighbours begin, and one more for the end.
    starts: Vec<u32>,
    items: Vec<u32>,
    weights: Vec<f32>,
}

impl Neighbours {
    /// No neighbours at all.
    pub(crate) fn none() -> Self {
        Self {
            starts: vec![0],
            items: Vec::new(),
            weights: Vec::new(),
        }
    }

    /// For each of `items` items, `fill` adds up its candidates, `weigh(item, candidate, sum)`
    /// turns a sum into a weight, and the `most` best with a positive weight stay.
    ///
    /// Every item is computed by one thread in one order, so the result is the same for any
    /// number of threads.
    pub(crate) fn build(
        items: usize,
        most: usize,
        fill: impl Fn(u32, &mut Accumulator) + Sync,
        weigh: impl Fn(u32, u32, f32) -> f32 + Sync,
    ) -> Self {
        let rows: Vec<Vec<Scored>> = (0..items as u32)
            .into_par_iter()
            .map(|item| {
                Accumulator::with(items, |sums| {
                    fill(item, sums);
                    let weighed = sums.sums().map(|(other, sum)| Scored {
                        item: other,
                        score: weigh(item, other, sum),
                    });
                    best(weighed.filter(|other| other.score > 0.0).collect(), most)
                })
            })
            .collect();

        let mut starts = vec![0];
        let mut end = 0;
        starts.extend(rows.iter().map(|row| {
            end += row.len() as u32;
            end
        }));
        let (items, weights) = rows
            .into_iter()
            .flatten()
            .map(|other| (other.item, other.score))
            .unzip();
        Self {
            starts,
            items,
            weights,
        }
    }

    /// The neighbours of `item` and their weights; none for an unknown item.
    pub(crate) fn of(&self, item: u32) -> impl Iterator<Item = (u32, f32)> {
        let item = item as usize;
        let row = match self.starts.get(item..item + 2) {
            Some(row) => row[0] as usize..row[1] as usize,
            None => 0..0,
        };
        let weights = &self.weights[row.clone()];
        self.items[row].iter().copied().zip(weights.iter().copied())
    }

    /// Whether all numbers fit together, for a vocabulary of `items` items.
    pub(crate) fn fits(&self, items: usize) -> bool {
        self.starts.len() == items + 1
            && self.starts[0] == 0
            && self.starts.is_sorted()
            && self.starts[items] as usize == self.items.len()
            && self.items.len() == self.weights.len()
            && self.items.iter().all(|&item| (item as usize) < items)
    }
}

/// The `most` best, best first.
fn best(mut all: Vec<Scored>, most: usize) -> Vec<Scored> {
    if all.len() > most {
        all.select_nth_unstable_by(most, Scored::best_first);
        all.truncate(most);
    }
    all.sort_unstable_by(Scored::best_first);
    all.shrink_to_fit();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(items: u32, most: usize) -> Neighbours {
        let fill = |item: u32, sums: &mut Accumulator| {
            for step in 1..=3 {
                sums.add((item + step) % items, step as f32);
            }
        };
        Neighbours::build(items as usize, most, fill, |_, _, sum| sum - 1.0)
    }

    #[test]
    fn the_best_stay_best_first_and_those_without_weight_go() {
        let neighbours = ring(10, 5);
        assert_eq!(neighbours.of(9).collect::<Vec<_>>(), [(2, 2.0), (1, 1.0)]);
        assert_eq!(ring(10, 1).of(0).collect::<Vec<_>>(), [(3, 2.0)]);
    }

    #[test]
    fn an_unknown_item_has_none() {
        assert_eq!(ring(10, 5).of(10).count(), 0);
        assert_eq!(ring(10, 5).of(u32::MAX).count(), 0);
        assert_eq!(Neighbours::none().of(0).count(), 0);
    }

    #[test]
    fn rows_that_point_outside_do_not_fit() {
        let good = ring(10, 5);
        assert!(good.fits(10) && !good.fits(9) && !good.fits(11));
        let mut bad = good.clone();
        bad.items[0] = 10;
        assert!(!bad.fits(10));
        let mut cut = good;
        cut.weights.pop();
        assert!(!cut.fits(10));
    }
}
