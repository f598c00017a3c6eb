//! Whether a row came before, in bounded memory.
//!
//! Hashes of the last rows are kept in two sets of up to [`WINDOW`]: when the younger is full, the
//! older is forgotten. So every row is compared with at least the [`WINDOW`] different rows before
//! it, datasets up to that size with all, and the memory ends at 18 MiB (9 bytes a place, 2^20
//! places a set), be it a billion rows. A report says which of the two it was.

use rustc_hash::{FxBuildHasher, FxHashSet};

/// Different rows a set holds: what 2^20 places take before they double.
pub(crate) const WINDOW: usize = (1 << 20) / 8 * 7;

/// Remembers rows.
#[derive(Debug)]
pub(crate) struct Duplicates {
    younger: FxHashSet<u64>,
    older: FxHashSet<u64>,
    window: usize,
    /// Whether rows were forgotten.
    forgot: bool,
}

impl Duplicates {
    /// Remembers at least the last `window` different rows.
    pub(crate) fn remembering(window: usize) -> Self {
        Self {
            younger: with_room(window),
            older: FxHashSet::default(),
            window,
            forgot: false,
        }
    }

    /// Remembers the row with this hash; whether it is new.
    pub(crate) fn is_new(&mut self, hash: u64) -> bool {
        if self.older.contains(&hash) || !self.younger.insert(hash) {
            return false;
        }
        if self.younger.len() == self.window {
            std::mem::swap(&mut self.younger, &mut self.older);
            if self.younger.is_empty() {
                self.younger = with_room(self.window);
            } else {
                self.forgot = true;
                self.younger.clear();
            }
        }
        true
    }

    /// Whether every row was compared with all rows before it.
    pub(crate) fn compared_all(&self) -> bool {
        !self.forgot
    }
}

/// A set that never grows: growing would need the memory of the old and the new one at once.
fn with_room(window: usize) -> FxHashSet<u64> {
    FxHashSet::with_capacity_and_hasher(window, FxBuildHasher)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_known_for_at_least_the_window() {
        let mut rows = Duplicates::remembering(3);
        let new: Vec<bool> = [1, 2, 1, 3, 4, 2].map(|hash| rows.is_new(hash)).to_vec();
        assert_eq!(new, [true, true, false, true, true, false]);
        assert!(rows.compared_all());
    }

    #[test]
    fn beyond_two_windows_the_oldest_are_forgotten_and_that_is_said() {
        let mut rows = Duplicates::remembering(3);
        assert!((1..=6).all(|hash| rows.is_new(hash)));
        assert!(!rows.compared_all());
        assert!(!rows.is_new(4), "within the window");
        assert!(rows.is_new(1), "forgotten");
    }
}
