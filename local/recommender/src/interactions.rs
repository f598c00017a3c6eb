//! Interactions in compressed rows: one run of events per user, each run in time order.
//!
//! Built once and then read only. Building sorts in place, so the rows are never held twice.

use crate::Ids;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// One thing a user did with an item.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The item's number in the vocabulary the event belongs to.
    pub item: u32,
    /// When, in seconds since 1970.
    pub timestamp: i64,
    /// How much the event says; 1 is usual. Not positive or not finite says nothing, but for
    /// [`Recipe::NextBestAction`](crate::Recipe::NextBestAction), where negative is not taken.
    pub weight: f32,
}

impl Event {
    /// The weight with values that mean nothing read as 0.
    pub(crate) fn usable_weight(&self) -> f32 {
        if self.weight.is_finite() {
            self.weight.max(0.0)
        } else {
            0.0
        }
    }
}

/// All interactions, by user.
#[derive(Debug, Clone)]
pub struct Interactions {
    users: Ids,
    items: Ids,
    /// Where each user's run begins in `events`, and one more for the end.
    starts: Vec<usize>,
    events: Vec<Event>,
}

impl Interactions {
    /// The users, in the order first pushed. Each has at least one event.
    #[must_use]
    pub fn users(&self) -> &Ids {
        &self.users
    }

    /// The items, in the order first pushed. Each has at least one event.
    #[must_use]
    pub fn items(&self) -> &Ids {
        &self.items
    }

    /// What `user` did, oldest first; events of one second in the order they were pushed.
    ///
    /// # Panics
    /// When `user` is not a number of [`users`](Self::users).
    #[must_use]
    pub fn history(&self, user: u32) -> &[Event] {
        let user = user as usize;
        &self.events[self.starts[user]..self.starts[user + 1]]
    }

    /// How many events there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

/// Takes interactions in any order.
#[derive(Debug, Default)]
pub struct InteractionsBuilder {
    users: Ids,
    items: Ids,
    rows: Vec<Row>,
}

/// An event with its user and its place in the order of pushing.
#[derive(Debug, Clone, Copy)]
struct Row {
    user: u32,
    sequence: u32,
    event: Event,
}

impl Row {
    fn order(&self) -> (u32, i64, u32) {
        (self.user, self.event.timestamp, self.sequence)
    }
}

impl InteractionsBuilder {
    /// An empty builder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one interaction: `timestamp` in seconds since 1970, `weight` 1 when nothing is known.
    pub fn push(&mut self, user: &str, item: &str, timestamp: i64, weight: f32) {
        let user = self.users.intern(user);
        let event = Event {
            item: self.items.intern(item),
            timestamp,
            weight,
        };
        let sequence = self.rows.len() as u32;
        self.rows.push(Row {
            user,
            sequence,
            event,
        });
    }

    /// Sorts what was pushed by user and time.
    #[must_use]
    pub fn build(mut self) -> Interactions {
        self.rows.par_sort_unstable_by_key(Row::order);
        let mut starts = vec![0; self.users.len() + 1];
        for row in &self.rows {
            starts[row.user as usize + 1] += 1;
        }
        for user in 1..starts.len() {
            starts[user] += starts[user - 1];
        }
        // A row and an event are aligned alike, so the library collects into the rows' own memory.
        let events = self.rows.into_iter().map(|row| row.event).collect();
        Interactions {
            users: self.users,
            items: self.items,
            starts,
            events,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(data: &Interactions, user: &str) -> Vec<String> {
        let history = data.history(data.users().get(user).unwrap());
        history
            .iter()
            .map(|event| data.items().name(event.item).to_owned())
            .collect()
    }

    #[test]
    fn histories_are_in_time_order_whatever_the_order_of_pushing() {
        let mut builder = InteractionsBuilder::new();
        builder.push("u", "late", 30, 1.0);
        builder.push("v", "other", 10, 1.0);
        builder.push("u", "early", -5, 1.0);
        let data = builder.build();
        assert_eq!(items(&data, "u"), ["early", "late"]);
        assert_eq!(items(&data, "v"), ["other"]);
        assert_eq!(data.len(), 3);
    }

    #[test]
    fn equal_timestamps_keep_the_order_of_pushing() {
        let mut builder = InteractionsBuilder::new();
        for n in 0..1_000 {
            builder.push(["u", "v"][n % 2], &format!("{n:04}"), 7, 1.0);
        }
        let data = builder.build();
        let names = items(&data, "v");
        assert_eq!(names.len(), 500);
        assert!(names.is_sorted());
    }

    #[test]
    fn nothing_pushed_is_empty() {
        let data = InteractionsBuilder::new().build();
        assert!(data.is_empty() && data.users().is_empty() && data.items().is_empty());
    }
}
