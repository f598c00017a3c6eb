//! One CSV file read row by row into a batch, checked against the schema. The first broken row ends
//! it, as it does in Personalize. Knows nothing of where the file comes from.

use std::io::{Read, Write};

use csv::{Reader, ReaderBuilder, StringRecord, Writer};

use super::{
    limited::limited,
    row::{Role, Row},
};
use crate::data::{
    batch::Batch,
    schema::{Field, Schema},
};

/// The longest id, in characters.
pub(crate) const ID_LENGTH: usize = 256;

/// Why a file cannot be imported.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CsvError {
    /// The header lacks columns of the schema.
    #[error("Input CSV is missing the following columns: [{}] (line 1)", .0.join(", "))]
    MissingColumns(Vec<String>),
    /// No row after the header, or no header.
    #[error("Input CSV has no records; it needs a header and at least one row")]
    Empty,
    /// A value does not fit its column.
    #[error("{problem} for column {column} (line {line})")]
    Value {
        /// The schema's field.
        column: String,
        /// In words.
        problem: String,
        /// The line, counted from 1.
        line: u64,
    },
    /// It is no CSV, or reading stopped.
    #[error("Input CSV cannot be read: {0}")]
    Csv(#[from] csv::Error),
}

/// Reads `input` into `batch`; `copy` gets the same rows with the columns of the schema.
/// Returns the number of rows.
///
/// # Errors
/// Names the column and the line.
pub(crate) fn read(
    input: impl Read,
    schema: &Schema,
    batch: &mut Batch,
    mut copy: Option<&mut Writer<Box<dyn Write + Send>>>,
) -> Result<u64, CsvError> {
    let (input, row) = limited(input);
    let mut reader = ReaderBuilder::new()
        .buffer_capacity(1 << 16)
        .from_reader(input);
    let columns = columns(&mut reader, schema)?;
    let roles: Vec<Role> = schema.fields.iter().map(Role::of).collect();
    let before = batch.len();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record)? {
        row.done();
        let line = record.position().map_or(0, csv::Position::line);
        let row = Row {
            schema,
            roles: &roles,
            columns: &columns,
            record: &record,
            line,
        };
        match batch {
            Batch::Interactions(dataset_type, batch) => row.interaction(*dataset_type, batch)?,
            Batch::Rows(dataset_type, rows) => rows.push(row.entity(*dataset_type)?),
        }
        if let Some(copy) = &mut copy {
            copy.write_record(columns.iter().map(|column| &record[*column]))?;
        }
    }
    match batch.len() - before {
        0 => Err(CsvError::Empty),
        rows => Ok(rows as u64),
    }
}

