//! Avro schemas, as far as data is checked against them.

use serde::Deserialize;
use serde_json::Value;

/// An Avro schema, written as YAML.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schema {
    /// Its name.
    pub name: String,
    /// The Avro record.
    pub avro: Value,
}

impl Schema {
    /// The record's fields as (name, Avro type without null, nullable).
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        let fields = self.avro.get("fields").and_then(Value::as_array);
        fields
            .into_iter()
            .flatten()
            .filter_map(Field::from_avro)
            .collect()
    }
}

/// A field of a schema, as far as data is checked against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The column's name.
    pub name: String,
    /// `string`, `long`, `int`, `float`, `double` or `boolean`.
    pub avro_type: String,
    /// Whether a value may be absent.
    pub nullable: bool,
}

impl Field {
    fn from_avro(field: &Value) -> Option<Self> {
        let name = field.get("name")?.as_str()?.to_owned();
        let (avro_type, nullable) = match field.get("type")? {
            Value::Array(union) => {
                let named: Vec<&str> = union.iter().filter_map(Value::as_str).collect();
                let concrete = named.iter().find(|name| **name != "null")?;
                ((*concrete).to_owned(), named.contains(&"null"))
            }
            other => (other.as_str()?.to_owned(), false),
        };
        Some(Self {
            name,
            avro_type,
            nullable,
        })
    }
}
