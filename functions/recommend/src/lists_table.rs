//! Adapter to the `Lists` table: what is remembered of visitors, kept answers, ready-made lists and
//! explanations; several of them in one call.

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use shared::{
    aws::failure,
    batch::{self, BatchError, Item, Patience, Read},
    lists::ReadyMadeList,
    visitor::Memory,
};

use crate::{
    explain::{self, ExplainError, Explanation},
    kept::Kept,
    services::Record,
};

/// The attribute that is the table's key.
const KEY: &str = "listKey";

/// The table.
#[derive(Debug)]
pub(crate) struct ListsTable {
    client: Client,
    table: String,
}

impl ListsTable {
    /// The table of that name.
    pub(crate) fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The memory under `visitor` and the kept answers among `keys`, as of now: a purchase that was
    /// tracked a moment ago counts.
    pub(crate) async fn recall(
        &self,
        visitor: Option<&str>,
        keys: &[&str],
    ) -> Result<(Option<Memory>, Vec<Kept>), BatchError> {
        let items = self.get(keys, true).await?;
        let (mut memory, mut kept) = (None, Vec::new());
        for item in items {
            if name(&item) == visitor {
                memory = Memory::from_item(item).ok();
            } else {
                kept.extend(Kept::from_item(item));
            }
        }
        Ok((memory, kept))
    }

    /// The ready-made lists under `keys`, in their order, of those that are there.
    pub(crate) async fn lists(
        &self,
        keys: &[String],
    ) -> Result<Vec<(String, Vec<String>)>, BatchError> {
        let asked: Vec<&str> = keys.iter().map(String::as_str).collect();
        let items = self.get(&asked, false).await?;
        let mut lists: HashMap<String, Vec<String>> = items
            .into_iter()
            .filter_map(|item| serde_dynamo::from_item::<_, ReadyMadeList>(item).ok())
            .map(|list| (list.list_key, list.items))
            .collect();
        let found = |key: &String| lists.remove_entry(key);
        Ok(keys.iter().filter_map(found).collect())
    }

    /// Keeps `records`, once: they are no loss.
    pub(crate) async fn keep(&self, records: &[Record]) -> Result<(), BatchError> {
        let item = |record: &Record| serde_dynamo::to_item(record).ok();
        let items: Vec<Item> = records.iter().filter_map(item).collect();
        let once = Patience {
            calls: 1,
            ..Patience::REQUEST
        };
        batch::put(&self.client, &self.table, items, once).await
    }

    /// How the answer `id` came about.
    pub(crate) async fn explanation(&self, id: &str) -> Result<Explanation, ExplainError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(KEY, AttributeValue::S(explain::key(id)))
            .send()
            .await
            .map_err(failure("dynamodb:GetItem"))?;
        let item = answer.item.ok_or(ExplainError::Unknown)?;
        serde_dynamo::from_item(item).map_err(|_| ExplainError::Unknown)
    }

    async fn get(&self, keys: &[&str], consistent: bool) -> Result<Vec<Item>, BatchError> {
        let read = Read {
            table: &self.table,
            key: KEY,
            attributes: &[],
            consistent,
        };
        batch::get(&self.client, read, keys, Patience::REQUEST).await
    }
}

fn name(item: &Item) -> Option<&str> {
    item.get(KEY)?.as_s().ok().map(String::as_str)
}
