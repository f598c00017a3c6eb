//! The data of one dataset group and the questions that requests ask about it. How rows become part
//! of it is in `import.rs` and `take.rs`.

use std::collections::{BTreeMap, BTreeSet};

use recommender::Ids;
use rustc_hash::FxHashSet;

use super::{
    export::Ingestion,
    histories::{Interaction, NO_TYPE},
    past::Past,
    rows::Rows,
    schema::{DatasetType, Schema},
};

/// Filters see this many of a user's latest interactions of each event type.
pub(crate) const FILTERED_INTERACTIONS: usize = 100;
/// The same for interactions with actions.
pub(crate) const FILTERED_ACTION_INTERACTIONS: usize = 300;

/// Everything known about one shop.
#[derive(Debug, Default)]
pub(crate) struct Group {
    /// Items of interactions and of the Items dataset.
    pub(crate) items: Ids,
    /// Users of interactions and of the Users dataset.
    pub(crate) users: Ids,
    /// Actions of action interactions and of the Actions dataset.
    pub(crate) actions: Ids,
    /// Event types in lower case.
    pub(crate) event_types: Ids,
    /// Contexts of events, as `context.rs` writes them.
    pub(crate) contexts: Ids,
    /// Rows of the Items dataset, by the item's number.
    pub(crate) item_rows: Rows,
    /// Rows of the Users dataset, by the user's number.
    pub(crate) user_rows: Rows,
    /// Rows of the Actions dataset, by the action's number.
    pub(crate) action_rows: Rows,
    schemas: BTreeMap<DatasetType, Schema>,
    with_items: Past,
    with_actions: Past,
}

impl Group {
    /// Says what the rows of a dataset look like.
    pub(crate) fn set_schema(&mut self, dataset_type: DatasetType, schema: Schema) {
        if !dataset_type.is_interactions() {
            self.table(dataset_type).1.set_schema(&schema);
        }
        self.schemas.insert(dataset_type, schema);
    }

    /// The schema of a dataset, if the group has that dataset.
    #[must_use]
    pub(crate) fn schema(&self, dataset_type: DatasetType) -> Option<&Schema> {
        self.schemas.get(&dataset_type)
    }

    /// Forgets a dataset and its imported rows.
    pub(crate) fn forget(&mut self, dataset_type: DatasetType) {
        self.schemas.remove(&dataset_type);
        if dataset_type.is_interactions() {
            self.past(dataset_type).1.forget_imported();
        } else {
            *self.table(dataset_type).1 = Rows::default();
        }
    }

    /// What a user did with items, imported and streamed, in time order. The id of a session is good
    /// as well: its visitor is then anonymous.
    #[must_use]
    pub(crate) fn history(&self, user_or_session: &str) -> Vec<Interaction> {
        let user = self.users.get(user_or_session);
        self.with_items.of(user, user_or_session)
    }

    /// The same with actions; the items of these interactions are actions.
    #[must_use]
    pub(crate) fn action_history(&self, user_or_session: &str) -> Vec<Interaction> {
        let user = self.users.get(user_or_session);
        self.with_actions.of(user, user_or_session)
    }

    /// What a known user did with items, in no order.
    pub(crate) fn interactions_of(&self, user: u32) -> impl Iterator<Item = &Interaction> {
        self.with_items.of_user(user)
    }

    /// All interactions of known users with items, for training; in an order that depends on the
    /// data only.
    #[must_use]
    pub(crate) fn interactions(&self) -> Vec<(u32, Interaction)> {
        self.with_items.all()
    }

    /// The same with actions.
    #[must_use]
    pub(crate) fn action_interactions(&self) -> Vec<(u32, Interaction)> {
        self.with_actions.all()
    }

    /// The event type of an interaction in lower case, if it has one.
    #[must_use]
    pub(crate) fn event_type(&self, interaction: &Interaction) -> Option<&str> {
        let has = interaction.event_type != NO_TYPE;
        has.then(|| self.event_types.name(interaction.event_type))
    }

    /// Takes away all that is known of some users; answers how many rows that was.
    pub(crate) fn erase(&mut self, users: &BTreeSet<String>) -> u64 {
        let users: FxHashSet<u32> = users.iter().filter_map(|id| self.users.get(id)).collect();
        let rows = users
            .iter()
            .filter(|user| self.user_rows.erase(**user))
            .count();
        let events = self.with_items.erase(&users) + self.with_actions.erase(&users);
        (rows + events) as u64
    }

    /// Interactions of known users with items or with actions.
    pub(super) fn told(
        &self,
        dataset_type: DatasetType,
        ingestion: Ingestion,
    ) -> Vec<(u32, Interaction)> {
        match dataset_type {
            DatasetType::ActionInteractions => self.with_actions.of_kind(ingestion),
            _ => self.with_items.of_kind(ingestion),
        }
    }

    /// Rows of what a dataset describes.
    pub(super) fn described(&self, dataset_type: DatasetType) -> &Rows {
        match dataset_type {
            DatasetType::Users => &self.user_rows,
            DatasetType::Actions | DatasetType::ActionInteractions => &self.action_rows,
            DatasetType::Items | DatasetType::Interactions => &self.item_rows,
        }
    }

    /// Ids and rows of what a dataset describes.
    pub(super) fn table(&mut self, dataset_type: DatasetType) -> (&mut Ids, &mut Rows) {
        match dataset_type {
            DatasetType::Users => (&mut self.users, &mut self.user_rows),
            DatasetType::Actions | DatasetType::ActionInteractions => {
                (&mut self.actions, &mut self.action_rows)
            }
            DatasetType::Items | DatasetType::Interactions => {
                (&mut self.items, &mut self.item_rows)
            }
        }
    }

    /// What interactions are with, and those that were.
    pub(super) fn past(&mut self, dataset_type: DatasetType) -> (&mut Ids, &mut Past) {
        match dataset_type {
            DatasetType::Actions | DatasetType::ActionInteractions => {
                (&mut self.actions, &mut self.with_actions)
            }
            _ => (&mut self.items, &mut self.with_items),
        }
    }
}

/// The part of a history that filters see: the `latest` interactions of each event type.
pub(crate) fn filtered(
    history: &[Interaction],
    latest: usize,
) -> impl Iterator<Item = &Interaction> {
    let mut seen: BTreeMap<u32, usize> = BTreeMap::new();
    history.iter().rev().filter(move |interaction| {
        let count = seen.entry(interaction.event_type).or_default();
        *count += 1;
        *count <= latest
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_see_a_hundred_interactions_of_each_type() {
        let history: Vec<_> = (0..250)
            .map(|index| Interaction {
                event_type: index % 2,
                ..Interaction::new(index, i64::from(index))
            })
            .collect();
        let seen: Vec<_> = filtered(&history, FILTERED_INTERACTIONS)
            .map(|one| one.item)
            .collect();
        assert_eq!((seen.len(), seen.iter().min()), (200, Some(&50)));
    }
}
