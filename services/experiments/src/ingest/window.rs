//! A window over the last entries, in two halves of which the older is forgotten when the younger is full:
//! memory is bounded, and nothing has to be swept.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// Values by id: at least the last `HALF` of them, and less than twice as many.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Window<V, const HALF: usize> {
    younger: HashMap<u64, V>,
    older: HashMap<u64, V>,
}

impl<V, const HALF: usize> Default for Window<V, HALF> {
    fn default() -> Self {
        Self {
            younger: HashMap::new(),
            older: HashMap::new(),
        }
    }
}

impl<V, const HALF: usize> Window<V, HALF> {
    /// The value of `id`, unless it was forgotten.
    pub(super) fn get(&self, id: u64) -> Option<&V> {
        self.younger.get(&id).or_else(|| self.older.get(&id))
    }

    /// Remembers `value`, as the youngest, in place of the one before.
    pub(super) fn insert(&mut self, id: u64, value: V) {
        self.older.remove(&id);
        self.younger.insert(id, value);
        if self.younger.len() >= HALF {
            self.older = std::mem::take(&mut self.younger);
        }
    }

    /// Takes the value of `id` out.
    pub(super) fn remove(&mut self, id: u64) -> Option<V> {
        let younger = self.younger.remove(&id);
        younger.or_else(|| self.older.remove(&id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_are_known_and_memory_is_bounded() {
        let mut window = Window::<u64, 100>::default();
        (0..350).for_each(|id| window.insert(id, 2 * id));
        assert!((250..350).all(|id| window.get(id) == Some(&(2 * id))));
        assert!(window.younger.len() + window.older.len() < 200);
        assert_eq!(window.get(0), None, "too long ago");
        assert_eq!(window.remove(349), Some(698));
        assert_eq!(window.get(349), None);
    }

    #[test]
    fn what_is_remembered_again_is_young_again() {
        let mut window = Window::<u64, 100>::default();
        window.insert(1, 1);
        (100..199).for_each(|id| window.insert(id, id));
        window.insert(1, 2);
        (200..290).for_each(|id| window.insert(id, id));
        assert_eq!(window.get(1), Some(&2));
    }
}
