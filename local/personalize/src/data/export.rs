//! Rows of a dataset as records of its schema's columns.

use std::io::Write;

use csv::Writer;

use super::{
    group::Group,
    histories::{Interaction, NO_CONTEXT, NO_TYPE},
    schema::{DatasetType, Schema},
};

/// Which rows: those of imports, those that came one by one, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ingestion {
    /// Imported.
    Bulk,
    /// From the events API.
    Put,
    /// Both.
    All,
}

impl Ingestion {
    /// Whether a row is one of these.
    #[must_use]
    pub(crate) fn has(self, imported: bool) -> bool {
        match self {
            Self::All => true,
            Self::Bulk => imported,
            Self::Put => !imported,
        }
    }
}

impl Group {
    /// Writes a header and the rows of a dataset; nothing when the group has no such dataset.
    ///
    /// # Errors
    /// Those of the writer.
    pub(crate) fn export<W: Write>(
        &self,
        dataset_type: DatasetType,
        ingestion: Ingestion,
        writer: &mut Writer<W>,
    ) -> Result<(), csv::Error> {
        let Some(schema) = self.schema(dataset_type) else {
            return Ok(());
        };
        writer.write_record(schema.fields.iter().map(|field| &field.name))?;
        if dataset_type.is_interactions() {
            for (user, one) in self.told(dataset_type, ingestion) {
                writer.write_record(self.interaction(schema, dataset_type, user, &one))?;
            }
            return Ok(());
        }
        let rows = self.described(dataset_type);
        for (id, imported) in rows.origins() {
            if ingestion.has(imported) {
                let cells = 0..schema.fields.len();
                writer.write_record(cells.map(|cell| rows.text(id, cell).unwrap_or_default()))?;
            }
        }
        Ok(())
    }

    fn interaction(
        &self,
        schema: &Schema,
        dataset_type: DatasetType,
        user: u32,
        one: &Interaction,
    ) -> Vec<String> {
        let things = match dataset_type {
            DatasetType::ActionInteractions => &self.actions,
            _ => &self.items,
        };
        let context = match one.context {
            NO_CONTEXT => "",
            context => self.contexts.name(context),
        };
        let cell = |name: &str| match name {
            "USER_ID" => self.users.name(user).to_owned(),
            "ITEM_ID" | "ACTION_ID" => things.name(one.item).to_owned(),
            "TIMESTAMP" => one.timestamp.to_string(),
            "EVENT_TYPE" if one.event_type != NO_TYPE => {
                self.event_types.name(one.event_type).to_owned()
            }
            "EVENT_VALUE" if !one.value.is_nan() => one.value.to_string(),
            other => super::context::value(context, other)
                .unwrap_or_default()
                .to_owned(),
        };
        schema
            .fields
            .iter()
            .map(|field| cell(&field.name))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{
        record::{EventRecord, Record, RowRecord},
        schema::tests::schema,
    };

    fn exported(group: &Group, dataset_type: DatasetType, ingestion: Ingestion) -> String {
        let mut writer = Writer::from_writer(Vec::new());
        group.export(dataset_type, ingestion, &mut writer).unwrap();
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    }

    #[test]
    fn rows_come_out_as_they_went_in() {
        let mut group = Group::default();
        let users = [("USER_ID", "string"), ("AGE", "int?"), ("CITY", "string?")];
        group.set_schema(DatasetType::Users, schema("Users", &users).unwrap());
        let row = RowRecord {
            dataset_type: "USERS".to_owned(),
            id: "ann".to_owned(),
            properties: Some(r#"{"age":20}"#.to_owned()),
            received: 1.0,
        };
        group.take(Record::Row(row)).unwrap();
        let rows = "USER_ID,AGE,CITY\nann,20,\n";
        assert_eq!(exported(&group, DatasetType::Users, Ingestion::All), rows);
        let header = "USER_ID,AGE,CITY\n";
        assert_eq!(
            exported(&group, DatasetType::Users, Ingestion::Bulk),
            header
        );
    }

    #[test]
    fn events_come_out_with_their_context() {
        let mut group = Group::default();
        let fields = [
            ("USER_ID", "string"),
            ("ITEM_ID", "string"),
            ("TIMESTAMP", "long"),
            ("EVENT_TYPE", "string"),
            ("DEVICE", "c:string?"),
        ];
        let kind = DatasetType::Interactions;
        group.set_schema(kind, schema("Interactions", &fields).unwrap());
        let event = EventRecord {
            user_id: Some("ann".to_owned()),
            event_type: "view".to_owned(),
            item_id: "mug".to_owned(),
            sent_at: 7,
            properties: Some(r#"{"device":"phone"}"#.to_owned()),
            ..EventRecord::default()
        };
        group.take(Record::Event(event)).unwrap();
        let rows = exported(&group, kind, Ingestion::Put);
        assert_eq!(
            rows,
            "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,DEVICE\nann,mug,7,view,phone\n"
        );
    }
}
