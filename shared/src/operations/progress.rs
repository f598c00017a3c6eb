//! How far rows were sent to Personalize one by one, so that a step that was killed goes on there.

use serde::{Deserialize, Serialize};

use super::{Operations, OperationsError};
use crate::config::DatasetType;

/// The progress of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// The workflow's execution that sends.
    pub run: String,
    /// Rows behind it, sent or refused.
    pub rows: u64,
    /// Of those, the rows that Personalize refused.
    pub refused: u64,
}

impl Operations {
    /// How far `run` has come with a dataset; at the start when it never began.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn progress(
        &self,
        dataset: DatasetType,
        run: &str,
    ) -> Result<Progress, OperationsError> {
        let stored: Option<Progress> = self.get(&progress_key(dataset)).await?;
        Ok(stored
            .filter(|stored| stored.run == run)
            .unwrap_or_else(|| Progress {
                run: run.to_owned(),
                ..Progress::default()
            }))
    }

    /// Stores how far a run has come. The one before is forgotten: one run at a time sends.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_progress(
        &self,
        dataset: DatasetType,
        progress: &Progress,
    ) -> Result<(), OperationsError> {
        self.put(progress_key(dataset), progress).await
    }
}

fn progress_key(dataset: DatasetType) -> String {
    format!("progress#{}", dataset.name())
}
