//! One CSV file read row by row into a batch, checked against the schema. The first broken row ends
//! it, as it does in Personalize. Knows nothing of where the file comes from.

use std::io::{Read, Write};

use csv::{Reader, ReaderBuilder, StringRecord, Writer};

use crate::data::{
    batch::{Batch, InteractionBatch},
    histories::{Interaction, NO_TYPE},
    rows::Cell,
    schema::{DatasetType, Field, FieldType, Schema},
};

/// The longest id, in characters.
pub(crate) const ID_LENGTH: usize = 256;
/// The end of the year 9999: beyond it a timestamp is in milliseconds.
const LAST_SECOND: i64 = 253_402_300_799;

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
    let mut reader = ReaderBuilder::new()
        .buffer_capacity(1 << 16)
        .from_reader(input);
    let columns = columns(&mut reader, schema)?;
    let before = batch.len();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        let row = Row {
            schema,
            columns: &columns,
            record: &record,
            line,
        };
        match batch {
            Batch::Interactions(batch) => row.interaction(batch)?,
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

/// A record that is being read.
struct Row<'a> {
    schema: &'a Schema,
    columns: &'a [usize],
    record: &'a StringRecord,
    line: u64,
}

/// A value as it stands in the file.
enum Given<'a> {
    Nothing,
    Text(&'a str),
    Whole(i64),
    Number(f64),
}

impl<'a> Row<'a> {
    fn interaction(&self, batch: &mut InteractionBatch) -> Result<(), CsvError> {
        let (mut user, mut interaction) = (
            0,
            Interaction {
                item: 0,
                event_type: NO_TYPE,
                timestamp: 0,
                value: f32::NAN,
            },
        );
        for (field, &column) in self.schema.fields.iter().zip(self.columns) {
            let given = self.given(field, &self.record[column])?;
            match (field.name.as_str(), given) {
                ("USER_ID", Given::Text(id)) => user = batch.users.intern(self.id(field, id)?),
                ("ITEM_ID", Given::Text(id)) => {
                    interaction.item = batch.items.intern(self.id(field, id)?);
                }
                ("TIMESTAMP", Given::Whole(second)) => {
                    interaction.timestamp = self.second(field, second)?;
                }
                ("EVENT_TYPE", Given::Text(name)) => {
                    interaction.event_type = batch.event_types.intern(&name.to_lowercase());
                }
                #[expect(clippy::cast_possible_truncation, reason = "values are kept as f32")]
                ("EVENT_VALUE", Given::Number(value)) => interaction.value = value as f32,
                #[expect(clippy::cast_precision_loss, reason = "values are kept as f32")]
                ("EVENT_VALUE", Given::Whole(value)) => interaction.value = value as f32,
                _ => {}
            }
        }
        batch.rows.push((user, interaction));
        Ok(())
    }

    fn entity(&self, dataset_type: DatasetType) -> Result<(String, Vec<Cell>), CsvError> {
        let id_field = dataset_type.required()[0].0;
        let mut id = String::new();
        let mut cells = Vec::with_capacity(self.columns.len());
        for (field, &column) in self.schema.fields.iter().zip(self.columns) {
            let given = self.given(field, &self.record[column])?;
            if let (true, Given::Text(text)) = (field.name == id_field, &given) {
                self.id(field, text)?.clone_into(&mut id);
            }
            cells.push(match given {
                // Prose is of no use after training; keeping it would be most of the memory.
                Given::Nothing => Cell::Empty,
                Given::Text(_) if field.field_type == FieldType::Prose => Cell::Empty,
                Given::Text(text) => Cell::Text(text.to_owned()),
                #[expect(clippy::cast_precision_loss, reason = "filters compare as f64")]
                Given::Whole(number) => Cell::Number(number as f64),
                Given::Number(number) => Cell::Number(number),
            });
        }
        Ok((id, cells))
    }

    fn given(&self, field: &Field, text: &'a str) -> Result<Given<'a>, CsvError> {
        if text.is_empty() {
            return if field.nullable {
                Ok(Given::Nothing)
            } else {
                Err(self.wrong(field, "Empty value"))
            };
        }
        let shown = || text.chars().take(40).collect::<String>();
        match field.field_type {
            FieldType::Text | FieldType::Categories | FieldType::Prose => Ok(Given::Text(text)),
            FieldType::Integer => match text.parse() {
                Ok(number) => Ok(Given::Whole(number)),
                Err(_) => Err(self.wrong(field, format!("`{}` is not a whole number", shown()))),
            },
            FieldType::Decimal => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Given::Number(number)),
                _ => Err(self.wrong(field, format!("`{}` is not a number", shown()))),
            },
            FieldType::Boolean => match text.to_ascii_lowercase().as_str() {
                "true" | "false" | "0" | "1" => Ok(Given::Nothing),
                _ => Err(self.wrong(field, format!("`{}` is not a boolean", shown()))),
            },
        }
    }

    fn id<'t>(&self, field: &Field, id: &'t str) -> Result<&'t str, CsvError> {
        if id.len() > ID_LENGTH && id.chars().count() > ID_LENGTH {
            return Err(self.wrong(
                field,
                format!("Length cannot be more than {ID_LENGTH} characters"),
            ));
        }
        Ok(id)
    }

    fn second(&self, field: &Field, second: i64) -> Result<i64, CsvError> {
        if (0..=LAST_SECOND).contains(&second) {
            return Ok(second);
        }
        Err(self.wrong(
            field,
            format!("`{second}` is not in epoch seconds (milliseconds must be divided by 1000)"),
        ))
    }

    fn wrong(&self, field: &Field, problem: impl Into<String>) -> CsvError {
        CsvError::Value {
            column: field.name.clone(),
            problem: problem.into(),
            line: self.line,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::schema::tests::schema;

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
        let Batch::Interactions(batch) = batch else {
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
}
