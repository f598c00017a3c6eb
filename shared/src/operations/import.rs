//! The last good import of each dataset: what the next one is compared with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Operations, OperationsError};
use crate::config::DatasetType;

/// What becomes of the rows imported before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ImportMode {
    /// They are replaced.
    #[default]
    Full,
    /// They stay.
    Incremental,
}

impl ImportMode {
    /// The name in events and in Personalize's API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Incremental => "INCREMENTAL",
        }
    }
}

/// The last import of a dataset that succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GoodImport {
    /// The workflow's execution that asked for it.
    pub run: String,
    /// Epoch seconds when it was found to have succeeded.
    pub imported_at: i64,
    /// Rows that it brought.
    pub rows: u64,
    /// Rows by event type; empty but for interactions.
    pub event_mix: BTreeMap<String, u64>,
    /// The fingerprint of its objects; empty when they were not checked.
    pub fingerprint: String,
    /// One mark for each object that lies in the folder and is imported; INCREMENTAL imports only.
    pub objects: Vec<String>,
}

impl Operations {
    /// The last good import of one mode.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn good_import(
        &self,
        dataset: DatasetType,
        mode: ImportMode,
    ) -> Result<Option<GoodImport>, OperationsError> {
        self.get(&import_key(dataset, mode)).await
    }

    /// Stores the last good import of one mode.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_good_import(
        &self,
        dataset: DatasetType,
        mode: ImportMode,
        import: &GoodImport,
    ) -> Result<(), OperationsError> {
        self.put(import_key(dataset, mode), import).await
    }
}

fn import_key(dataset: DatasetType, mode: ImportMode) -> String {
    format!("import#{}#{}", dataset.name(), mode.name())
}
