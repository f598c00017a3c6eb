//! Imported interactions, by user and in time order, 24 bytes each. Streamed ones are in `stream.rs`.

/// Something a user did with an item or an action.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Interaction {
    /// The number of the item, or of the action.
    pub(crate) item: u32,
    /// The event type's number; `NO_TYPE` when the schema has no EVENT_TYPE.
    pub(crate) event_type: u32,
    /// Epoch seconds.
    pub(crate) timestamp: i64,
    /// EVENT_VALUE; NaN when there is none.
    pub(crate) value: f32,
    /// The number of the event's context; `NO_CONTEXT` when it has none.
    pub(crate) context: u32,
}

impl Interaction {
    /// One of which no more is known than what and when.
    #[must_use]
    pub(crate) fn new(item: u32, timestamp: i64) -> Self {
        Self {
            item,
            event_type: NO_TYPE,
            timestamp,
            value: f32::NAN,
            context: NO_CONTEXT,
        }
    }
}

/// The event type of an interaction that has none.
pub(crate) const NO_TYPE: u32 = u32::MAX;
/// The context of an interaction that has none.
pub(crate) const NO_CONTEXT: u32 = u32::MAX;

/// Interactions of all users.
#[derive(Debug, Clone, Default)]
pub(crate) struct Histories {
    /// `starts[user]..starts[user + 1]` are the user's rows.
    starts: Vec<usize>,
    rows: Vec<Interaction>,
}

impl Histories {
    /// Sorts interactions by user and time; those of one second stay in their order.
    #[must_use]
    pub(crate) fn new(mut interactions: Vec<(u32, Interaction)>) -> Self {
        interactions.sort_by_key(|(user, interaction)| (*user, interaction.timestamp));
        let users = interactions
            .last()
            .map_or(0, |(user, _)| *user as usize + 1);
        let mut starts = vec![0; users + 1];
        for (user, _) in &interactions {
            starts[*user as usize + 1] += 1;
        }
        for user in 0..users {
            starts[user + 1] += starts[user];
        }
        Self {
            starts,
            rows: interactions.into_iter().map(|(_, row)| row).collect(),
        }
    }

    /// A user's interactions in time order.
    #[must_use]
    pub(crate) fn of(&self, user: u32) -> &[Interaction] {
        let user = user as usize;
        match self.starts.get(user..user + 2) {
            Some(&[start, end]) => &self.rows[start..end],
            _ => &[],
        }
    }

    /// All interactions with their users.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, Interaction)> + '_ {
        (0..).zip(self.starts.windows(2)).flat_map(|(user, range)| {
            self.rows[range[0]..range[1]]
                .iter()
                .map(move |row| (user, *row))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_grouped_by_user_and_in_time_order() {
        let rows = vec![
            (2, Interaction::new(1, 30)),
            (0, Interaction::new(2, 10)),
            (2, Interaction::new(3, 20)),
        ];
        let histories = Histories::new(rows);
        let items = |user| -> Vec<u32> { histories.of(user).iter().map(|row| row.item).collect() };
        assert_eq!(
            (items(0), items(1), items(2)),
            (vec![2], vec![], vec![3, 1])
        );
        assert!(items(3).is_empty());
        assert_eq!(histories.iter().count(), 3);
        assert!(Histories::default().of(0).is_empty());
    }
}
