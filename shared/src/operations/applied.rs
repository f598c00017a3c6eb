//! What `estate` applied last: by it a change by hand is told from a change in the file, and what is
//! ours from what only stands beside it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Operations, OperationsError};
use crate::arn::Kind;

/// One resource as it was made, changed or adopted by `estate`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Applied {
    /// Its kind.
    pub kind: Kind,
    /// Its declared name.
    pub name: String,
    /// What it was made of, as `estate` compares it.
    pub content: Value,
    /// Epoch seconds.
    pub applied_at: i64,
}

impl Operations {
    /// Everything applied and not taken down since.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn applied(&self) -> Result<Vec<Applied>, OperationsError> {
        self.all("applied#").await
    }

    /// Stores what was applied.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_applied(&self, applied: &Applied) -> Result<(), OperationsError> {
        self.put(applied_key(applied.kind, &applied.name), applied)
            .await
    }

    /// Forgets a resource that was taken down.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn delete_applied(&self, kind: Kind, name: &str) -> Result<(), OperationsError> {
        self.delete(&applied_key(kind, name)).await
    }
}

fn applied_key(kind: Kind, name: &str) -> String {
    format!("applied#{kind}#{name}")
}
