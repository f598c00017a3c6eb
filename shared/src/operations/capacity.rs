//! What `capacity` remembers of a campaign or recommender between two looks, five minutes apart.

use serde::{Deserialize, Serialize};

use super::{Operations, OperationsError};
use crate::arn::Kind;

/// The memory of one resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CapacityState {
    /// Since when a lower rate would do; absent while it would not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lower: Option<Lower>,
    /// Epoch seconds when it was last seen in another state than ACTIVE: it had no requests then,
    /// and that says nothing about whether anyone wants it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down_at: Option<i64>,
    /// `capacity` began to delete it, and has not yet forgotten it.
    #[serde(default)]
    pub leaving: bool,
}

/// A lower rate that has to prove itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lower {
    /// Epoch seconds.
    pub since: i64,
    /// The highest rate asked for since then.
    pub rate: u32,
}

impl Operations {
    /// What is remembered of a resource; nothing is a memory too.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn capacity(&self, kind: Kind, name: &str) -> Result<CapacityState, OperationsError> {
        let state = self.get(&capacity_key(kind, name)).await?;
        Ok(state.unwrap_or_default())
    }

    /// Stores what is to be remembered.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_capacity(
        &self,
        kind: Kind,
        name: &str,
        state: &CapacityState,
    ) -> Result<(), OperationsError> {
        self.put(capacity_key(kind, name), state).await
    }

    /// Forgets a resource that is gone.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn delete_capacity(&self, kind: Kind, name: &str) -> Result<(), OperationsError> {
        self.delete(&capacity_key(kind, name)).await
    }
}

fn capacity_key(kind: Kind, name: &str) -> String {
    format!("capacity#{kind}#{name}")
}
