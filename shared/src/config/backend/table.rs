//! Tables over the backend's endpoints, as Athena sees them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::feed::Feed;

/// A table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Table {
    /// Where its rows are.
    pub feed: Feed,
    /// Its columns, by name.
    pub columns: BTreeMap<String, Column>,
    /// The parameter for the columns that are wanted, comma separated. Without it all are read.
    pub projection: Option<Parameter>,
    /// The parameter for the most rows that are wanted. Without it the reader stops by itself.
    pub limit: Option<Parameter>,
    /// How its rows are read in parallel. Without it they are not.
    pub splits: Option<Splits>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Column {
    /// What is in it.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    /// JMESPath within a row; the column's own name without it.
    pub from: Option<String>,
    /// The parameters by which the backend filters. Without them Athena does.
    pub filter: Option<ColumnFilter>,
}

/// The type of a column, by Athena's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ColumnType {
    /// Text.
    Varchar,
    /// True or false.
    Boolean,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    Bigint,
    /// A number.
    Double,
    /// A day.
    Date,
    /// A moment, in UTC, with milliseconds.
    Timestamp,
}

/// The parameters by which the backend filters rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ColumnFilter {
    /// For rows with this value.
    pub equals: Option<String>,
    /// For rows with this value or a greater one.
    pub from: Option<String>,
    /// For rows with a smaller value.
    pub to: Option<String>,
}

/// A query parameter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Parameter {
    /// Its name.
    pub parameter: String,
}

/// How rows are shared out: `?shard=0/4` to `?shard=3/4`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Splits {
    /// The parameter.
    pub parameter: String,
    /// How many.
    pub count: u32,
}
