//! Events that were dealt with: EventBridge and Lambda may deliver one twice, and what it calls for
//! is to be done once.

use aws_sdk_dynamodb::{operation::put_item::PutItemInput, types::AttributeValue};
use serde::Serialize;

use super::{Operations, OperationsError};

/// How long an event is remembered: longer than EventBridge and Lambda try to deliver one.
const MEMORY_SECONDS: i64 = 7 * 86_400;
/// When whoever took an event and has neither finished nor failed is taken for dead: longer than the
/// longest invocation of `event-filter`.
const WORK_SECONDS: i64 = 120;

/// An event somebody deals or has dealt with.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Taken {
    /// Epoch seconds until which nobody else takes it.
    taken_until: i64,
    /// Epoch seconds when DynamoDB may remove it.
    expires_at: i64,
}

impl Operations {
    /// Takes the event `id` at `now` (epoch seconds); false when it is being dealt with, or was.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn take_event(&self, id: &str, now: i64) -> Result<bool, OperationsError> {
        let taken = Taken {
            taken_until: now + WORK_SECONDS,
            expires_at: now + MEMORY_SECONDS,
        };
        let input = PutItemInput::builder()
            .table_name(&self.table)
            .set_item(Some(self.item(event_key(id), &taken)?))
            .condition_expression("attribute_not_exists(pk) OR takenUntil <= :now")
            .expression_attribute_values(":now", AttributeValue::N(now.to_string()));
        match self.dynamodb.put_item(input).await {
            Ok(_) => Ok(true),
            Err(error) if error.condition_failed() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Remembers that the event `id` was dealt with.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn finish_event(&self, id: &str, now: i64) -> Result<(), OperationsError> {
        let forgotten = now + MEMORY_SECONDS;
        let done = Taken {
            taken_until: forgotten,
            expires_at: forgotten,
        };
        self.put(event_key(id), &done).await
    }

    /// Leaves the event `id` to the next delivery, because dealing with it failed.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn give_event_back(&self, id: &str) -> Result<(), OperationsError> {
        self.delete(&event_key(id)).await
    }
}

fn event_key(id: &str) -> String {
    format!("event#{id}")
}
