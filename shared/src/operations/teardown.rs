//! That an estate was torn down: until somebody applies it again, no schedule makes it anew.

use serde::{Deserialize, Serialize};

use super::{Operations, OperationsError};

const KEY: &str = "teardown";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Teardown {
    /// Epoch seconds.
    ended_at: i64,
}

impl Operations {
    /// Whether the estate was torn down and not applied since.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn is_torn_down(&self) -> Result<bool, OperationsError> {
        let mark: Option<Teardown> = self.get(KEY).await?;
        Ok(mark.is_some())
    }

    /// Marks it so at `now` (epoch seconds).
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_torn_down(&self, now: i64) -> Result<(), OperationsError> {
        self.put(KEY.to_owned(), &Teardown { ended_at: now }).await
    }

    /// Somebody applies it again.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn delete_torn_down(&self) -> Result<(), OperationsError> {
        self.delete(KEY).await
    }
}
