//! Who counts: one task at a time, by a lease in the item that also holds the checkpoint. A task that
//! lost the lease cannot move the checkpoint, so that nothing is counted twice.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use shared::aws::failure;

use super::Table;
use crate::{error::ServiceError, ingest::cursor::Cursor};

const KEY: &str = "ingest";

/// What is counted so far, and where that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Checkpoint {
    /// Up to where the event log was read.
    pub(crate) cursor: Cursor,
    /// The object with what was counted.
    pub(crate) snapshot: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    checkpoint: Option<Checkpoint>,
}

/// The lease, as one task sees it.
#[derive(Debug, Clone)]
pub(crate) struct Lease {
    pub(crate) table: Table,
    /// This task; another at each start.
    pub(crate) owner: String,
    /// How long it holds, in seconds.
    pub(crate) seconds: i64,
}

impl Lease {
    /// Takes or renews the lease at `now` (epoch seconds); false while another task holds it.
    pub(crate) async fn take(&self, now: i64) -> Result<bool, ServiceError> {
        let condition = "attribute_not_exists(#owner) OR #owner = :me OR leaseUntil <= :now";
        let update = self
            .update("SET #owner = :me, leaseUntil = :until")
            .condition_expression(condition)
            .expression_attribute_values(":until", number(now + self.seconds))
            .expression_attribute_values(":now", number(now));
        match update.send().await.map_err(failure("dynamodb:UpdateItem")) {
            Ok(_) => Ok(true),
            Err(error) if error.condition_failed() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives the lease back, so that another task need not wait for its end.
    pub(crate) async fn release(&self) -> Result<(), ServiceError> {
        let update = self
            .update("REMOVE #owner, leaseUntil")
            .condition_expression("#owner = :me");
        match update.send().await.map_err(failure("dynamodb:UpdateItem")) {
            Err(error) if !error.condition_failed() => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// The last checkpoint of any task.
    pub(crate) async fn checkpoint(&self) -> Result<Option<Checkpoint>, ServiceError> {
        let stored: Option<Stored> = self.table.get(KEY).await?;
        Ok(stored.and_then(|stored| stored.checkpoint))
    }

    /// Moves the checkpoint.
    ///
    /// # Errors
    /// [`ServiceError::LeaseLost`] when another task counts now.
    pub(crate) async fn keep(&self, checkpoint: &Checkpoint) -> Result<(), ServiceError> {
        let value = serde_dynamo::to_attribute_value(checkpoint);
        let value = value.map_err(|error: serde_dynamo::Error| ServiceError::Shape {
            place: format!("`{KEY}`"),
            message: error.to_string(),
        })?;
        let update = self
            .update("SET checkpoint = :checkpoint")
            .condition_expression("#owner = :me")
            .expression_attribute_values(":checkpoint", value);
        match update.send().await.map_err(failure("dynamodb:UpdateItem")) {
            Ok(_) => Ok(()),
            Err(error) if error.condition_failed() => Err(ServiceError::LeaseLost),
            Err(error) => Err(error.into()),
        }
    }

    fn update(
        &self,
        expression: &str,
    ) -> aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder {
        self.table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key("experimentId", AttributeValue::S(KEY.to_owned()))
            .update_expression(expression)
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":me", AttributeValue::S(self.owner.clone()))
    }
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
