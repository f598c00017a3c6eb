//! The part of the data a model may learn from: everything, or all but what is held out.
//!
//! A view over [`Interactions`], not a copy.

use crate::{Event, Interactions};
use std::ops::Range;

/// Histories, each perhaps without its newest events.
pub(crate) struct Training<'a> {
    data: &'a Interactions,
    /// Users and how many of their newest events are hidden, by user.
    hidden: &'a [(u32, usize)],
}

impl<'a> Training<'a> {
    /// All of the data.
    pub(crate) fn all(data: &'a Interactions) -> Self {
        Self { data, hidden: &[] }
    }

    /// The data without the newest events of some users; `hidden` is sorted by user.
    pub(crate) fn without(data: &'a Interactions, hidden: &'a [(u32, usize)]) -> Self {
        Self { data, hidden }
    }

    /// The data the view is of.
    pub(crate) fn data(&self) -> &'a Interactions {
        self.data
    }

    /// The number of items, whether or not any of their events can be seen.
    pub(crate) fn items(&self) -> usize {
        self.data.items().len()
    }

    /// All events, hidden ones too; the ranges of [`runs`](Self::runs) tell them apart.
    pub(crate) fn events(&self) -> &'a [Event] {
        self.data.events()
    }

    /// Where the visible events of each user lie in [`events`](Self::events).
    pub(crate) fn runs(&self) -> impl Iterator<Item = Range<usize>> {
        let mut hidden = self.hidden.iter().peekable();
        self.data
            .starts()
            .windows(2)
            .enumerate()
            .map(move |(user, run)| {
                let cut = hidden
                    .next_if(|(of, _)| *of as usize == user)
                    .map_or(0, |&(_, count)| count);
                run[0]..run[1] - cut
            })
    }

    /// All visible events.
    pub(crate) fn visible(&self) -> impl Iterator<Item = &'a Event> {
        let events = self.events();
        self.runs().flat_map(move |run| &events[run])
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
        let training = Training::without(&data, &[(1, 1)]);
        assert_eq!(training.runs().collect::<Vec<_>>(), [0..2, 2..3]);
        let seen: Vec<u32> = training.visible().map(|event| event.item).collect();
        assert_eq!(seen, [0, 1, 0]);
        assert_eq!(Training::all(&data).visible().count(), 4);
    }
}
