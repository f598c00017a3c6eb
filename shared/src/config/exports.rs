//! Datasets that come from SQL: what `export-dataset` asks Athena for.

use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    config::{Age, DatasetType},
    operations::ImportMode,
};

/// Queries whose results are the rows of datasets.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Exports {
    /// A query that scans more bytes than this is stopped, and its export fails.
    pub max_bytes_scanned: u64,
    /// The rows of the items dataset.
    pub items: Option<Export>,
    /// The rows of the users dataset.
    pub users: Option<Export>,
    /// The rows of the interactions dataset.
    pub interactions: Option<Export>,
}

impl Default for Exports {
    fn default() -> Self {
        Self {
            max_bytes_scanned: 10 * 1024 * 1024 * 1024,
            items: None,
            users: None,
            interactions: None,
        }
    }
}

impl Exports {
    /// The declared exports, metadata first.
    pub fn iter(&self) -> impl Iterator<Item = (DatasetType, &Export)> {
        [
            DatasetType::Items,
            DatasetType::Users,
            DatasetType::Interactions,
        ]
        .into_iter()
        .filter_map(|kind| self.get(kind).map(|export| (kind, export)))
    }

    /// The export of one dataset, when declared.
    #[must_use]
    pub fn get(&self, kind: DatasetType) -> Option<&Export> {
        match kind {
            DatasetType::Items => self.items.as_ref(),
            DatasetType::Users => self.users.as_ref(),
            DatasetType::Interactions => self.interactions.as_ref(),
        }
    }
}

/// Where the rows of one dataset come from.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Export {
    /// All rows, for FULL imports.
    pub query: Option<String>,
    /// The rows since what was imported last.
    pub incremental_query: Option<String>,
    /// What stands for each `?` of `query`, in their order.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// What stands for each `?` of `incremental_query`; as `parameters` when absent.
    pub incremental_parameters: Option<Vec<Parameter>>,
    /// Where the window of a first export begins, in UTC: `2024-01-01T00:00:00Z`; 1970 when absent.
    pub since: Option<Timestamp>,
    /// How far a window ends before now: rows that the store writes late are in the next one.
    pub lag: Option<Age>,
}

/// A value that is known when a query starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Parameter {
    /// The begin of the window as a TIMESTAMP in UTC; rows at it belong to the window.
    From,
    /// The end of the window as a TIMESTAMP in UTC; rows at it belong to the next window.
    Until,
    /// The begin of the window in epoch seconds.
    FromEpoch,
    /// The end of the window in epoch seconds.
    UntilEpoch,
    /// The day, in UTC, that the window ends on, as a DATE.
    Today,
}

impl Export {
    /// The statement for imports of `mode`, without the semicolon that may end it.
    #[must_use]
    pub fn statement(&self, mode: ImportMode) -> Option<&str> {
        let statement = match mode {
            ImportMode::Full => self.query.as_deref(),
            ImportMode::Incremental => self.incremental_query.as_deref(),
        };
        statement.map(|text| text.trim().trim_end_matches(';').trim_end())
    }

    /// What stands for each `?` of that statement.
    #[must_use]
    pub fn parameters(&self, mode: ImportMode) -> &[Parameter] {
        let own = self.incremental_parameters.as_deref();
        match mode {
            ImportMode::Full => &self.parameters,
            ImportMode::Incremental => own.unwrap_or(&self.parameters),
        }
    }

    /// The member of the configuration that holds the statement.
    #[must_use]
    pub fn member(mode: ImportMode) -> &'static str {
        match mode {
            ImportMode::Full => "query",
            ImportMode::Incremental => "incrementalQuery",
        }
    }
}
