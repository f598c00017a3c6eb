//! Adapter to the `Lists` table: what is remembered of visitors, kept answers, ready-made lists and
//! explanations; several of them in one call.

use std::collections::HashMap;

use aws_sdk_dynamodb::{operation::get_item::GetItemInput, types::AttributeValue};
use shared::{
    batch::{self, BatchError, Item, Patience, Read},
    direct::DynamoDb,
    lists::ReadyMadeList,
    visitor::{Memory, is_visitor},
};

use crate::{
    explain::{self, ExplainError, Explanation},
    kept::Kept,
    services::Record,
};

/// The attribute that is the table's key.
const KEY: &str = "listKey";

/// What is kept of visitors and for them.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    /// Memories by their keys.
    pub(crate) memories: HashMap<String, Memory>,
    /// Kept answers.
    pub(crate) answers: Vec<Kept>,
    /// Why there may be more; nothing when this is all.
    pub(crate) error: Option<BatchError>,
}

/// The table.
#[derive(Debug)]
pub(crate) struct ListsTable {
    dynamodb: DynamoDb,
    table: String,
}

impl ListsTable {
    /// The table of that name.
    pub(crate) fn new(dynamodb: DynamoDb, table: String) -> Self {
        Self { dynamodb, table }
    }

    /// What is kept under `keys`, as of now: a purchase that was tracked a moment ago counts.
    pub(crate) async fn recall(&self, keys: &[&str]) -> Remembered {
        let read = self.read(true);
        let available = batch::available(&self.dynamodb, read, keys, Patience::REQUEST).await;
        let mut remembered = Remembered {
            error: available.error,
            ..Remembered::default()
        };
        for item in available.items {
            match name(&item)
                .filter(|name| is_visitor(name))
                .map(str::to_owned)
            {
                Some(visitor) => {
                    let memory = Memory::from_item(item).unwrap_or_default();
                    remembered.memories.insert(visitor, memory);
                }
                None => remembered.answers.extend(Kept::from_item(item)),
            }
        }
        remembered
    }

    /// The ready-made lists under `keys`, in their order, of those that are there.
    pub(crate) async fn lists(
        &self,
        keys: &[String],
    ) -> Result<Vec<(String, Vec<String>)>, BatchError> {
        let asked: Vec<&str> = keys.iter().map(String::as_str).collect();
        let read = self.read(false);
        let items = batch::get(&self.dynamodb, read, &asked, Patience::REQUEST).await?;
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
        batch::put(&self.dynamodb, &self.table, items, once).await
    }

    /// How the answer `id` came about.
    pub(crate) async fn explanation(&self, id: &str) -> Result<Explanation, ExplainError> {
        let input = GetItemInput::builder()
            .table_name(&self.table)
            .key(KEY, AttributeValue::S(explain::key(id)));
        let answer = self.dynamodb.get_item(input).await?;
        let item = answer.item.ok_or(ExplainError::Unknown)?;
        serde_dynamo::from_item(item).map_err(|_| ExplainError::Unknown)
    }

    fn read(&self, consistent: bool) -> Read<'_> {
        Read {
            table: &self.table,
            key: KEY,
            attributes: &[],
            consistent,
        }
    }
}

fn name(item: &Item) -> Option<&str> {
    item.get(KEY)?.as_s().ok().map(String::as_str)
}
