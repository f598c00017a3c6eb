//! Where each item occurs in the histories, and what lies around an occurrence.
//!
//! Distance is counted in *steps*, a step being all events of one user at one time: the items of
//! a basket have no order among themselves, and the next basket is one step away however full
//! this one is.

use crate::Event;
use crate::training::Training;

/// The occurrences of every item, by item, user and time.
pub(crate) struct Occurrences {
    /// Where each item's occurrences begin in `places`, and one more for the end.
    starts: Vec<usize>,
    /// User and index in that user's history.
    places: Vec<(u32, u32)>,
}

impl Occurrences {
    pub(crate) fn of(training: &Training<'_>) -> Self {
        let mut starts = vec![0; training.items() + 1];
        for event in training.events() {
            starts[event.item as usize + 1] += 1;
        }
        for item in 1..starts.len() {
            starts[item] += starts[item - 1];
        }
        let mut next = starts.clone();
        let mut places = vec![(0, 0); starts[training.items()]];
        for user in 0..training.users() {
            for (index, event) in training.history(user).iter().enumerate() {
                let place = &mut next[event.item as usize];
                places[*place] = (user, index as u32);
                *place += 1;
            }
        }
        Self { starts, places }
    }

    /// The occurrences of `item`, one slice of (user, index) per user, indexes rising.
    pub(crate) fn by_user(&self, item: u32) -> impl Iterator<Item = &[(u32, u32)]> {
        let item = item as usize;
        self.places[self.starts[item]..self.starts[item + 1]].chunk_by(|a, b| a.0 == b.0)
    }

    /// The occurrences of `item` with `user`, indexes rising.
    pub(crate) fn of_user(&self, item: u32, user: u32) -> Option<&[(u32, u32)]> {
        self.by_user(item).find(|places| places[0].0 == user)
    }
}

/// The `window` events after the one at `index`, nearest first, with their distance in steps.
pub(crate) fn after(
    history: &[Event],
    index: usize,
    window: usize,
) -> impl Iterator<Item = (&Event, usize)> {
    with_steps(
        history[index].timestamp,
        history[index + 1..].iter().take(window),
    )
}

/// The `window` events before the one at `index`, nearest first, with their distance in steps.
pub(crate) fn before(
    history: &[Event],
    index: usize,
    window: usize,
) -> impl Iterator<Item = (&Event, usize)> {
    with_steps(
        history[index].timestamp,
        history[..index].iter().rev().take(window),
    )
}

/// Counts the changes of time along `events`, beginning at time `from`.
pub(crate) fn with_steps<'a>(
    from: i64,
    events: impl Iterator<Item = &'a Event>,
) -> impl Iterator<Item = (&'a Event, usize)> {
    events.scan((from, 0), |(time, steps), event| {
        if event.timestamp != *time {
            *time = event.timestamp;
            *steps += 1;
        }
        Some((event, *steps))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InteractionsBuilder;

    #[test]
    fn occurrences_are_grouped_by_user_and_distances_count_baskets() {
        let mut builder = InteractionsBuilder::new();
        for (user, item, time) in [
            ("u", "a", 1),
            ("u", "b", 1),
            ("u", "a", 2),
            ("u", "c", 9),
            ("v", "a", 5),
        ] {
            builder.push(user, item, time, 1.0);
        }
        let data = builder.build();
        let training = Training::all(&data);
        let occurrences = Occurrences::of(&training);
        let of_a: Vec<_> = occurrences.by_user(0).collect();
        assert_eq!(of_a, [&[(0, 0), (0, 2)][..], &[(1, 0)][..]]);

        let ahead = |window| -> Vec<(u32, usize)> {
            after(data.history(0), 0, window)
                .map(|(event, steps)| (event.item, steps))
                .collect()
        };
        assert_eq!(ahead(9), [(1, 0), (0, 1), (2, 2)]);
        assert_eq!(ahead(1), [(1, 0)]);
        let behind: Vec<usize> = before(data.history(0), 2, 9)
            .map(|(_, steps)| steps)
            .collect();
        assert_eq!(behind, [1, 1]);
    }
}
