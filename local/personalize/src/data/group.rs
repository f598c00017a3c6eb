//! The data of one dataset group and the questions that requests ask about it.

use std::collections::BTreeMap;

use recommender::Ids;

use super::{
    batch::{Batch, InteractionBatch},
    histories::{Histories, Interaction, NO_TYPE},
    properties,
    rows::Rows,
    schema::{DatasetType, Schema},
    stream::{Record, Stream},
};
use crate::resources::ImportMode;

/// Filters see this many of a user's latest interactions of each event type.
const FILTERED_INTERACTIONS: usize = 100;

/// Everything known about one shop.
#[derive(Debug, Default)]
pub(crate) struct Group {
    /// Items of interactions and of the Items dataset.
    pub(crate) items: Ids,
    /// Users of interactions and of the Users dataset.
    pub(crate) users: Ids,
    /// Event types in lower case.
    pub(crate) event_types: Ids,
    /// Rows of the Items dataset, by the item's number.
    pub(crate) item_rows: Rows,
    /// Rows of the Users dataset, by the user's number.
    pub(crate) user_rows: Rows,
    schemas: BTreeMap<DatasetType, Schema>,
    histories: Histories,
    stream: Stream,
}

impl Group {
    /// Says what the rows of a dataset look like.
    pub(crate) fn set_schema(&mut self, dataset_type: DatasetType, schema: Schema) {
        match dataset_type {
            DatasetType::Items => self.item_rows.set_schema(&schema),
            DatasetType::Users => self.user_rows.set_schema(&schema),
            DatasetType::Interactions => {}
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
        match dataset_type {
            DatasetType::Interactions => self.histories = Histories::default(),
            DatasetType::Items => self.item_rows = Rows::default(),
            DatasetType::Users => self.user_rows = Rows::default(),
        }
    }

    /// Takes the rows of an import that was `received` at this time (epoch seconds).
    pub(crate) fn import(&mut self, batch: Batch, mode: ImportMode, received: f64) {
        match batch {
            Batch::Interactions(batch) => self.import_interactions(*batch, mode),
            Batch::Rows(dataset_type, rows) => {
                let (ids, table) = match dataset_type {
                    DatasetType::Users => (&mut self.users, &mut self.user_rows),
                    _ => (&mut self.items, &mut self.item_rows),
                };
                if mode == ImportMode::Full {
                    table.forget_imported();
                }
                for (id, cells) in rows {
                    table.put(ids.intern(&id), cells, received, true);
                }
            }
        }
    }

    fn import_interactions(&mut self, batch: InteractionBatch, mode: ImportMode) {
        let users = absorb(&mut self.users, &batch.users);
        let items = absorb(&mut self.items, &batch.items);
        let event_types = absorb(&mut self.event_types, &batch.event_types);
        let mut rows = batch.rows;
        for (user, interaction) in &mut rows {
            *user = users[*user as usize];
            interaction.item = items[interaction.item as usize];
            if interaction.event_type != NO_TYPE {
                interaction.event_type = event_types[interaction.event_type as usize];
            }
        }
        if mode == ImportMode::Incremental {
            rows.extend(self.histories.iter());
        }
        self.histories = Histories::new(rows);
    }

    /// Takes a streamed record. False when it is the repetition of an event.
    ///
    /// # Errors
    /// A row that does not fit the schema, in words; nothing has changed then.
    pub(crate) fn take(&mut self, record: Record) -> Result<bool, String> {
        match record {
            Record::Event {
                user_id,
                session_id,
                event_id,
                event_type,
                item_id,
                sent_at,
                event_value,
            } => {
                if !self.stream.is_new(event_id.as_deref()) {
                    return Ok(false);
                }
                let interaction = Interaction {
                    item: self.items.intern(&item_id),
                    event_type: self.event_types.intern(&event_type.to_lowercase()),
                    timestamp: sent_at,
                    value: event_value.unwrap_or(f32::NAN),
                };
                match user_id {
                    Some(user) => {
                        let user = self.users.intern(&user);
                        self.stream.add(user, &session_id, interaction);
                    }
                    None => self.stream.add_anonymous(&session_id, interaction),
                }
            }
            Record::Row {
                dataset_type,
                id,
                properties,
                received,
            } => {
                let dataset_type = DatasetType::parse(&dataset_type)
                    .ok_or_else(|| format!("unknown dataset type {dataset_type}"))?;
                let cells = self.cells(dataset_type, &id, properties.as_deref())?;
                let (ids, table) = match dataset_type {
                    DatasetType::Users => (&mut self.users, &mut self.user_rows),
                    _ => (&mut self.items, &mut self.item_rows),
                };
                table.put(ids.intern(&id), cells, received, false);
            }
        }
        Ok(true)
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
    ) -> Result<Vec<super::rows::Cell>, String> {
        let schema = self
            .schema(dataset_type)
            .ok_or_else(|| format!("the group has no {} dataset", dataset_type.name()))?;
        properties::cells(schema, dataset_type, id, properties)
    }

    /// What a user did, imported and streamed, in time order. The id of a session is good as well:
    /// its visitor is then anonymous.
    #[must_use]
    pub(crate) fn history(&self, user_or_session: &str) -> Vec<Interaction> {
        let mut history = self.stream.of_session(user_or_session).to_vec();
        if let Some(user) = self.users.get(user_or_session) {
            history.extend_from_slice(self.histories.of(user));
            history.extend_from_slice(self.stream.of(user));
        }
        history.sort_by_key(|interaction| interaction.timestamp);
        history
    }

    /// All interactions of known users, for training; in an order that depends on the data only.
    #[must_use]
    pub(crate) fn interactions(&self) -> Vec<(u32, Interaction)> {
        let mut streamed: Vec<_> = self.stream.iter().collect();
        streamed.sort_by_key(|(user, interaction)| (*user, interaction.timestamp));
        self.histories.iter().chain(streamed).collect()
    }
}

/// For every id of a batch, its number in the group. Numbers of the group never change, so that
/// histories and models can keep them.
fn absorb(ids: &mut Ids, batch: &Ids) -> Vec<u32> {
    batch.iter().map(|name| ids.intern(name)).collect()
}

/// The part of a history that filters see: the latest interactions of each event type.
pub(crate) fn filtered(history: &[Interaction]) -> impl Iterator<Item = &Interaction> {
    let mut seen: BTreeMap<u32, usize> = BTreeMap::new();
    history.iter().rev().filter(move |interaction| {
        let count = seen.entry(interaction.event_type).or_default();
        *count += 1;
        *count <= FILTERED_INTERACTIONS
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(user: Option<&str>, item: &str, id: Option<&str>) -> Record {
        Record::Event {
            user_id: user.map(str::to_owned),
            session_id: "visit".to_owned(),
            event_id: id.map(str::to_owned),
            event_type: "View".to_owned(),
            item_id: item.to_owned(),
            sent_at: 100,
            event_value: None,
        }
    }

    fn batch(rows: &[(&str, &str, i64)]) -> Batch {
        let mut batch = InteractionBatch::default();
        for (user, item, timestamp) in rows {
            let interaction = Interaction {
                item: batch.items.intern(item),
                event_type: NO_TYPE,
                timestamp: *timestamp,
                value: f32::NAN,
            };
            batch.rows.push((batch.users.intern(user), interaction));
        }
        Batch::Interactions(Box::new(batch))
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
                item: index,
                event_type: index % 2,
                timestamp: i64::from(index),
                value: f32::NAN,
            })
            .collect();
        let seen: Vec<_> = filtered(&history).map(|one| one.item).collect();
        assert_eq!((seen.len(), seen.iter().min()), (200, Some(&50)));
    }
}
