//! Many items at once, as they are now.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use futures::{StreamExt, TryStreamExt, stream};
use shared::aws::failure;

use super::{Item, MessagesTable, TRIES, key, pause};
use crate::error::MessagesError;

/// The most keys of a BatchGetItem.
const MAX_KEYS: usize = 100;
/// BatchGetItems that run at once.
const AT_ONCE: usize = 4;

impl MessagesTable {
    /// The items under `keys`, whatever their order and number; those that do not exist are left out.
    pub(super) async fn fetch(
        &self,
        keys: HashSet<(String, &'static str)>,
    ) -> Result<Vec<Item>, MessagesError> {
        let keys: Vec<Item> = keys.iter().map(|(pk, sk)| key(pk, sk)).collect();
        let chunks: Vec<Vec<Item>> = keys.chunks(MAX_KEYS).map(<[Item]>::to_vec).collect();
        stream::iter(chunks)
            .map(|chunk| self.fetch_chunk(chunk))
            .buffer_unordered(AT_ONCE)
            .try_concat()
            .await
    }

    async fn fetch_chunk(&self, mut left: Vec<Item>) -> Result<Vec<Item>, MessagesError> {
        let mut found = Vec::with_capacity(left.len());
        for tries in 0..TRIES {
            let keys = KeysAndAttributes::builder()
                .set_keys(Some(left))
                .consistent_read(true)
                .build()?;
            let request = self
                .client
                .batch_get_item()
                .request_items(&self.table, keys);
            let answer = request.send().await;
            let mut answer = answer.map_err(failure("dynamodb:BatchGetItem"))?;
            let items = answer.responses.as_mut();
            found.extend(
                items
                    .and_then(|tables| tables.remove(&self.table))
                    .unwrap_or_default(),
            );
            let unprocessed = answer.unprocessed_keys.as_mut();
            let unprocessed = unprocessed.and_then(|tables| tables.remove(&self.table));
            left = unprocessed.map(|keys| keys.keys).unwrap_or_default();
            if left.is_empty() {
                return Ok(found);
            }
            pause(tries).await;
        }
        Err(self.busy("BatchGetItem"))
    }
}
