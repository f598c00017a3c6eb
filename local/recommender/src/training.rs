//! The part of the data a model may learn from: everything, or all but what is held out.
//!
//! A view over [`Interactions`], not a copy.

use crate::{Event, Interactions};

/// Histories, each perhaps without its newest events.
pub(crate) struct Training<'a> {
    data: &'a Interactions,
    /// Users and how many of their newest events are hidden, by user.
    hidden: &'a [(u32, usize)],
    /// How many items there are, with or without events.
    items: usize,
}

impl<'a> Training<'a> {
    /// All of the data.
    pub(crate) fn all(data: &'a Interactions) -> Self {
        Self::without(data, &[])
    }

    /// The data without the newest events of some users; `hidden` is sorted by user.
    pub(crate) fn without(data: &'a Interactions, hidden: &'a [(u32, usize)]) -> Self {
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
        let history = self.data.history(user);
        match self.hidden.binary_search_by_key(&user, |&(user, _)| user) {
            Ok(at) => &history[..history.len() - self.hidden[at].1],
            Err(_) => history,
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
    fn hidden_events_are_the_newest_of_their_user() {
        let mut builder = InteractionsBuilder::new();
        for (user, item, time) in [("u", "a", 1), ("u", "b", 2), ("v", "a", 1), ("v", "c", 2)] {
            builder.push(user, item, time, 1.0);
        }
        let data = builder.build();
        let seen = |hidden: &[(u32, usize)]| -> Vec<u32> {
            let training = Training::without(&data, hidden);
            training.events().map(|event| event.item).collect()
        };
        assert_eq!(seen(&[(1, 1)]), [0, 1, 0]);
        assert_eq!(seen(&[(1, 2)]), [0, 1]);
        let training = Training::all(&data);
        assert_eq!((training.items(), training.with_items(9).items()), (3, 9));
        assert_eq!(training.events().count(), 4);
    }
}
