//! The columns a dataset's schema asks for, and the rule of each. Where a file has them: `layout`.
//!
//! Limits: developer guide, "Amazon Personalize endpoints and quotas".

use shared::config::{DatasetType, Schema};

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// 1 to 256 characters: ids and event types.
    Id,
    /// Epoch seconds since 1970; only a product may begin in the future.
    Time {
        /// Whether more than a day ahead is wrong.
        past: bool,
    },
    /// A whole number of 32 bits.
    Int,
    /// A whole number of 64 bits.
    Long,
    /// A finite number.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// Categories separated by `|`, each up to 1,000 characters.
    Categories,
    /// Any text. Personalize itself cuts a long one.
    Text,
}

/// One column of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its name, which the header must have.
    pub(crate) name: String,
    /// What its values must be.
    pub(crate) rule: Rule,
    /// Whether a value may be absent.
    pub(crate) nullable: bool,
}

/// The columns of one dataset, in the schema's order.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    /// The schema's name, for messages.
    pub(crate) schema: String,
    /// In the schema's order.
    pub(crate) list: Vec<Column>,
    /// Which of them say that two rows are the same.
    pub(crate) identity: Vec<usize>,
}

impl Columns {
    /// The columns that `schema` declares for `dataset`.
    pub(crate) fn of(dataset: DatasetType, schema: &Schema) -> Self {
        let list: Vec<Column> = schema
            .fields()
            .into_iter()
            .map(|field| Column {
                rule: rule(schema, &field.name, &field.avro_type),
                nullable: field.nullable,
                name: field.name,
            })
            .collect();
        let identity: &[&str] = match dataset {
            DatasetType::Items => &["ITEM_ID"],
            DatasetType::Users => &["USER_ID"],
            DatasetType::Interactions => &["USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE"],
        };
        let identity = list
            .iter()
            .enumerate()
            .filter(|(_, column)| identity.contains(&column.name.as_str()))
            .map(|(index, _)| index)
            .collect();
        Self {
            schema: schema.name.clone(),
            list,
            identity,
        }
    }

    /// The index of the column of that name.
    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        self.list.iter().position(|column| column.name == name)
    }

    /// The names, as the checked copy's header has them.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|column| column.name.as_str())
    }
}

fn rule(schema: &Schema, name: &str, avro_type: &str) -> Rule {
    match (name, avro_type) {
        ("USER_ID" | "ITEM_ID" | "EVENT_TYPE", _) => Rule::Id,
        ("TIMESTAMP", _) => Rule::Time { past: true },
        ("CREATION_TIMESTAMP", _) => Rule::Time { past: false },
        (_, "int") => Rule::Int,
        (_, "long") => Rule::Long,
        (_, "float" | "double") => Rule::Decimal,
        (_, "boolean") => Rule::Boolean,
        _ if is_categorical(schema, name) => Rule::Categories,
        _ => Rule::Text,
    }
}

fn is_categorical(schema: &Schema, name: &str) -> bool {
    let fields = schema.avro["fields"].as_array();
    fields
        .into_iter()
        .flatten()
        .any(|field| field["name"] == name && field["categorical"] == true)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The columns of a dataset of the shipped estate.
    pub(crate) fn shipped(dataset: DatasetType) -> Columns {
        let text = include_str!("../../../config/personalization.yaml");
        let config = shared::config::parse("personalization.yaml", text).unwrap();
        let declared = config.datasets.get(dataset).unwrap();
        Columns::of(dataset, config.schema_of(declared).unwrap())
    }

    #[test]
    fn rules_follow_the_schema() {
        let items = shipped(DatasetType::Items);
        let rules: Vec<Rule> = items.list.iter().map(|column| column.rule).collect();
        let created = Rule::Time { past: false };
        assert_eq!(
            rules,
            [
                Rule::Id,
                Rule::Decimal,
                Rule::Categories,
                created,
                Rule::Text
            ]
        );
    }
}