/// For every field of the schema, its position in the file.
fn columns(reader: &mut Reader<impl Read>, schema: &Schema) -> Result<Vec<usize>, CsvError> {
    let header = reader.headers()?;
    if header.is_empty() {
        return Err(CsvError::Empty);
    }
    let position = |field: &Field| {
        header.iter().position(|name| {
            let name = name.trim_start_matches('\u{feff}').trim();
            name.eq_ignore_ascii_case(&field.name)
        })
    };
    let found: Vec<_> = schema.fields.iter().map(position).collect();
    let missing: Vec<String> = schema
        .fields
        .iter()
        .zip(&found)
        .filter(|(_, position)| position.is_none())
        .map(|(field, _)| field.name.clone())
        .collect();
    if missing.is_empty() {
        Ok(found.into_iter().flatten().collect())
    } else {
        Err(CsvError::MissingColumns(missing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::schema::{DatasetType, tests::schema};

    fn interactions() -> Schema {
        schema(
            "Interactions",
            &[
                ("USER_ID", "string"),
                ("ITEM_ID", "string"),
                ("TIMESTAMP", "long"),
                ("EVENT_TYPE", "string"),
                ("EVENT_VALUE", "float?"),
            ],
        )
        .unwrap()
    }

    fn import(text: &str) -> Result<(Batch, u64), String> {
        let mut batch = Batch::new(DatasetType::Interactions);
        match read(text.as_bytes(), &interactions(), &mut batch, None) {
            Ok(rows) => Ok((batch, rows)),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn columns_may_come_in_any_order_and_more_than_needed() {
        let (batch, rows) = import(
            "\u{feff}TIMESTAMP,EXTRA,USER_ID,EVENT_TYPE,ITEM_ID,EVENT_VALUE\n5,x,u,View,\"a,b\",\n6,x,u,view,c,2.5\n",
        )
        .unwrap();
        let Batch::Interactions(_, batch) = batch else {
            panic!("not interactions")
        };
        assert_eq!(
            (rows, batch.users.len(), batch.event_types.len()),
            (2, 1, 1)
        );
        assert_eq!(batch.items.name(0), "a,b");
        let (_, second) = batch.rows[1];
        assert_eq!((second.timestamp, second.value), (6, 2.5));
        assert!(batch.rows[0].1.value.is_nan());
    }

    #[test]
    fn complaints_name_the_column_and_the_line() {
        let header = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE\n";
        let long = "x".repeat(257);
        for (text, says) in [
            (String::new(), "no records"),
            (header.to_owned(), "no records"),
            (
                "USER_ID,EVENT_VALUE\nu,1\n".to_owned(),
                "missing the following columns: [ITEM_ID, TIMESTAMP, EVENT_TYPE]",
            ),
            (
                format!("{header}u,a,1,view,\nu,a,noon,view,\n"),
                "`noon` is not a whole number for column TIMESTAMP (line 3)",
            ),
            (format!("{header}u,a,1700000000000,view,\n"), "milliseconds"),
            (
                format!("{header}u,,1,view,\n"),
                "Empty value for column ITEM_ID (line 2)",
            ),
            (
                format!("{header}{long},a,1,view,\n"),
                "more than 256 characters for column USER_ID",
            ),
            (format!("{header}u,a,1,view,much\n"), "EVENT_VALUE"),
            (format!("{header}u,a,1\n"), "cannot be read"),
        ] {
            let complaint = import(&text).map(|_| ()).unwrap_err();
            assert!(complaint.contains(says), "{text}: {complaint}");
        }
    }

    #[test]
    fn interactions_with_actions_know_three_event_types() {
        let fields = [
            ("USER_ID", "string"),
            ("ACTION_ID", "string"),
            ("EVENT_TYPE", "string"),
            ("TIMESTAMP", "long"),
        ];
        let schema = schema("Action_Interactions", &fields).unwrap();
        let read = |event_type: &str| {
            let text = format!("USER_ID,ACTION_ID,EVENT_TYPE,TIMESTAMP\nu,join,{event_type},5\n");
            let mut batch = Batch::new(DatasetType::ActionInteractions);
            read(text.as_bytes(), &schema, &mut batch, None).map(|_| batch)
        };
        let Ok(Batch::Interactions(DatasetType::ActionInteractions, batch)) = read("Not Taken")
        else {
            panic!("not interactions with actions")
        };
        assert_eq!(batch.event_types.name(0), "not_taken");
        assert_eq!(batch.items.name(0), "join");
        let complaint = read("bought").map(|_| ()).unwrap_err().to_string();
        assert!(
            complaint.contains("TAKEN, NOT_TAKEN or VIEWED"),
            "{complaint}"
        );
    }

    #[test]
    fn categorical_fields_of_interactions_are_their_context() {
        let fields = [
            ("USER_ID", "string"),
            ("ITEM_ID", "string"),
            ("TIMESTAMP", "long"),
            ("DEVICE", "c:string?"),
        ];
        let schema = schema("Interactions", &fields).unwrap();
        let text = "USER_ID,ITEM_ID,TIMESTAMP,DEVICE\nu,a,1,phone\nu,b,2,\nv,a,3,phone\n";
        let mut batch = Batch::new(DatasetType::Interactions);
        super::read(text.as_bytes(), &schema, &mut batch, None).unwrap();
        let Batch::Interactions(_, batch) = batch else {
            panic!("not interactions")
        };
        assert_eq!(batch.contexts.iter().collect::<Vec<_>>(), ["DEVICE=phone"]);
        let contexts: Vec<_> = batch.rows.iter().map(|(_, one)| one.context).collect();
        assert_eq!(contexts, [0, u32::MAX, 0]);
    }
}
