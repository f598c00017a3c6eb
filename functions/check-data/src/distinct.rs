//! How many different ids there are, and how many of them come at least twice, in bounded memory.
//!
//! Exact up to [`CAPACITY`] ids. Beyond, adaptive sampling (Wegman; Flajolet 1990): only ids whose
//! hash begins with `level` zero bits are kept, one in 2^level, so that the counts are estimates
//! with a standard error of about 0.3 %. The memory is 4 MiB, whatever the size of the shop.

use rustc_hash::{FxBuildHasher, FxHashMap};

/// The most ids kept: what a table of 2^18 places holds.
const CAPACITY: usize = (1 << 18) / 8 * 7;

/// Counts ids.
#[derive(Debug)]
pub(crate) struct Distinct {
    kept: FxHashMap<u64, u32>,
    level: u32,
}

impl Default for Distinct {
    /// No id, and a table that never grows: growing would need the memory of the old and the new one.
    fn default() -> Self {
        Self {
            kept: FxHashMap::with_capacity_and_hasher(CAPACITY, FxBuildHasher),
            level: 0,
        }
    }
}

impl Distinct {
    /// Takes one occurrence of the id with this hash; how often it has come now, 0 when it is not kept.
    pub(crate) fn add(&mut self, hash: u64) -> u32 {
        if hash.leading_zeros() < self.level {
            return 0;
        }
        let count = self.kept.entry(hash).or_default();
        *count = count.saturating_add(1);
        let count = *count;
        if self.kept.len() >= CAPACITY {
            self.level += 1;
            let level = self.level;
            self.kept.retain(|hash, _| hash.leading_zeros() >= level);
        }
        count
    }

    /// Different ids.
    pub(crate) fn count(&self) -> u64 {
        self.scaled(self.kept.len())
    }

    /// Different ids that came at least twice.
    pub(crate) fn repeated(&self) -> u64 {
        self.scaled(self.kept.values().filter(|count| **count >= 2).count())
    }

    /// How many ids come how often: an upper bound of the times, and the ids up to it that are in no
    /// group before.
    pub(crate) fn groups(&self) -> [(u32, u64); 8] {
        let mut groups = [1, 2, 4, 9, 19, 49, 99, u32::MAX].map(|most| (most, 0));
        for times in self.kept.values() {
            let group = groups.iter_mut().find(|(most, _)| times <= most);
            if let Some((_, ids)) = group {
                *ids += 1 << self.level;
            }
        }
        groups
    }

    /// Whether the counts are exact.
    pub(crate) fn is_exact(&self) -> bool {
        self.level == 0
    }

    fn scaled(&self, kept: usize) -> u64 {
        u64::try_from(kept).unwrap_or(u64::MAX) << self.level
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::of;

    #[test]
    fn small_sets_are_counted_exactly() {
        let mut ids = Distinct::default();
        for id in ["a", "b", "a", "c", "a", "b"] {
            ids.add(of([id]));
        }
        assert_eq!((ids.count(), ids.repeated(), ids.is_exact()), (3, 2, true));
    }

    #[test]
    fn ids_are_grouped_by_how_often_they_come() {
        let mut ids = Distinct::default();
        for id in ["a", "a", "a", "b", "c", "c", "c", "c"] {
            ids.add(of([id]));
        }
        assert_eq!(ids.groups()[..4], [(1, 1), (2, 0), (4, 2), (9, 0)]);
    }

    #[test]
    fn large_sets_are_estimated_closely_in_the_same_memory() {
        let mut ids = Distinct::default();
        let total = 2_000_000_u64;
        for round in 0..2 {
            for id in 0..total >> round {
                ids.add(of([id.to_string().as_str()]));
            }
        }
        assert!(!ids.is_exact() && ids.kept.len() < CAPACITY);
        let near = |estimate: u64, truth: u64| estimate.abs_diff(truth) * 50 < truth;
        assert!(near(ids.count(), total), "{}", ids.count());
        assert!(near(ids.repeated(), total / 2), "{}", ids.repeated());
    }
}
