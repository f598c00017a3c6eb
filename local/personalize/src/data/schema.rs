//! The Avro schemas that Personalize takes: one flat record with a few field types. Not Avro in general.

use serde::Deserialize;
use serde_json::Value;

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

/// The kinds of datasets there are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum DatasetType {
    /// Who did what, when.
    Interactions,
    /// What can be recommended.
    Items,
    /// To whom.
    Users,
}

impl DatasetType {
    /// Reads a `datasetType`, in any case as the service does.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_uppercase().as_str() {
            "INTERACTIONS" => Some(Self::Interactions),
            "ITEMS" => Some(Self::Items),
            "USERS" => Some(Self::Users),
            _ => None,
        }
    }

    /// Its name in ARNs and messages.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Interactions => "INTERACTIONS",
            Self::Items => "ITEMS",
            Self::Users => "USERS",
        }
    }

    /// The fields that a schema must have, and whether they are text.
    #[must_use]
    pub(crate) fn required(self) -> &'static [(&'static str, FieldType)] {
        match self {
            Self::Interactions => &[
                ("USER_ID", FieldType::Text),
                ("ITEM_ID", FieldType::Text),
                ("TIMESTAMP", FieldType::Integer),
            ],
            Self::Items => &[("ITEM_ID", FieldType::Text)],
            Self::Users => &[("USER_ID", FieldType::Text)],
        }
    }
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

    /// Whether this schema can be that of a dataset of this type.
    ///
    /// # Errors
    /// What it lacks.
    pub(crate) fn check(&self, dataset_type: DatasetType) -> Result<(), String> {
        for (name, field_type) in dataset_type.required() {
            let fits = self
                .field(name)
                .is_some_and(|field| field.field_type == *field_type && !field.nullable);
            if !fits {
                let expected = if *field_type == FieldType::Integer {
                    "long"
                } else {
                    "string"
                };
                return Err(format!(
                    "a schema for {} needs the field {name} of type {expected}, not nullable",
                    dataset_type.name()
                ));
            }
        }
        if dataset_type != DatasetType::Interactions && self.fields.len() < 2 {
            return Err(format!(
                "a schema for {} needs at least one metadata field",
                dataset_type.name()
            ));
        }
        Ok(())
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

    #[test]
    fn what_a_dataset_type_needs_is_asked_for() {
        let missing = schema(
            "Interactions",
            &[("USER_ID", "string"), ("ITEM_ID", "string")],
        );
        assert!(missing.unwrap_err().contains("TIMESTAMP"));
        let wrong = schema(
            "Interactions",
            &[
                ("USER_ID", "string"),
                ("ITEM_ID", "int"),
                ("TIMESTAMP", "long"),
            ],
        );
        assert!(wrong.unwrap_err().contains("ITEM_ID"));
        assert!(
            schema("Items", &[("ITEM_ID", "string")])
                .unwrap_err()
                .contains("metadata")
        );
        assert!(
            schema("Whatever", &[("A", "uuid")])
                .unwrap_err()
                .contains("uuid")
        );
        assert!(
            schema("Whatever", &[("A", "int"), ("a", "int")])
                .unwrap_err()
                .contains("twice")
        );
    }
}
