//! The Avro schemas that Personalize takes: one flat record with a few field types. Not Avro in general.

use serde::Deserialize;
use serde_json::Value;

pub(crate) use super::dataset_type::DatasetType;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldType {
    /// Text.
    Text,
    /// Text of several values with `|` between them.
    Categories,
    /// Prose, for training only.
    Prose,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// True or false; cannot be filtered by.
    Boolean,
}

impl FieldType {
    /// Whether values are numbers.
    #[must_use]
    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal)
    }

    /// The most characters of a text.
    #[must_use]
    pub(crate) fn longest(self) -> usize {
        match self {
            Self::Categories => 1000,
            _ => 20_000,
        }
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    /// Its name, in upper case by convention.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) field_type: FieldType,
    /// Whether it may be empty.
    pub(crate) nullable: bool,
}

/// A parsed schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Schema {
    /// Columns in the schema's order.
    pub(crate) fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Record {
    r#type: String,
    name: String,
    fields: Vec<RecordField>,
}

#[derive(Deserialize)]
struct RecordField {
    name: String,
    r#type: Value,
    #[serde(default)]
    categorical: bool,
    #[serde(default)]
    textual: bool,
}

impl Schema {
    /// Reads a schema's JSON. A record named after a dataset type must have that type's fields.
    ///
    /// # Errors
    /// What is wrong with it, in words for the caller.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let record: Record = serde_json::from_str(text)
            .map_err(|error| format!("not an Avro schema in JSON: {error}"))?;
        if record.r#type != "record" {
            return Err(format!("type must be `record`, not `{}`", record.r#type));
        }
        let fields = record
            .fields
            .into_iter()
            .map(Field::read)
            .collect::<Result<Vec<_>, _>>()?;
        let schema = Self { fields };
        schema.check_duplicates()?;
        if let Some(dataset_type) = DatasetType::parse(&record.name) {
            schema.check(dataset_type)?;
        }
        Ok(schema)
    }

    /// The categorical fields; those of interactions are the context of an event.
    pub(crate) fn contextual(&self) -> impl Iterator<Item = &Field> {
        let contextual = |field: &&Field| field.field_type == FieldType::Categories;
        self.fields.iter().filter(contextual)
    }

    /// A field by name, in any case.
    #[must_use]
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name))
    }

    fn check_duplicates(&self) -> Result<(), String> {
        for (index, field) in self.fields.iter().enumerate() {
            if self.fields[..index]
                .iter()
                .any(|other| other.name.eq_ignore_ascii_case(&field.name))
            {
                return Err(format!("field {} is there twice", field.name));
            }
        }
        Ok(())
    }
}

impl Field {
    fn read(field: RecordField) -> Result<Self, String> {
        if !is_field_name(&field.name) {
            return Err(format!(
                "field {:.40}: a name must be 1 to 150 letters, digits and `_`, the first no digit",
                field.name
            ));
        }
        let types: Vec<&str> = match &field.r#type {
            Value::String(one) => vec![one],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let mut kinds = types.iter().filter(|one| **one != "null");
        let (Some(kind), None) = (kinds.next(), kinds.next()) else {
            return Err(format!(
                "field {}: type must be one type, or one type and `null`",
                field.name
            ));
        };
        let field_type = match *kind {
            "string" if field.textual => FieldType::Prose,
            "string" if field.categorical => FieldType::Categories,
            "string" => FieldType::Text,
            "int" | "long" => FieldType::Integer,
            "float" | "double" => FieldType::Decimal,
            "boolean" => FieldType::Boolean,
            other => {
                return Err(format!(
                    "field {}: `{other}` is not one of string, int, long, float, double, boolean, null",
                    field.name
                ));
            }
        };
        Ok(Self {
            name: field.name,
            field_type,
            nullable: types.contains(&"null"),
        })
    }
}

fn is_field_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=150).contains(&name.len())
        && name.bytes().all(plain)
        && !name.as_bytes()[0].is_ascii_digit()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A schema from `NAME type` pairs; `?` after a type makes it nullable, `c:`/`t:` before it
    /// categorical/textual.
    pub(crate) fn schema(record: &str, fields: &[(&str, &str)]) -> Result<Schema, String> {
        let fields: Vec<Value> = fields
            .iter()
            .map(|(name, kind)| {
                let (flag, kind) = kind.split_once(':').unwrap_or(("", kind));
                let field_type = match kind.strip_suffix('?') {
                    Some(kind) => serde_json::json!(["null", kind]),
                    None => serde_json::json!(kind),
                };
                serde_json::json!({ "name": name, "type": field_type,
                    "categorical": flag == "c", "textual": flag == "t" })
            })
            .collect();
        Schema::parse(
            &serde_json::json!({ "type": "record", "name": record, "fields": fields }).to_string(),
        )
    }

    #[test]
    fn fields_are_read_with_their_types() {
        let schema = schema(
            "Items",
            &[
                ("ITEM_ID", "string"),
                ("PRICE", "float?"),
                ("CATEGORY", "c:string?"),
                ("TEXT", "t:string?"),
            ],
        )
        .unwrap();
        let types: Vec<_> = schema
            .fields
            .iter()
            .map(|field| (field.field_type, field.nullable))
            .collect();
        assert_eq!(
            types,
            [
                (FieldType::Text, false),
                (FieldType::Decimal, true),
                (FieldType::Categories, true),
                (FieldType::Prose, true)
            ]
        );
    }
}
