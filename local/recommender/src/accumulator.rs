//! A sparse vector of sums over all items that is cheap to fill, read and empty again.
//!
//! Dense inside: adding is one array access. Emptying touches only what was filled.

use std::cell::Cell;

/// Positive sums by item.
#[derive(Default)]
pub(crate) struct Accumulator {
    /// At least as many as there is room for: an accumulator that was larger before stays so.
    values: Vec<f32>,
    items: usize,
    touched: Vec<u32>,
}

thread_local! {
    static SPARE: Cell<Vec<Accumulator>> = Cell::default();
}

impl Accumulator {
    /// Runs `work` with an empty accumulator for items numbered below `items`. It comes from this
    /// thread's spare ones, so that queries and training need not allocate, and may be nested.
    pub(crate) fn with<T>(items: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let mut spare = SPARE.take();
        let mut sums = spare.pop().unwrap_or_default();
        SPARE.set(spare);
        if sums.values.len() < items {
            sums.values.resize(items, 0.0);
        }
        sums.items = items;
        let result = work(&mut sums);
        sums.clear();
        let mut spare = SPARE.take();
        spare.push(sums);
        SPARE.set(spare);
        result
    }

    /// How many items there is room for.
    pub(crate) fn items(&self) -> usize {
        self.items
    }

    /// Adds `value`, which is not negative, to the sum of `item`. Answers whether it is its first.
    #[inline]
    pub(crate) fn add(&mut self, item: u32, value: f32) -> bool {
        let sum = &mut self.values[item as usize];
        let first = *sum == 0.0 && value > 0.0;
        if first {
            self.touched.push(item);
        }
        *sum += value;
        first
    }

    /// Makes the sum of `item` at least `value`, which is not negative.
    #[inline]
    pub(crate) fn raise(&mut self, item: u32, value: f32) {
        let sum = &mut self.values[item as usize];
        if *sum == 0.0 && value > 0.0 {
            self.touched.push(item);
        }
        *sum = sum.max(value);
    }

    /// The sum of `item`, 0 when nothing was added.
    pub(crate) fn get(&self, item: u32) -> f32 {
        self.values.get(item as usize).copied().unwrap_or_default()
    }

    /// The largest sum, 0 when there is none.
    pub(crate) fn largest(&self) -> f32 {
        self.sums().map(|(_, sum)| sum).fold(0.0, f32::max)
    }

    /// Multiplies the sum of one item by `factor`, which is positive.
    pub(crate) fn damp(&mut self, item: u32, factor: f32) {
        self.values[item as usize] *= factor;
    }

    /// Multiplies all sums by `factor`, which is positive.
    pub(crate) fn scale(&mut self, factor: f32) {
        for &item in &self.touched {
            self.values[item as usize] *= factor;
        }
    }

    /// The items with a sum, in the order first added to.
    pub(crate) fn sums(&self) -> impl Iterator<Item = (u32, f32)> {
        self.touched
            .iter()
            .map(|&item| (item, self.values[item as usize]))
    }

    /// The item of the sum at `index` in the order of [`sums`](Self::sums).
    pub(crate) fn touched(&self, index: usize) -> u32 {
        self.touched[index]
    }

    /// Forgets all sums.
    pub(crate) fn clear(&mut self) {
        for item in self.touched.drain(..) {
            self.values[item as usize] = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_add_up_and_are_gone_afterwards() {
        Accumulator::with(3, |sums| {
            assert!(sums.add(2, 0.5));
            assert!(!sums.add(0, 0.0));
            assert!(!sums.add(2, 0.25));
            sums.raise(2, 0.5);
            sums.raise(1, 2.0);
            assert_eq!(sums.sums().collect::<Vec<_>>(), [(2, 0.75), (1, 2.0)]);
        });
        Accumulator::with(3, |sums| {
            assert_eq!((sums.get(2), sums.sums().count()), (0.0, 0));
        });
    }

    #[test]
    fn nested_uses_do_not_see_each_other() {
        Accumulator::with(2, |outer| {
            outer.add(1, 1.0);
            Accumulator::with(5, |inner| {
                assert_eq!((inner.get(1), inner.items()), (0.0, 5));
            });
            assert_eq!(outer.get(1), 1.0);
        });
    }
}
