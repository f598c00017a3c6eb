//! What comes one by one into a group: events by user or session, single rows.

use super::{
    context,
    group::Group,
    histories::{Interaction, NO_CONTEXT},
    properties,
    record::{EventRecord, Record, RowRecord},
    rows::Cell,
    schema::DatasetType,
};

impl Group {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::schema::tests::schema;

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

    fn items(group: &Group, user: &str) -> Vec<String> {
        let history = group.history(user);
        history
            .iter()
            .map(|one| group.items.name(one.item).to_owned())
            .collect()
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
        let schema = schema("Interactions", &fields).unwrap();
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
