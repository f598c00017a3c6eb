//! Where the result of a query has the columns of the dataset's schema.

use shared::config::{DatasetType, Field, Schema};

use crate::{error::ExportError, rows::Row, value::Kind};

/// How many names a message has of each kind.
const MAX_SHOWN: usize = 10;

/// The columns that the files of a dataset have, in the schema's order.
#[derive(Debug)]
pub(crate) struct Columns {
    dataset: DatasetType,
    schema: String,
    list: Vec<Column>,
}

#[derive(Debug)]
struct Column {
    name: String,
    kind: Kind,
    required: bool,
}

/// Where a result has them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// For each column of the schema: what its values are brought to, and its place in the result. A
    /// column that may be empty need not be there.
    pub(crate) places: Vec<(Kind, Option<usize>)>,
    /// Columns of the result.
    pub(crate) width: usize,
}

impl Columns {
    /// The columns that `schema` declares for `dataset`.
    pub(crate) fn of(dataset: DatasetType, schema: &Schema) -> Self {
        let fields = schema.fields().into_iter();
        Self {
            dataset,
            schema: schema.name.clone(),
            list: fields
                .map(|field| Column {
                    kind: kind(&field),
                    required: !field.nullable,
                    name: field.name,
                })
                .collect(),
        }
    }

    /// Their names.
    pub(crate) fn names(&self) -> Vec<String> {
        self.list.iter().map(|column| column.name.clone()).collect()
    }

    /// Where they are in a result that begins with `header`, in any order and case.
    ///
    /// # Errors
    /// When one that must have a value is missing, or there is one that the schema does not know, or
    /// one twice. All are named at once.
    pub(crate) fn layout(&self, header: Row<'_>) -> Result<Layout, ExportError> {
        let names: Vec<String> = header
            .iter()
            .map(|name| String::from_utf8_lossy(name).trim().to_owned())
            .collect();
        let places: Vec<Option<usize>> = self
            .list
            .iter()
            .map(|column| names.iter().position(|name| column.is(name)))
            .collect();
        let missing = self.list.iter().zip(&places);
        let missing = missing.filter(|(column, place)| column.required && place.is_none());
        let problems = [
            (
                "lacks",
                missing.map(|(column, _)| column.name.as_str()).collect(),
            ),
            ("has what the schema does not know:", self.unknown(&names)),
            ("has twice", self.twice(&names)),
        ];
        let problems: Vec<String> = problems
            .into_iter()
            .filter(|(_, names): &(_, Vec<&str>)| !names.is_empty())
            .map(|(what, names)| format!("{what} {}", shown(&names)))
            .collect();
        if !problems.is_empty() {
            return Err(ExportError::Columns {
                dataset: self.dataset.name(),
                problem: format!("{} (schema `{}`)", problems.join(", and "), self.schema),
            });
        }
        let kinds = self.list.iter().map(|column| column.kind);
        Ok(Layout {
            places: kinds.zip(places).collect(),
            width: names.len(),
        })
    }

    fn unknown<'n>(&self, names: &'n [String]) -> Vec<&'n str> {
        let known = |name: &&str| self.list.iter().any(|column| column.is(name));
        let names = names.iter().map(String::as_str);
        names.filter(|name| !known(name)).collect()
    }

    fn twice(&self, names: &[String]) -> Vec<&str> {
        let times = |column: &Column| names.iter().filter(|name| column.is(name)).count();
        let twice = self.list.iter().filter(|column| times(column) > 1);
        twice.map(|column| column.name.as_str()).collect()
    }
}

impl Column {
    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

fn kind(field: &Field) -> Kind {
    match (field.name.as_str(), field.avro_type.as_str()) {
        ("TIMESTAMP" | "CREATION_TIMESTAMP", "long") => Kind::Time,
        (_, "long" | "int") => Kind::Whole,
        _ => Kind::Other,
    }
}

/// Some of `names`, each cut at 40 characters, with nothing that disturbs a terminal.
fn shown(names: &[&str]) -> String {
    let short = |name: &&str| {
        let short: String = name.chars().take(40).collect();
        format!("`{}`", short.escape_debug())
    };
    let mut list: Vec<String> = names.iter().take(MAX_SHOWN).map(short).collect();
    if names.len() > MAX_SHOWN {
        list.push(format!("{} more", names.len() - MAX_SHOWN));
    }
    list.join(", ")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{
        declared::tests::config_with,
        rows::{Record, Rows},
    };

    /// The columns of a dataset.
    pub(crate) fn columns(dataset: DatasetType) -> Columns {
        let config = config_with(" {}\n");
        let declared = config.datasets.get(dataset).unwrap();
        Columns::of(dataset, config.schema_of(declared).unwrap())
    }

    fn layout(header: &str) -> Result<Layout, String> {
        let mut rows = Rows::new();
        rows.push(format!("{header}\n").into());
        let Some(Record::Row(row)) = rows.next(true) else {
            panic!("a header is a row")
        };
        let layout = columns(DatasetType::Interactions).layout(row);
        layout.map_err(|error| error.to_string())
    }

    #[test]
    fn columns_are_found_in_any_order_and_case() {
        let found = layout("\"timestamp\",\"Item_Id\",\"user_id\",\"EVENT_TYPE\"").unwrap();
        let expected = [
            (Kind::Other, Some(2)),
            (Kind::Other, Some(1)),
            (Kind::Time, Some(0)),
            (Kind::Other, Some(3)),
            (Kind::Other, None),
        ];
        assert_eq!((found.places.as_slice(), found.width), (&expected[..], 4));
    }

    #[test]
    fn what_does_not_fit_is_named_all_at_once() {
        let problem = layout("user_id,USER_ID,item,event_type,\"no\nte\"").unwrap_err();
        let expected = [
            "exports.interactions lacks `ITEM_ID`, `TIMESTAMP`",
            "does not know: `item`, `no\\nte`",
            "has twice `USER_ID`",
            "(schema `interactions`)",
            "AS",
        ];
        for part in expected {
            assert!(problem.contains(part), "{problem}");
        }
    }

    #[test]
    fn many_names_are_some_and_a_number() {
        let names: Vec<String> = (0..30).map(|n| format!("c{n}")).collect();
        let problem = layout(&names.join(",")).unwrap_err();
        assert!(problem.contains("`c9`, 20 more"), "{problem}");
    }
}
