//! Which events were counted: exact windows over the last ones, one for what may be an outcome, and one for
//! everything else. A shop has a hundred times as many views as purchases: in one window they would push a
//! purchase out within minutes, and who sends it again hours later, as `replay` does, would buy twice.

use serde::{Deserialize, Serialize};

use super::window::Window;

/// Ids in a half of what is no outcome: at 500 events a second 8 to 16 minutes, in about 10 MB.
const HALF: usize = 250_000;
/// Ids in a half of outcomes: at ten of them a second one to two days, in about 40 MB.
const OUTCOMES_HALF: usize = 1_000_000;

/// The windows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Seen {
    others: Window<(), HALF>,
    outcomes: Window<(), OUTCOMES_HALF>,
}

impl Seen {
    /// Whether the event `id` is new; it no longer is afterwards. What is an outcome depends on the
    /// experiments that run, so both windows are looked into.
    pub(super) fn is_new(&mut self, id: u64, is_outcome: bool) -> bool {
        let is_new = self.others.get(id).is_none() && self.outcomes.get(id).is_none();
        match is_outcome {
            _ if !is_new => {}
            true => self.outcomes.insert(id, ()),
            false => self.others.insert(id, ()),
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_once_whatever_it_is_the_second_time() {
        let mut seen = Seen::default();
        assert!(seen.is_new(1, true) && seen.is_new(2, false));
        assert!(!seen.is_new(1, true) && !seen.is_new(1, false));
        assert!(!seen.is_new(2, false) && !seen.is_new(2, true));
    }

    #[test]
    fn what_is_no_outcome_pushes_none_out() {
        let mut seen = Seen::default();
        assert!(seen.is_new(0, true) && seen.is_new(1, false));
        let views = 2 * HALF as u64;
        (2..2 + views).for_each(|id| assert!(seen.is_new(id, false)));
        assert!(seen.is_new(1, false), "too long ago");
        assert!(!seen.is_new(0, true), "an outcome is known");
    }
}
