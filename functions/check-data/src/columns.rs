//! The columns a dataset's schema asks for, the rule of each, and where a file's header has them.
//!
//! Limits: developer guide, "Amazon Personalize endpoints and quotas".

use shared::config::{DatasetType, Schema};

use crate::records::{Fields, Line};

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

/// Where a file has the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    /// By index of [`Columns::list`], the index in the file.
    pub(crate) positions: Vec<usize>,
    /// How many columns the file has.
    pub(crate) width: usize,
    /// Columns that the schema does not know.
    pub(crate) extra: Vec<String>,
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

    /// Finds the columns in the first line of a file.
    ///
    /// # Errors
    /// What is wrong with the line, as the end of a sentence that begins with the object's key.
    pub(crate) fn layout(&self, first: &Line<'_>) -> Result<Layout, String> {
        if first.raw.starts_with(&[0x1f, 0x8b]) {
            return Err("is compressed (gzip); Personalize reads plain CSV: unpack it".to_owned());
        }
        if first.raw.starts_with(b"\xef\xbb\xbf") {
            return Err("begins with a byte order mark, which becomes part of the first column's name: save it as UTF-8 without one".to_owned());
        }
        let names = match &first.fields {
            Ok(fields) => self.header_names(*fields)?,
            Err(broken) => {
                return Err(format!(
                    "is not a CSV file with a header: {}",
                    broken.detail
                ));
            }
        };
        if first.raw.contains(&b'"') {
            return Err("has quotation marks in its first line; Personalize takes column names only without".to_owned());
        }
        let mut positions = Vec::with_capacity(self.list.len());
        let mut missing = Vec::new();
        for wanted in self.names() {
            let mut found = names
                .iter()
                .enumerate()
                .filter(|(_, name)| **name == wanted);
            match (found.next(), found.next()) {
                (Some((position, _)), None) => positions.push(position),
                (Some(_), Some(_)) => return Err(format!("has the column {wanted} twice")),
                (None, _) => missing.push(wanted),
            }
        }
        if !missing.is_empty() {
            return Err(format!(
                "lacks the column {}; its first line has {}, and the schema `{}` wants all of {}",
                missing.join(", "),
                shown(&names),
                self.schema,
                self.names().collect::<Vec<_>>().join(", ")
            ));
        }
        let known: Vec<&str> = self.names().collect();
        Ok(Layout {
            positions,
            width: names.len(),
            extra: names
                .iter()
                .filter(|name| !known.contains(name))
                .map(|name| (*name).to_owned())
                .collect(),
        })
    }

    /// The header's names, when it is one: data is never repeated in a message.
    fn header_names<'a>(&self, header: Fields<'a>) -> Result<Vec<&'a str>, String> {
        let names: Vec<&str> = (0..header.len())
            .map(|index| std::str::from_utf8(header.get(index)).unwrap_or("?"))
            .collect();
        let is_header = names.iter().any(|name| {
            self.names()
                .any(|known| known.eq_ignore_ascii_case(name.trim()))
        });
        if is_header {
            return Ok(names);
        }
        Err(format!(
            "is not a CSV file with a header: its first line has {} field(s), none of them named {}",
            names.len(),
            self.names().collect::<Vec<_>>().join(", ")
        ))
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

/// Up to ten names, each cut at 40 characters, with nothing that disturbs a terminal.
fn shown(names: &[&str]) -> String {
    let mut list: Vec<String> = names
        .iter()
        .take(10)
        .map(|name| {
            name.chars()
                .take(40)
                .collect::<String>()
                .escape_debug()
                .to_string()
        })
        .collect();
    if names.len() > 10 {
        list.push(format!("and {} more", names.len() - 10));
    }
    list.join(", ")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::records::Records;

    /// The columns of a dataset of the shipped estate.
    pub(crate) fn shipped(dataset: DatasetType) -> Columns {
        let text = include_str!("../../../config/personalization.yaml");
        let config = shared::config::parse("personalization.yaml", text).unwrap();
        let declared = config.datasets.get(dataset).unwrap();
        Columns::of(dataset, config.schema_of(declared).unwrap())
    }

    fn layout(header: &str) -> Result<Layout, String> {
        let mut records = Records::new();
        records.push(header.as_bytes());
        let line = records.next(true).unwrap();
        shipped(DatasetType::Interactions).layout(&line)
    }

    #[test]
    fn columns_are_found_in_any_order_and_extra_ones_are_named() {
        let layout = layout("ITEM_ID,NOTE,USER_ID,EVENT_VALUE,EVENT_TYPE,TIMESTAMP").unwrap();
        assert_eq!(layout.positions, [2, 0, 5, 4, 3]);
        assert_eq!((layout.width, layout.extra), (6, vec!["NOTE".to_owned()]));
    }

    #[test]
    fn a_missing_column_is_named_with_what_was_found() {
        let problem = layout("user_id,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE").unwrap_err();
        assert!(
            problem.starts_with("lacks the column USER_ID; its first line has user_id, ITEM_ID")
        );
    }

    #[test]
    fn a_first_line_of_data_is_not_repeated() {
        let problem = layout("jane@example.com,4711,1700000000,view,").unwrap_err();
        assert!(
            problem.starts_with("is not a CSV file with a header: its first line has 5 field(s)")
        );
        assert!(!problem.contains("jane"), "{problem}");
    }

    #[test]
    fn what_personalize_would_stumble_over_is_named() {
        let good = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE";
        assert!(
            layout(&format!("\u{feff}{good}"))
                .unwrap_err()
                .contains("byte order mark")
        );
        assert!(
            layout(&good.replace("USER_ID", "\"USER_ID\""))
                .unwrap_err()
                .contains("quotation")
        );
        assert!(
            layout(&format!("{good},ITEM_ID"))
                .unwrap_err()
                .contains("ITEM_ID twice")
        );
    }

    #[test]
    fn bytes_of_another_format_are_named() {
        let mut records = Records::new();
        records.push(b"\x1f\x8b\x08\x00,\"\n");
        let line = records.next(true).unwrap();
        let problem = shipped(DatasetType::Users).layout(&line).unwrap_err();
        assert!(problem.starts_with("is compressed (gzip)"), "{problem}");
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
