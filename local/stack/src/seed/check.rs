//! The checks every row passes, whatever it was read from.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};

use super::rejects::Reason;
use super::shop::Interaction;

/// Personalize takes ids of at most this many characters.
const LONGEST_ID: usize = 256;

/// Remembers what it has seen: eight bytes a row.
#[derive(Debug)]
pub(super) struct Check {
    now: i64,
    hasher: RandomState,
    seen: HashSet<u64>,
}

impl Check {
    /// A check for which the future begins after `now`, in epoch seconds.
    pub(super) fn new(now: i64) -> Self {
        Self {
            now,
            hasher: RandomState::new(),
            seen: HashSet::new(),
        }
    }

    /// Why this interaction cannot be used, if so. Two interactions of the same user with the
    /// same item and type in the same second are one: Personalize keeps the last of them.
    pub(super) fn interaction(&mut self, interaction: &Interaction<'_>) -> Result<(), Reason> {
        id(&interaction.user)?;
        id(&interaction.item)?;
        self.time(interaction.timestamp)?;
        let Interaction {
            user,
            item,
            timestamp,
            event_type,
            ..
        } = interaction;
        self.first((user, item, timestamp, event_type))
    }

    /// Whether nothing with this identity came before.
    pub(super) fn first(&mut self, identity: impl Hash) -> Result<(), Reason> {
        if self.seen.insert(self.hasher.hash_one(identity)) {
            Ok(())
        } else {
            Err(Reason::Duplicate)
        }
    }

    /// Between 1970 and now.
    pub(super) fn time(&self, timestamp: i64) -> Result<(), Reason> {
        if (0..=self.now).contains(&timestamp) {
            Ok(())
        } else {
            Err(Reason::BadTime)
        }
    }
}

/// Not empty, not longer than Personalize takes.
pub(super) fn id(id: &str) -> Result<(), Reason> {
    if id.is_empty() {
        return Err(Reason::NoId);
    }
    let fits = id.len() <= LONGEST_ID || id.chars().count() <= LONGEST_ID;
    if fits { Ok(()) } else { Err(Reason::IdTooLong) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interaction(item: &str, timestamp: i64) -> Interaction<'_> {
        Interaction {
            user: "u".into(),
            item: item.into(),
            timestamp,
            event_type: "view".into(),
            value: None,
        }
    }

    #[test]
    fn the_same_second_twice_is_a_duplicate_the_next_is_not() {
        let mut check = Check::new(1_000);
        assert_eq!(check.interaction(&interaction("a", 5)), Ok(()));
        assert_eq!(
            check.interaction(&interaction("a", 5)),
            Err(Reason::Duplicate)
        );
        assert_eq!(check.interaction(&interaction("a", 6)), Ok(()));
        assert_eq!(check.interaction(&interaction("b", 5)), Ok(()));
    }

    #[test]
    fn time_is_between_1970_and_now() {
        let mut check = Check::new(1_000);
        assert_eq!(
            check.interaction(&interaction("a", -1)),
            Err(Reason::BadTime)
        );
        assert_eq!(
            check.interaction(&interaction("a", 1_001)),
            Err(Reason::BadTime)
        );
        assert_eq!(check.interaction(&interaction("a", 1_000)), Ok(()));
    }

    #[test]
    fn ids_are_counted_in_characters() {
        assert_eq!(id(&"é".repeat(256)), Ok(()));
        assert_eq!(id(&"a".repeat(257)), Err(Reason::IdTooLong));
        assert_eq!(id(""), Err(Reason::NoId));
    }
}
