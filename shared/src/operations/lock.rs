//! Locks: a workflow runs once at a time for an estate. A lock has an owner, an execution's ARN, and
//! ends by itself when its owner no longer renews it.

use aws_sdk_dynamodb::{
    operation::{delete_item::DeleteItemInput, put_item::PutItemInput},
    types::AttributeValue,
};
use serde::{Deserialize, Serialize};

use super::{Operations, OperationsError};

/// How long a lock holds without being renewed. Longer than the longest wait of a workflow between
/// two calls of `check-status`: after two days the waits are some 80 minutes.
pub const LOCK_SECONDS: i64 = 6 * 3_600;

/// A held lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lock {
    /// The workflow.
    pub workflow: String,
    /// The ARN of the execution that holds it.
    pub owner: String,
    /// Epoch seconds of taking it.
    pub taken_at: i64,
    /// Epoch seconds when anyone may take it.
    pub expires_at: i64,
}

impl Operations {
    /// Takes or renews the lock of `workflow` for `owner` at `now` (epoch seconds). The lock of
    /// another owner that is in the way is given back.
    ///
    /// # Errors
    /// When the table cannot be written or holds another shape.
    pub async fn take_lock(
        &self,
        workflow: &str,
        owner: &str,
        now: i64,
    ) -> Result<Option<Lock>, OperationsError> {
        self.take_lock_for(LOCK_SECONDS, workflow, owner, now).await
    }

    /// The same for fewer `seconds`, for an owner that renews it more often.
    ///
    /// # Errors
    /// When the table cannot be written or holds another shape.
    pub async fn take_lock_for(
        &self,
        seconds: i64,
        workflow: &str,
        owner: &str,
        now: i64,
    ) -> Result<Option<Lock>, OperationsError> {
        let lock = Lock {
            workflow: workflow.to_owned(),
            owner: owner.to_owned(),
            taken_at: now,
            expires_at: now + seconds,
        };
        let sk = lock_key(workflow);
        let input = PutItemInput::builder()
            .table_name(&self.table)
            .set_item(Some(self.item(sk.clone(), &lock)?))
            .condition_expression(
                "attribute_not_exists(pk) OR #owner = :owner OR expiresAt <= :now",
            )
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", AttributeValue::S(owner.to_owned()))
            .expression_attribute_values(":now", AttributeValue::N(now.to_string()));
        match self.dynamodb.put_item(input).await {
            Ok(_) => Ok(None),
            Err(error) if error.condition_failed() => self.get(&sk).await,
            Err(error) => Err(error.into()),
        }
    }

    /// The locks that are held at `now` (epoch seconds).
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn locks(&self, now: i64) -> Result<Vec<Lock>, OperationsError> {
        let mut locks: Vec<Lock> = self.all(&lock_key("")).await?;
        locks.retain(|lock| lock.expires_at > now);
        Ok(locks)
    }

    /// Gives the lock back, if `owner` still holds it.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn release_lock(&self, workflow: &str, owner: &str) -> Result<(), OperationsError> {
        let input = DeleteItemInput::builder()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(self.pk()))
            .key("sk", AttributeValue::S(lock_key(workflow)))
            .condition_expression("attribute_not_exists(pk) OR #owner = :owner")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", AttributeValue::S(owner.to_owned()));
        match self.dynamodb.delete_item(input).await {
            Err(error) if !error.condition_failed() => Err(error.into()),
            _ => Ok(()),
        }
    }
}

fn lock_key(workflow: &str) -> String {
    format!("lock#{workflow}")
}
