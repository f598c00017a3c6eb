//! A sparse vector of sums over all items that is cheap to fill, read and empty again.
//!
//! Dense inside: adding is one array access. Emptying touches only what was filled.

use std::cell::Cell;

/// Positive sums by item.
#[derive(Default)]
pub(crate) struct Accumulator {
    sums: Vec<f32>,
    touched: Vec<u32>,
}

thread_local! {
    static SPARE: Cell<Accumulator> = Cell::default();
}

impl Accumulator {
    /// Room for items numbered below `items`.
    pub(crate) fn new(items: usize) -> Self {
        Self {
            sums: vec![0.0; items],
            touched: Vec::new(),
        }
    }

    /// Runs `work` with this thread's empty accumulator, so that queries need not allocate.
    /// Taken out of its place meanwhile: a query inside a query gets a new one.
    pub(crate) fn with<T>(items: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let mut spare = SPARE.take();
        if spare.sums.len() < items {
            spare.sums.resize(items, 0.0);
        }
        let result = work(&mut spare);
        spare.clear();
        SPARE.set(spare);
        result
    }

    /// Adds `value`, which is not negative, to the sum of `item`.
    #[inline]
    pub(crate) fn add(&mut self, item: u32, value: f32) {
        let sum = &mut self.sums[item as usize];
        if *sum == 0.0 && value > 0.0 {
            self.touched.push(item);
        }
        *sum += value;
    }

    /// The sum of `item`, 0 when nothing was added.
    pub(crate) fn get(&self, item: u32) -> f32 {
        self.sums.get(item as usize).copied().unwrap_or_default()
    }

    /// The items with a sum, in the order first added to.
    pub(crate) fn sums(&self) -> impl Iterator<Item = (u32, f32)> {
        self.touched
            .iter()
            .map(|&item| (item, self.sums[item as usize]))
    }

    /// Forgets all sums.
    pub(crate) fn clear(&mut self) {
        for item in self.touched.drain(..) {
            self.sums[item as usize] = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_add_up_and_are_gone_after_clearing() {
        let mut sums = Accumulator::new(3);
        sums.add(2, 0.5);
        sums.add(0, 0.0);
        sums.add(2, 0.25);
        assert_eq!(sums.sums().collect::<Vec<_>>(), [(2, 0.75)]);
        sums.clear();
        assert_eq!((sums.get(2), sums.sums().count()), (0.0, 0));
    }

    #[test]
    fn a_query_inside_a_query_sees_only_its_own_sums() {
        Accumulator::with(2, |outer| {
            outer.add(1, 1.0);
            Accumulator::with(2, |inner| assert_eq!(inner.get(1), 0.0));
            assert_eq!(outer.get(1), 1.0);
        });
        Accumulator::with(2, |next| assert_eq!(next.sums().count(), 0));
    }
}
