//! The last good check of each dataset.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ImportMode, Operations, OperationsError};
use crate::config::DatasetType;

/// The last check of a dataset that passed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GoodCheck {
    /// The workflow's execution that asked for it.
    #[serde(default)]
    pub run: String,
    /// The S3 key of its report.
    pub report: String,
    /// Rows that passed.
    pub rows: u64,
    /// Rows that passed by event type; empty but for interactions.
    #[serde(default)]
    pub event_mix: BTreeMap<String, u64>,
    /// A few users with interactions, to ask a campaign about.
    pub sample_users: Vec<String>,
    /// A few items with interactions, to ask a campaign about.
    pub sample_items: Vec<String>,
    /// Changes when any object of the dataset does.
    #[serde(default)]
    pub fingerprint: String,
    /// One mark for each object that is imported once this is; INCREMENTAL checks only.
    #[serde(default)]
    pub objects: Vec<String>,
    /// The S3 key of the ids that the items dataset has; checks of items only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_ids: Option<String>,
}

impl Operations {
    /// The last good check of the whole dataset.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn good_check(
        &self,
        dataset: DatasetType,
    ) -> Result<Option<GoodCheck>, OperationsError> {
        self.good_check_of(dataset, ImportMode::Full).await
    }

    /// The last good check for imports of one mode.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn good_check_of(
        &self,
        dataset: DatasetType,
        mode: ImportMode,
    ) -> Result<Option<GoodCheck>, OperationsError> {
        self.get(&check_key(dataset, mode)).await
    }

    /// Stores the last good check for imports of one mode.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_good_check(
        &self,
        dataset: DatasetType,
        mode: ImportMode,
        check: &GoodCheck,
    ) -> Result<(), OperationsError> {
        self.put(check_key(dataset, mode), check).await
    }
}

fn check_key(dataset: DatasetType, mode: ImportMode) -> String {
    match mode {
        ImportMode::Full => format!("check#{}", dataset.name()),
        ImportMode::Incremental => format!("check#{}#{}", dataset.name(), mode.name()),
    }
}
