//! The last good check of each dataset.

use serde::{Deserialize, Serialize};

use super::{Operations, OperationsError};
use crate::config::DatasetType;

/// The last check of a dataset that passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GoodCheck {
    /// The S3 key of its report.
    pub report: String,
    /// Rows that passed.
    pub rows: u64,
    /// A few users with interactions, to ask a campaign about.
    pub sample_users: Vec<String>,
    /// A few items with interactions, to ask a campaign about.
    pub sample_items: Vec<String>,
}

impl Operations {
    /// The last good check of a dataset.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn good_check(
        &self,
        dataset: DatasetType,
    ) -> Result<Option<GoodCheck>, OperationsError> {
        self.get(&check_key(dataset)).await
    }

    /// Stores the last good check of a dataset.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_good_check(
        &self,
        dataset: DatasetType,
        check: &GoodCheck,
    ) -> Result<(), OperationsError> {
        self.put(check_key(dataset), check).await
    }
}

fn check_key(dataset: DatasetType) -> String {
    format!("check#{}", dataset.name())
}
