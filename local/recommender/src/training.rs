//! The part of the data a model may learn from: everything, or all but the users held out.
//!
//! A view over [`Interactions`], not a copy.

use crate::{Event, Interactions};

/// Histories, without those of some users.
pub(crate) struct Training<'a> {
    data: &'a Interactions,
    /// Users of whom nothing may be known, sorted.
    hidden: &'a [u32],
    /// How many items there are, with or without events.
    items: usize,
}

impl<'a> Training<'a> {
    /// All of the data.
    pub(crate) fn all(data: &'a Interactions) -> Self {
        Self::without(data, &[])
    }

    /// The data without some users; `hidden` is sorted.
    pub(crate) fn without(data: &'a Interactions, hidden: &'a [u32]) -> Self {
        Self {
            data,
            hidden,
            items: data.items().len(),
        }
    }

    /// The same with items without events after those of the data: `items` in all.
    pub(crate) fn with_items(&self, items: usize) -> Self {
        Self { items, ..*self }
    }

    /// The data the view is of.
    pub(crate) fn data(&self) -> &'a Interactions {
        self.data
    }

    /// The number of users.
    pub(crate) fn users(&self) -> u32 {
        self.data.users().len() as u32
    }

    /// The number of items, whether or not any of their events can be seen.
    pub(crate) fn items(&self) -> usize {
        self.items
    }

    /// What may be known of `user`, oldest first.
    pub(crate) fn history(&self, user: u32) -> &'a [Event] {
        match self.hidden.binary_search(&user) {
            Ok(_) => &[],
            Err(_) => self.data.history(user),
        }
    }

    /// All visible events, user by user.
    pub(crate) fn events(&self) -> impl Iterator<Item = &'a Event> {
        (0..self.users()).flat_map(|user| self.history(user))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InteractionsBuilder;

    #[test]
    fn nothing_is_seen_of_a_hidden_user() {
        let mut builder = InteractionsBuilder::new();
        for (user, item, time) in [("u", "a", 1), ("u", "b", 2), ("v", "a", 1), ("v", "c", 2)] {
            builder.push(user, item, time, 1.0);
        }
        let data = builder.build();
        let training = Training::without(&data, &[1]);
        let seen: Vec<u32> = training.events().map(|event| event.item).collect();
        assert_eq!(seen, [0, 1]);
        assert!(training.history(1).is_empty());
        assert_eq!((training.items(), training.with_items(9).items()), (3, 9));
        assert_eq!(Training::all(&data).events().count(), 4);
    }
}
