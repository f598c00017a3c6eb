//! DynamoDB's BatchGetItem and BatchWriteItem done to the end: what the table did not get to is asked
//! for, or sent, again.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    operation::{batch_get_item::BatchGetItemInput, batch_write_item::BatchWriteItemInput},
    types::{AttributeValue, KeysAndAttributes, PutRequest, WriteRequest},
};
use futures::{TryStreamExt, stream};

use crate::{
    aws::AwsError,
    direct::DynamoDb,
    fault::{Fault, FaultKind},
};

/// The most keys of one BatchGetItem.
pub const MAX_KEYS: usize = 100;
/// The most items of one BatchWriteItem.
const MAX_PUTS: usize = 25;
/// BatchWriteItems that run at once.
const WRITES_AT_ONCE: usize = 4;

/// An item as DynamoDB takes it.
pub type Item = HashMap<String, AttributeValue>;

/// How often, and after what pauses, unprocessed keys or items are sent again.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Calls in all, at least one.
    pub calls: u32,
    /// The pause before the second call; each further one is twice as long.
    pub first_pause: Duration,
}

impl Patience {
    /// For a step nobody waits for: 8 calls over 12 seconds.
    pub const WORKFLOW: Self = Self {
        calls: 8,
        first_pause: Duration::from_millis(100),
    };
    /// For an answer a shopper waits for: 3 calls over 60 milliseconds.
    pub const REQUEST: Self = Self {
        calls: 3,
        first_pause: Duration::from_millis(20),
    };

    /// The pauses between the calls.
    pub fn pauses(self) -> impl Iterator<Item = Duration> {
        (0..self.calls.saturating_sub(1)).map(move |n| self.first_pause * 2_u32.pow(n))
    }
}

/// A batch that could not be done.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The call failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The table did not get to all of it.
    #[error(
        "table {table} left {left} keys or items undone after {calls} calls: it is throttled; try again later"
    )]
    Undone {
        /// The table.
        table: String,
        /// Keys or items left.
        left: usize,
        /// Calls made.
        calls: u32,
    },
    /// The caller could not wait for it.
    #[error("the table did not answer in time: it is throttled or slow; try again later")]
    Late,
}

impl Fault for BatchError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Aws(error) => error.kind(),
            Self::Undone { .. } | Self::Late => FaultKind::Retryable,
        }
    }
}

/// What is read, and how.
#[derive(Debug, Clone, Copy)]
pub struct Read<'a> {
    /// The table.
    pub table: &'a str,
    /// The attribute that is its key.
    pub key: &'a str,
    /// The attributes wanted; all of them when there are none.
    pub attributes: &'a [&'a str],
    /// Whether writes that ended before count.
    pub consistent: bool,
}

/// What could be read of a table.
#[derive(Debug, Default)]
pub struct Available {
    /// The items, in the table's order.
    pub items: Vec<Item>,
    /// Why there may be more; nothing when these are all.
    pub error: Option<BatchError>,
}

/// Reads the items of a table whose key has one of `ids`, which are at most [`MAX_KEYS`] and
/// distinct. Items that do not exist are left out; the order is the table's.
///
/// # Errors
/// When the call fails, or keys are left after all of `patience`.
pub async fn get(
    dynamodb: &DynamoDb,
    read: Read<'_>,
    ids: &[&str],
    patience: Patience,
) -> Result<Vec<Item>, BatchError> {
    let available = available(dynamodb, read, ids, patience).await;
    available.error.map_or(Ok(available.items), Err)
}

/// The same, for whom some of the items are better than none.
pub async fn available(
    dynamodb: &DynamoDb,
    read: Read<'_>,
    ids: &[&str],
    patience: Patience,
) -> Available {
    let mut available = Available {
        items: Vec::with_capacity(ids.len()),
        error: None,
    };
    let mut left = ids
        .iter()
        .map(|id| HashMap::from([(read.key.to_owned(), AttributeValue::S((*id).to_owned()))]))
        .collect::<Vec<_>>();
    let mut pauses = patience.pauses();
    while !left.is_empty() {
        match get_once(dynamodb, read, left, &mut available.items).await {
            Ok(unprocessed) => left = unprocessed,
            Err(error) => {
                available.error = Some(error.into());
                break;
            }
        }
        if left.is_empty() {
            break;
        }
        let Some(pause) = pauses.next() else {
            available.error = Some(BatchError::Undone {
                table: read.table.to_owned(),
                left: left.len(),
                calls: patience.calls,
            });
            break;
        };
        tokio::time::sleep(pause).await;
    }
    available
}

