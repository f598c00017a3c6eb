//! How the rows of an import become part of a group that is asked meanwhile: everything that takes
//! long is done beside the group, which is locked for moments only.

use std::{sync::PoisonError, thread::sleep, time::Duration};

use recommender::Ids;

use super::{
    batch::{Batch, InteractionBatch},
    group::Group,
    groups::GroupData,
    histories::{Histories, NO_CONTEXT, NO_TYPE},
    rows::Cell,
    schema::DatasetType,
};
use crate::resources::ImportMode;

/// So many names or rows are taken while the group is locked once, in half a millisecond.
const AT_ONCE: usize = 1024;
/// Between two of these times. The lock is not fair: who locks it again at once has it again, before
/// those who wait have woken up.
const PAUSE: Duration = Duration::from_micros(100);

impl GroupData {
    /// Takes the rows of an import that was `received` at this time (epoch seconds). A question sees
    /// all of its interactions or none; items, users and actions come by and by, old rows of a FULL
    /// import go last.
    pub(crate) fn import(&self, batch: Batch, mode: ImportMode, received: f64) {
        // A deletion of users waits: rows on their way would bring them back.
        let _alone = self
            .importing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match batch {
            Batch::Interactions(dataset_type, batch) => {
                self.import_interactions(dataset_type, *batch, mode);
            }
            Batch::Rows(dataset_type, rows) => self.import_rows(dataset_type, rows, mode, received),
        }
    }

    fn import_interactions(
        &self,
        dataset_type: DatasetType,
        batch: InteractionBatch,
        mode: ImportMode,
    ) {
        let users = self.absorb(&batch.users, |group| &mut group.users);
        let event_types = self.absorb(&batch.event_types, |group| &mut group.event_types);
        let contexts = self.absorb(&batch.contexts, |group| &mut group.contexts);
        let items = self.absorb(&batch.items, |group| group.past(dataset_type).0);
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
        if mode == ImportMode::Incremental {
            let before = self.write().past(dataset_type).1.imported();
            rows.extend(before.iter());
        }
        let histories = Histories::new(rows);
        let old = self.write().past(dataset_type).1.replace(histories);
        drop(old); // when the lock is free again
    }

    fn import_rows(
        &self,
        dataset_type: DatasetType,
        rows: Vec<(String, Vec<Cell>)>,
        mode: ImportMode,
        received: f64,
    ) {
        let full = mode == ImportMode::Full;
        let mut kept = Vec::with_capacity(rows.len());
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let mut group = self.write();
            let (ids, table) = group.table(dataset_type);
            for (id, cells) in rows.by_ref().take(AT_ONCE) {
                let id = ids.intern(&id);
                table.import(id, cells, received, full);
                kept.push(id);
            }
            drop(group);
            sleep(PAUSE);
        }
        if full {
            kept.sort_unstable();
            let kept = |id: u32| kept.binary_search(&id).is_ok();
            self.write().table(dataset_type).1.forget_imported_but(kept);
        }
    }

    /// For every id of an import or a model, its number in the group. Numbers of the group never
    /// change, so that histories and models can keep them.
    pub(crate) fn absorb(&self, batch: &Ids, ids: impl Fn(&mut Group) -> &mut Ids) -> Vec<u32> {
        let mut numbers = Vec::with_capacity(batch.len());
        let mut names = batch.iter().peekable();
        while names.peek().is_some() {
            let mut group = self.write();
            let ids = ids(&mut group);
            numbers.extend(names.by_ref().take(AT_ONCE).map(|name| ids.intern(name)));
            drop(group);
            sleep(PAUSE);
        }
        numbers
    }
}

#[cfg(test)]
impl Group {
    /// The same for a group that nobody else has.
    pub(crate) fn import(&mut self, batch: Batch, mode: ImportMode, received: f64) {
        let data = GroupData::from(std::mem::take(self));
        data.import(batch, mode, received);
        *self = std::mem::take(&mut data.write());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{
        histories::Interaction,
        record::{EventRecord, Record},
        rows::Kept,
        schema::tests::schema,
    };

    fn items(rows: &[(u32, f64)]) -> Batch {
        let row = |(item, price): &(u32, f64)| {
            let id = format!("i{item}");
            (id.clone(), vec![Cell::Text(id), Cell::Number(*price)])
        };
        Batch::Rows(DatasetType::Items, rows.iter().map(row).collect())
    }

    #[test]
    fn a_full_import_leaves_its_own_rows_alone_even_beside_later_ones() {
        let mut group = Group::default();
        let fields = [("ITEM_ID", "string"), ("PRICE", "float")];
        group.set_schema(DatasetType::Items, schema("Items", &fields).unwrap());
        let many: Vec<_> = (0..10_000).map(|item| (item, 1.0)).collect();
        group.import(items(&many), ImportMode::Full, 20.0);
        let price = |group: &Group, item: &str| match group.items.get(item) {
            Some(item) => group.item_rows.cell(item, 1).clone(),
            None => Kept::Empty,
        };
        assert_eq!(price(&group, "i9999"), Kept::Number(1.0));
        // Asked for earlier, done later: it is what counts now.
        group.import(items(&[(1, 2.0), (3, 2.0)]), ImportMode::Full, 10.0);
        assert_eq!(price(&group, "i1"), Kept::Number(2.0));
        assert_eq!(price(&group, "i2"), Kept::Empty);
        assert_eq!(group.item_rows.ids().count(), 2);
        group.import(items(&[(2, 3.0)]), ImportMode::Incremental, 30.0);
        assert_eq!(group.item_rows.ids().count(), 3);
    }

    fn interactions(rows: &[(&str, &str, i64)]) -> Batch {
        let mut batch = InteractionBatch::default();
        for (user, item, timestamp) in rows {
            let interaction = Interaction::new(batch.items.intern(item), *timestamp);
            batch.rows.push((batch.users.intern(user), interaction));
        }
        Batch::Interactions(DatasetType::Interactions, Box::new(batch))
    }

    fn history(group: &Group, user: &str) -> Vec<String> {
        let history = group.history(user);
        history
            .iter()
            .map(|one| group.items.name(one.item).to_owned())
            .collect()
    }

    #[test]
    fn a_full_import_replaces_an_incremental_one_adds_and_events_stay() {
        let mut group = Group::default();
        let streamed = Record::Event(EventRecord {
            user_id: Some("u".to_owned()),
            item_id: "streamed".to_owned(),
            sent_at: 100,
            ..EventRecord::default()
        });
        group.import(interactions(&[("u", "a", 1)]), ImportMode::Full, 0.0);
        assert!(group.take(streamed).unwrap());
        group.import(
            interactions(&[("v", "b", 1), ("u", "b", 2)]),
            ImportMode::Incremental,
            0.0,
        );
        assert_eq!(history(&group, "u"), ["a", "b", "streamed"]);
        group.import(interactions(&[("u", "c", 3)]), ImportMode::Full, 0.0);
        assert_eq!(history(&group, "u"), ["c", "streamed"]);
        assert!(history(&group, "v").is_empty());
    }
}
