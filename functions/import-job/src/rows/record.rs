//! A row of a CSV file as PutItems and PutUsers want it: the id, and the other columns as JSON under
//! camelCase names.

use csv::{ReaderBuilder, StringRecord};
use serde_json::{Map, Number, Value};
use shared::{
    config::{DatasetType, Schema},
    metadata::{Row, property},
};

use crate::error::ImportError;

/// What the columns of a file are.
#[derive(Debug)]
pub(super) struct Layout {
    id: usize,
    /// By column: its property's name and its type in the schema; `None` of the id and what the schema
    /// does not know.
    columns: Vec<Option<(String, String)>>,
    location: String,
}

impl Layout {
    /// The layout of the file whose first line is `header`.
    ///
    /// # Errors
    /// When the line is no header of the dataset.
    pub(super) fn of(
        dataset: DatasetType,
        schema: Option<&Schema>,
        header: &str,
        location: &str,
    ) -> Result<Self, ImportError> {
        let id = if dataset == DatasetType::Users {
            "USER_ID"
        } else {
            "ITEM_ID"
        };
        let fields = schema.map(Schema::fields).unwrap_or_default();
        let header = read(header, location)?;
        let column = |name: &str| {
            let field = fields.iter().find(|field| field.name == name)?;
            (name != id).then(|| (property(name), field.avro_type.clone()))
        };
        let position = header.iter().position(|name| name == id);
        Ok(Self {
            id: position.ok_or_else(|| broken(location, format!("its header lacks {id}")))?,
            columns: header.iter().map(column).collect(),
            location: location.to_owned(),
        })
    }

    /// The row of a line.
    ///
    /// # Errors
    /// When the line is no CSV; `check-data` has written it, so it is.
    pub(super) fn row(&self, line: &str) -> Result<Row, ImportError> {
        let values = read(line, &self.location)?;
        let mut properties = Map::new();
        for (column, value) in self.columns.iter().zip(&values) {
            if let Some((name, avro_type)) = column
                && !value.is_empty()
            {
                properties.insert(name.clone(), typed(avro_type, value));
            }
        }
        Ok(Row {
            id: values.get(self.id).unwrap_or_default().to_owned(),
            properties: (!properties.is_empty()).then(|| Value::Object(properties).to_string()),
        })
    }
}

fn read(line: &str, location: &str) -> Result<StringRecord, ImportError> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .from_reader(line.as_bytes());
    let mut row = StringRecord::new();
    let read = reader.read_record(&mut row);
    read.map_err(|error| broken(location, error.to_string()))?;
    Ok(row)
}

fn broken(location: &str, message: String) -> ImportError {
    ImportError::Broken {
        location: location.to_owned(),
        message,
    }
}

/// The value as the schema has it; text when it is no such number, which Personalize then refuses by name.
fn typed(avro_type: &str, value: &str) -> Value {
    let typed = match avro_type {
        "int" | "long" => value.parse::<i64>().ok().map(Value::from),
        "float" | "double" => value
            .parse()
            .ok()
            .and_then(Number::from_f64)
            .map(Value::Number),
        "boolean" => value.parse::<bool>().ok().map(Value::Bool),
        _ => None,
    };
    typed.unwrap_or_else(|| Value::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(header: &str) -> Result<Layout, ImportError> {
        let text = include_str!("../../../../config/personalization.yaml");
        let config = shared::config::parse("personalization.yaml", text).unwrap();
        let items = config.datasets.items.clone().unwrap();
        let schema = config.schema_of(&items);
        Layout::of(DatasetType::Items, schema, header, "new.csv")
    }

    #[test]
    fn a_row_is_an_id_and_typed_properties_in_camel_case() {
        let layout = layout("ITEM_ID,PRICE,CATEGORY,CREATION_TIMESTAMP,DESCRIPTION").unwrap();
        let row = layout
            .row("i1,2.5,a|b,1700000000,\"red, \"\"big\"\"\"")
            .unwrap();
        assert_eq!(row.id, "i1");
        let properties: Value = serde_json::from_str(&row.properties.unwrap()).unwrap();
        let expected = serde_json::json!({
            "price": 2.5, "category": "a|b", "creationTimestamp": 1_700_000_000,
            "description": "red, \"big\"",
        });
        assert_eq!(properties, expected);
    }

    #[test]
    fn what_is_empty_or_unknown_is_left_out() {
        let layout = layout("NOTE,ITEM_ID,PRICE").unwrap();
        let row = layout.row("hm,i1,").unwrap();
        assert_eq!((row.id.as_str(), row.properties), ("i1", None));
    }

    #[test]
    fn a_file_without_the_id_is_named() {
        let message = layout("PRICE").unwrap_err().to_string();
        assert!(
            message.contains("new.csv") && message.contains("ITEM_ID"),
            "{message}"
        );
    }
}
