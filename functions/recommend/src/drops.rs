//! How much of what Personalize proposes is not shown, by placement, lately: as many more items are
//! asked for as will be left out.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// What one answer counts towards the share.
const WEIGHT: f64 = 0.1;

/// The share before the first answer.
const FIRST: f64 = 0.2;

/// The fewest and the most items that are asked for besides those wanted.
const SPARE: (usize, usize) = (5, 100);

/// The shares of all placements, in this process.
#[derive(Debug, Default)]
pub(crate) struct Drops(Mutex<HashMap<String, f64>>);

impl Drops {
    /// How many more items than `limit` are asked for.
    pub(crate) fn spare(&self, placement: &str, limit: usize) -> usize {
        let shares = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let share = shares.get(placement).copied().unwrap_or(FIRST).min(0.9);
        // Limits are below 500: exact, and positive.
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss
        )]
        let spare = (limit as f64 * share / (1.0 - share)).ceil() as usize;
        spare.clamp(SPARE.0, SPARE.1)
    }

    /// Of the items of `placement` this many were shown, and this many not.
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn saw(&self, placement: &str, shown: usize, dropped: usize) {
        if shown + dropped == 0 {
            return;
        }
        let now = dropped as f64 / (shown + dropped) as f64;
        let mut shares = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let share = shares.entry(placement.to_owned()).or_insert(FIRST);
        *share += WEIGHT * (now - *share);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_is_dropped_the_more_is_asked_for() {
        let drops = Drops::default();
        assert_eq!(drops.spare("home", 20), 5);
        for _ in 0..50 {
            drops.saw("home", 10, 10);
            drops.saw("cart", 10, 0);
            drops.saw("sold-out", 0, 10);
        }
        assert!((19..=20).contains(&drops.spare("home", 20)));
        assert_eq!(drops.spare("cart", 20), 5);
        assert_eq!(drops.spare("sold-out", 20), 100);
    }
}
