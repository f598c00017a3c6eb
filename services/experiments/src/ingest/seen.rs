//! Which events were counted: an exact window over the last ones, in two halves of which the older is
//! forgotten when the younger is full.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

/// Ids in a half. The window holds between this many and twice as many of the last ids, which at 500
/// events a second are 8 to 16 minutes of repeats, in about 10 MB.
const HALF: usize = 250_000;

/// The window.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    younger: HashSet<u64>,
    older: HashSet<u64>,
}

impl Seen {
    /// Whether `id` is new; it no longer is afterwards.
    pub(super) fn is_new(&mut self, id: u64) -> bool {
        if self.older.contains(&id) || !self.younger.insert(id) {
            return false;
        }
        if self.younger.len() >= HALF {
            self.older = std::mem::take(&mut self.younger);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ids_are_known_and_memory_is_bounded() {
        let mut seen = Seen::default();
        let many = 3 * HALF as u64;
        assert!((0..many).all(|id| seen.is_new(id)));
        assert!((many - HALF as u64..many).all(|id| !seen.is_new(id)));
        assert!(seen.younger.len() + seen.older.len() <= 2 * HALF);
        assert!(seen.is_new(0), "too long ago");
    }
}