/// One BatchGetItem; adds what it gives to `found`, and gives the keys it did not get to.
async fn get_once(
    dynamodb: &DynamoDb,
    read: Read<'_>,
    keys: Vec<Item>,
    found: &mut Vec<Item>,
) -> Result<Vec<Item>, AwsError> {
    let input = BatchGetItemInput::builder().request_items(read.table, request(keys, read)?);
    let answer = dynamodb.batch_get_item(input).await?;
    let items = answer
        .responses
        .and_then(|mut tables| tables.remove(read.table));
    found.extend(items.unwrap_or_default());
    let unprocessed = answer.unprocessed_keys;
    let unprocessed = unprocessed.and_then(|mut tables| tables.remove(read.table));
    Ok(unprocessed.map(|left| left.keys).unwrap_or_default())
}

/// Writes `items`, whose keys are distinct, in place of what `table` has under their keys.
///
/// # Errors
/// When a call fails, or items are left after all of `patience`; others may be written by then.
pub async fn put(
    dynamodb: &DynamoDb,
    table: &str,
    items: Vec<Item>,
    patience: Patience,
) -> Result<(), BatchError> {
    let puts: Result<Vec<_>, _> = items.into_iter().map(put_request).collect();
    stream::iter(puts?.chunks(MAX_PUTS).map(Ok))
        .try_for_each_concurrent(WRITES_AT_ONCE, async |chunk| {
            put_chunk(dynamodb, table, chunk.to_vec(), patience).await
        })
        .await
}

async fn put_chunk(
    dynamodb: &DynamoDb,
    table: &str,
    mut left: Vec<WriteRequest>,
    patience: Patience,
) -> Result<(), BatchError> {
    let mut pauses = patience.pauses();
    loop {
        let input = BatchWriteItemInput::builder().request_items(table, left);
        let answer = dynamodb.batch_write_item(input).await?;
        left = answer
            .unprocessed_items
            .and_then(|mut tables| tables.remove(table))
            .unwrap_or_default();
        if left.is_empty() {
            return Ok(());
        }
        let Some(pause) = pauses.next() else {
            return Err(BatchError::Undone {
                table: table.to_owned(),
                left: left.len(),
                calls: patience.calls,
            });
        };
        tokio::time::sleep(pause).await;
    }
}

fn put_request(item: Item) -> Result<WriteRequest, AwsError> {
    let put = PutRequest::builder()
        .set_item(Some(item))
        .build()
        .map_err(|error| AwsError::unsent("dynamodb:BatchWriteItem", &error))?;
    Ok(WriteRequest::builder().put_request(put).build())
}

/// Attributes go by placeholders, because names like `url` are reserved words.
fn request(keys: Vec<Item>, read: Read<'_>) -> Result<KeysAndAttributes, AwsError> {
    let placeholders = (0..read.attributes.len()).map(|n| format!("#a{n}"));
    let placeholders: Vec<String> = placeholders.collect();
    let names = placeholders
        .iter()
        .zip(read.attributes)
        .map(|(placeholder, name)| (placeholder.clone(), (*name).to_owned()));
    let some = !placeholders.is_empty();
    KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .consistent_read(read.consistent)
        .set_projection_expression(some.then(|| placeholders.join(", ")))
        .set_expression_attribute_names(some.then(|| names.collect()))
        .build()
        .map_err(|error| AwsError::unsent("dynamodb:BatchGetItem", &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_are_one_fewer_than_the_calls() {
        let pauses: Vec<u128> = Patience::REQUEST
            .pauses()
            .map(|pause| pause.as_millis())
            .collect();
        assert_eq!(pauses, [20, 40]);
        let total: Duration = Patience::WORKFLOW.pauses().sum();
        assert!(total < Duration::from_secs(13), "{total:?}");
    }

    #[test]
    fn reserved_words_never_stand_in_the_projection() {
        let mut read = Read {
            table: "t",
            key: "itemId",
            attributes: &["itemId", "url"],
            consistent: false,
        };
        let some = request(vec![HashMap::new()], read).unwrap();
        assert_eq!(some.projection_expression(), Some("#a0, #a1"));
        assert_eq!(some.expression_attribute_names().unwrap()["#a1"], "url");
        read.attributes = &[];
        let all = request(vec![HashMap::new()], read).unwrap();
        assert_eq!(all.projection_expression(), None);
    }
}
