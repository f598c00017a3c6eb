//! The data of one dataset group and the questions that requests ask about it.

use std::collections::{BTreeMap, BTreeSet};

use recommender::Ids;
use rustc_hash::FxHashSet;

use super::{
    batch::{Batch, InteractionBatch},
    context,
    export::Ingestion,
    histories::{Interaction, NO_CONTEXT, NO_TYPE},
    past::Past,
    properties,
    record::{EventRecord, Record, RowRecord},
    rows::{Cell, Rows},
    schema::{DatasetType, Schema},
};
use crate::resources::ImportMode;

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

    /// Takes the rows of an import that was `received` at this time (epoch seconds).
    pub(crate) fn import(&mut self, batch: Batch, mode: ImportMode, received: f64) {
        match batch {
            Batch::Interactions(dataset_type, batch) => {
                self.import_interactions(dataset_type, *batch, mode);
            }
            Batch::Rows(dataset_type, rows) => {
                let (ids, table) = self.table(dataset_type);
                if mode == ImportMode::Full {
                    table.forget_imported();
                }
                for (id, cells) in rows {
                    table.put(ids.intern(&id), cells, received, true);
                }
            }
        }
    }

    fn import_interactions(
        &mut self,
        dataset_type: DatasetType,
        batch: InteractionBatch,
        mode: ImportMode,
    ) {
        let users = absorb(&mut self.users, &batch.users);
        let event_types = absorb(&mut self.event_types, &batch.event_types);
        let contexts = absorb(&mut self.contexts, &batch.contexts);
        let (ids, past) = self.past(dataset_type);
        let items = absorb(ids, &batch.items);
        let mut rows = batch.rows;
        for (user, interaction) in &mut rows {
            *user = users[*user as usize];
            interaction.item = items[interaction.item as usize];
            if interaction.event_type != NO_TYPE {
                interaction.event_type = event_types[interaction.event_type as usize];
            }
            if interaction.context != NO_CONTEXT {
                interaction.context = contexts[interaction.context as usize];
            }
        }
        past.import(rows, mode);
    }

    /// Takes a streamed record. False when it is the repetition of an event.
    ///
    /// # Errors
    /// A row that does not fit the schema, in words; nothing has changed then.
    pub(crate) fn take(&mut self, record: Record) -> Result<bool, String> {
        match record {
            Record::Event(event) => Ok(self.take_event(DatasetType::Interactions, &event)),
            Record::ActionInteraction(event) => {
                Ok(self.take_event(DatasetType::ActionInteractions, &event))
            }
            Record::Row(row) => self.take_row(&row).map(|()| true),
        }
    }

    fn take_event(&mut self, dataset_type: DatasetType, event: &EventRecord) -> bool {
        let context = self.context(dataset_type, event);
        let event_type = self.event_types.intern(&event.event_type.to_lowercase());
        let user = event.user_id.as_ref().map(|user| self.users.intern(user));
        let (ids, past) = self.past(dataset_type);
        if !past.streamed.is_new(event.event_id.as_deref()) {
            return false;
        }
        let interaction = Interaction {
            item: ids.intern(&event.item_id),
            event_type,
            timestamp: event.sent_at,
            value: event.event_value.unwrap_or(f32::NAN),
            context,
        };
        match user {
            Some(user) => past.streamed.add(user, &event.session_id, interaction),
            None => past.streamed.add_anonymous(&event.session_id, interaction),
        }
        true
    }

    /// The number of an event's context.
    fn context(&mut self, dataset_type: DatasetType, event: &EventRecord) -> u32 {
        let properties = event.properties.as_deref();
        let properties = properties.and_then(|text| serde_json::from_str(text).ok());
        let context = self
            .schema(dataset_type)
            .zip(properties)
            .and_then(|(schema, properties)| context::of_properties(schema, &properties));
        context.map_or(NO_CONTEXT, |text| self.contexts.intern(&text))
    }

    fn take_row(&mut self, row: &RowRecord) -> Result<(), String> {
        let dataset_type = DatasetType::parse(&row.dataset_type)
            .filter(|one| !one.is_interactions())
            .ok_or_else(|| format!("{} has no single rows", row.dataset_type))?;
        let cells = self.cells(dataset_type, &row.id, row.properties.as_deref())?;
        let (ids, table) = self.table(dataset_type);
        table.put(ids.intern(&row.id), cells, row.received, false);
        Ok(())
    }

    /// The cells of a single row, checked against the dataset's schema.
    ///
    /// # Errors
    /// What does not fit, in words.
    pub(crate) fn cells(
        &self,
        dataset_type: DatasetType,
        id: &str,
        properties: Option<&str>,
    ) -> Result<Vec<Cell>, String> {
        let schema = self
            .schema(dataset_type)
            .ok_or_else(|| format!("the group has no {} dataset", dataset_type.name()))?;
        properties::cells(schema, dataset_type, id, properties)
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
    fn table(&mut self, dataset_type: DatasetType) -> (&mut Ids, &mut Rows) {
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
    fn past(&mut self, dataset_type: DatasetType) -> (&mut Ids, &mut Past) {
        match dataset_type {
            DatasetType::Actions | DatasetType::ActionInteractions => {
                (&mut self.actions, &mut self.with_actions)
            }
            _ => (&mut self.items, &mut self.with_items),
        }
    }
}

/// For every id of a batch, its number in the group. Numbers of the group never change, so that
/// histories and models can keep them.
fn absorb(ids: &mut Ids, batch: &Ids) -> Vec<u32> {
    batch.iter().map(|name| ids.intern(name)).collect()
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

    fn event(user: Option<&str>, item: &str, id: Option<&str>) -> Record {
        Record::Event(EventRecord {
            user_id: user.map(str::to_owned),
            session_id: "visit".to_owned(),
            event_id: id.map(str::to_owned),
            event_type: "View".to_owned(),
            item_id: item.to_owned(),
            sent_at: 100,
            ..EventRecord::default()
        })
    }

    fn batch(rows: &[(&str, &str, i64)]) -> Batch {
        let mut batch = InteractionBatch::default();
        for (user, item, timestamp) in rows {
            let interaction = Interaction::new(batch.items.intern(item), *timestamp);
            batch.rows.push((batch.users.intern(user), interaction));
        }
        Batch::Interactions(DatasetType::Interactions, Box::new(batch))
    }

    fn items(group: &Group, user: &str) -> Vec<String> {
        let history = group.history(user);
        history
            .iter()
            .map(|one| group.items.name(one.item).to_owned())
            .collect()
    }

    #[test]
    fn a_full_import_replaces_an_incremental_one_adds_and_events_stay() {
        let mut group = Group::default();
        group.import(batch(&[("u", "a", 1)]), ImportMode::Full, 0.0);
        assert!(group.take(event(Some("u"), "streamed", None)).unwrap());
        group.import(
            batch(&[("v", "b", 1), ("u", "b", 2)]),
            ImportMode::Incremental,
            0.0,
        );
        assert_eq!(items(&group, "u"), ["a", "b", "streamed"]);
        group.import(batch(&[("u", "c", 3)]), ImportMode::Full, 0.0);
        assert_eq!(items(&group, "u"), ["c", "streamed"]);
        assert!(items(&group, "v").is_empty());
    }

    #[test]
    fn a_repeated_event_counts_once_and_an_anonymous_one_belongs_to_the_session() {
        let mut group = Group::default();
        assert!(group.take(event(None, "a", Some("1"))).unwrap());
        assert!(!group.take(event(None, "a", Some("1"))).unwrap());
        assert_eq!(items(&group, "visit"), ["a"]);
        assert!(group.interactions().is_empty());
        assert!(group.take(event(Some("u"), "b", None)).unwrap());
        assert_eq!(items(&group, "u"), ["a", "b"]);
    }

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

    #[test]
    fn actions_and_items_of_one_name_are_two_things() {
        let mut group = Group::default();
        group.take(event(Some("u"), "same", None)).unwrap();
        let Record::Event(taken) = event(Some("u"), "same", None) else {
            panic!("no event")
        };
        group.take(Record::ActionInteraction(taken)).unwrap();
        assert_eq!(group.history("u").len(), 1);
        assert_eq!(group.action_history("u").len(), 1);
        assert_eq!(group.actions.get("same"), Some(0));
        assert_eq!(group.interactions().len(), 1);
    }

    #[test]
    fn events_carry_the_context_of_their_properties() {
        let mut group = Group::default();
        let fields = [
            ("USER_ID", "string"),
            ("ITEM_ID", "string"),
            ("TIMESTAMP", "long"),
            ("DEVICE", "c:string?"),
        ];
        let schema = crate::data::schema::tests::schema("Interactions", &fields).unwrap();
        group.set_schema(DatasetType::Interactions, schema);
        let Record::Event(mut with) = event(Some("u"), "a", None) else {
            panic!("no event")
        };
        with.properties = Some(r#"{"device":"phone"}"#.to_owned());
        group.take(Record::Event(with)).unwrap();
        let context = group.history("u")[0].context;
        assert_eq!(group.contexts.name(context), "DEVICE=phone");
    }
}
