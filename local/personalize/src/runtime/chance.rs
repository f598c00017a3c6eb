//! Chance that is the same for the same visitor: the position of a promoted item, which new item is
//! tried. Not for secrets.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

/// A sequence of numbers from a seed (splitmix64).
pub(super) struct Chance(u64);

impl Chance {
    /// The chance of this request: its visitor, its item and what it asks.
    pub(super) fn of(seed: impl Hash) -> Self {
        let mut hasher = FxHasher::default();
        seed.hash(&mut hasher);
        Self(hasher.finish())
    }

    /// A number below `bound`, which must not be 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        // The upper half of the product: even, and without a division.
        let product = u128::from(mixed) * bound as u128;
        usize::try_from(product >> 64).unwrap_or(0)
    }

    /// Whether something of this probability happens.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        const STEPS: usize = 1 << 20;
        (self.below(STEPS) as f64) < probability * STEPS as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_sequence_that_is_spread_evenly() {
        let draw = |seed: &str| -> Vec<usize> {
            let mut chance = Chance::of(seed);
            (0..1000).map(|_| chance.below(10)).collect()
        };
        assert_eq!(draw("a"), draw("a"));
        assert_ne!(draw("a"), draw("b"));
        for value in 0..10 {
            let count = draw("a").iter().filter(|one| **one == value).count();
            assert!((60..140).contains(&count), "{value}: {count}");
        }
        let mut chance = Chance::of("c");
        let times = (0..1000).filter(|_| chance.happens(0.25)).count();
        assert!((200..300).contains(&times), "{times}");
        assert!(!chance.happens(0.0) && chance.happens(1.0));
    }
}
