//! Which events were counted: an exact window over the last ones.

use serde::{Deserialize, Serialize};

use super::window::Window;

/// Ids in a half. The window holds between this many and twice as many of the last ids, which at 500
/// events a second are 8 to 16 minutes of repeats, in about 10 MB.
const HALF: usize = 250_000;

/// The window.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Seen(Window<(), HALF>);

impl Seen {
    /// Whether `id` is new; it no longer is afterwards.
    pub(super) fn is_new(&mut self, id: u64) -> bool {
        let is_new = self.0.get(id).is_none();
        if is_new {
            self.0.insert(id, ());
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_once() {
        let mut seen = Seen::default();
        assert!(seen.is_new(1) && seen.is_new(2));
        assert!(!seen.is_new(1));
    }
}
