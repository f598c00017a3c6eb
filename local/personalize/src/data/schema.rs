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

    /// Whether this schema can be that of a dataset of this type.
    ///
    /// # Errors
    /// What it lacks, or which field is not as Personalize wants it.
    pub(crate) fn check(&self, dataset_type: DatasetType) -> Result<(), String> {
        self.check_required(dataset_type)?;
        self.check_reserved(dataset_type)?;
        self.check_metadata(dataset_type)
    }

    fn check_required(&self, dataset_type: DatasetType) -> Result<(), String> {
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
                    "a schema for {} needs the field {name} of type {expected}, not nullable and not categorical",
                    dataset_type.name()
                ));
            }
        }
        Ok(())
    }

    fn check_reserved(&self, dataset_type: DatasetType) -> Result<(), String> {
        for (name, allowed) in dataset_type.reserved() {
            if let Some(field) = self.field(name)
                && !allowed.contains(&field.field_type)
            {
                let expected = match allowed[0] {
                    FieldType::Text => "a string that is not categorical",
                    _ if allowed.len() == 1 => "a long",
                    _ => "a number",
                };
                return Err(format!(
                    "the field {name} is a reserved keyword and must be {expected}"
                ));
            }
        }
        Ok(())
    }

    fn check_metadata(&self, dataset_type: DatasetType) -> Result<(), String> {
        let name = dataset_type.name();
        let prose = |field: &&Field| field.field_type == FieldType::Prose;
        match (self.fields.iter().filter(prose).count(), dataset_type) {
            (0, _) | (1, DatasetType::Items) => {}
            (_, DatasetType::Items) => {
                return Err("a schema for ITEMS may have one textual field".to_owned());
            }
            _ => return Err(format!("a schema for {name} may have no textual field")),
        }
        let others = self.fields.len() - dataset_type.required().len();
        if !dataset_type.is_interactions() && others == 0 {
            return Err(format!(
                "a schema for {name} needs at least one metadata field"
            ));
        }
        let reserved = dataset_type.reserved().iter();
        let reserved = reserved.filter(|(name, _)| self.field(name).is_some());
        let (metadata, most) = (others - reserved.count(), dataset_type.most_metadata());
        if metadata > most {
            return Err(format!(
                "a schema for {name} may have {most} metadata fields, not {metadata}"
            ));
        }
        Ok(())
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
    #[test]
    fn reserved_and_metadata_fields_are_held_to_their_rules() {
        let required = [
            ("USER_ID", "string"),
            ("ITEM_ID", "string"),
            ("TIMESTAMP", "long"),
        ];
        let with = |more: &[(&str, &str)]| schema("Interactions", &[&required[..], more].concat());
        assert!(with(&[("EVENT_VALUE", "float?"), ("DEVICE", "c:string")]).is_ok());
        let complaint = with(&[("EVENT_TYPE", "c:string")]).unwrap_err();
        assert!(complaint.contains("EVENT_TYPE"), "{complaint}");
        assert!(with(&[("EVENT_VALUE", "string")]).is_err());
        assert!(with(&[("NOTE", "t:string")]).is_err());
        let six: Vec<_> = ["A", "B", "C", "D", "E", "F"]
            .map(|name| (name, "int"))
            .into();
        assert!(with(&six).unwrap_err().contains("5 metadata fields, not 6"));
        let twice = [("ITEM_ID", "string"), ("A", "t:string"), ("B", "t:string")];
        assert!(schema("Items", &twice).unwrap_err().contains("one textual"));
        assert!(
            schema("Whatever", &[("A B", "int")])
                .unwrap_err()
                .contains("A B")
        );
    }

    #[test]
    fn actions_have_schemas_too() {
        let actions = [
            ("ACTION_ID", "string"),
            ("VALUE", "long?"),
            ("REPEAT_FREQUENCY", "long?"),
            ("MEMBERSHIP", "c:string?"),
        ];
        assert!(schema("Actions", &actions).is_ok());
        let done = [
            ("USER_ID", "string"),
            ("ACTION_ID", "string"),
            ("TIMESTAMP", "long"),
        ];
        let complaint = schema("Action_Interactions", &done).unwrap_err();
        assert!(complaint.contains("EVENT_TYPE"), "{complaint}");
    }
}
