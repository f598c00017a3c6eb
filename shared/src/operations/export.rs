//! Windows of time that exports were asked for: the last one begun, which a repeated step goes on
//! with, and the last one whose rows were imported. The next INCREMENTAL one begins where that ended.

use serde::{Deserialize, Serialize};

use super::{ImportMode, Operations, OperationsError};
use crate::config::DatasetType;

/// One export's window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportWindow {
    /// The workflow's execution that asked for it.
    pub run: String,
    /// Epoch seconds; rows at it belong to the window.
    pub from: i64,
    /// Epoch seconds; rows at it belong to the next window.
    pub until: i64,
    /// How many queries of the run failed before the one that is under way.
    pub failed: u32,
}

impl Operations {
    /// The window of the last export that was begun.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn export_begun(
        &self,
        dataset: DatasetType,
        mode: ImportMode,
    ) -> Result<Option<ExportWindow>, OperationsError> {
        self.get(&begun_key(dataset, mode)).await
    }

    /// Stores the window of an export before its query starts.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_export_begun(
        &self,
        dataset: DatasetType,
        mode: ImportMode,
        window: &ExportWindow,
    ) -> Result<(), OperationsError> {
        self.put(begun_key(dataset, mode), window).await
    }

    /// The window of the last export whose rows were imported: INCREMENTAL's is where its next export begins.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn exported(
        &self,
        dataset: DatasetType,
        mode: ImportMode,
    ) -> Result<Option<ExportWindow>, OperationsError> {
        self.get(&exported_key(dataset, mode)).await
    }

    /// Stores the window of an export whose rows were imported.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_exported(
        &self,
        dataset: DatasetType,
        mode: ImportMode,
        window: &ExportWindow,
    ) -> Result<(), OperationsError> {
        self.put(exported_key(dataset, mode), window).await
    }
}

fn begun_key(dataset: DatasetType, mode: ImportMode) -> String {
    format!("exporting#{}#{}", dataset.name(), mode.name())
}

fn exported_key(dataset: DatasetType, mode: ImportMode) -> String {
    format!("export#{}#{}", dataset.name(), mode.name())
}
