//! What of a table a query wants.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{Expression, ValueSet};
use crate::{error::ProtocolError, version::SerDe};

/// The `limit` of a query without one.
pub const NO_LIMIT: i64 = -1;

/// What a query wants. Members that a version does not have are `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Constraints {
    /// The wanted values by column. All of them have to be met.
    pub summary: IndexMap<String, ValueSet>,
    /// Further conditions, all of which have to be met (`V4`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<Vec<Expression>>,
    /// The order, for a query with a limit (`V4`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_by_clause: Option<Vec<OrderByField>>,
    /// The greatest number of rows wanted, or [`NO_LIMIT`] (`V4`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// A query in the source's own language (`V5`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_passthrough_arguments: Option<IndexMap<String, String>>,
}

/// One column of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderByField {
    /// The column.
    pub column_name: String,
    /// Which way.
    pub direction: Direction,
}

/// Which way rows are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)] // The names say it.
pub enum Direction {
    AscNullsFirst,
    AscNullsLast,
    DescNullsFirst,
    DescNullsLast,
}

impl Constraints {
    /// The greatest number of rows wanted, when the engine says one.
    #[must_use]
    pub fn row_limit(&self) -> Option<u64> {
        self.limit.and_then(|limit| u64::try_from(limit).ok())
    }

    /// The same constraints with the members that `version` has. Those that it lacks are lost, which
    /// is no harm: the engine applies all of them itself.
    ///
    /// # Errors
    /// When a block in them cannot be read.
    pub fn in_version(self, version: SerDe) -> Result<Self, ProtocolError> {
        let summary = self.summary.into_iter();
        let expression = self.expression.unwrap_or_default().into_iter();
        let (v4, v5) = (version >= SerDe::V4, version >= SerDe::V5);
        Ok(Self {
            summary: summary
                .map(|(column, set)| Ok((column, set.in_version(version)?)))
                .collect::<Result<_, ProtocolError>>()?,
            expression: v4
                .then(|| expression.map(|part| part.in_version(version)).collect())
                .transpose()?,
            order_by_clause: v4.then(|| self.order_by_clause.unwrap_or_default()),
            limit: v4.then(|| self.limit.unwrap_or(NO_LIMIT)),
            query_passthrough_arguments: v5
                .then(|| self.query_passthrough_arguments.unwrap_or_default()),
        })
    }
}
