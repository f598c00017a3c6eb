//! Athena's SQL: parsed into trees, never treated as strings. Queries are Trino's SQL, statements that
//! define data are Hive's.

pub(crate) mod dates;
pub(crate) mod ddl;
pub(crate) mod hive_type;
pub(crate) mod names;
pub(crate) mod parse;
pub(crate) mod relations;
pub(crate) mod rewrite;
mod serde;
mod templates;

use datafusion::sql::sqlparser::tokenizer::Location;

/// A place in a query string, as error messages give it: lines and columns count from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    /// The line.
    pub(crate) line: u64,
    /// The character in the line.
    pub(crate) column: u64,
}

impl From<Location> for Place {
    fn from(location: Location) -> Self {
        Self {
            line: location.line,
            column: location.column,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "line {}:{}", self.line, self.column)
    }
}
