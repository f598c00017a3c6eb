//! The `Lists` table: ready-made lists of recommendations, asked when Personalize does not answer, and
//! segments of users.
//!
//! Keys: `popular`; `popular#<part of the context>=<value>`, for a segment of the visitors; `user#<id>` and `item#<id>` (a batch job's answer for one of them);
//! `segment#<job>/<item id or attributes, as asked>`. A list that does not fit one DynamoDB item goes
//! on in parts: the list under the key itself says how many there are in all (`parts`), and part *n*,
//! from 2 on, is under `<key>#part-<n>`. Parts of one writing have the same `updatedAt`; a reader who
//! finds another begins again. The first part is written last.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    operation::{get_item::GetItemInput, put_item::PutItemInput},
    types::AttributeValue,
};
use serde::{Deserialize, Serialize};

use crate::{
    aws::AwsError,
    batch::{self, BatchError, Patience},
    direct::DynamoDb,
    fault::{Fault, FaultKind},
};

/// The key of the list that is the same for everybody.
pub const POPULAR: &str = "popular";

/// The user a popularity campaign is asked for when nobody in particular asks: its recipe wants
/// one, and answers the same for all. Nothing is ever tracked under this name.
pub const NOBODY: &str = "popular-list";

/// The key of the list a batch job made for a user.
#[must_use]
pub fn user_key(user: &str) -> String {
    format!("user#{user}")
}

/// The key of the list a batch job made for an item.
#[must_use]
pub fn item_key(item: &str) -> String {
    format!("item#{item}")
}

/// The key of the popular list of the visitors whose context has `value` for `key`.
#[must_use]
pub fn segment_popular_key(key: &str, value: &str) -> String {
    format!("{POPULAR}#{key}={value}")
}

/// The key under which `recommend` keeps whose item is whose in the blended answer `id`.
#[must_use]
pub fn draft_key(id: &str) -> String {
    format!("draft#{id}")
}

/// A ready-made list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadyMadeList {
    /// The table's key; see the module.
    pub list_key: String,
    /// Ids of items, or of a segment's users, best first.
    pub items: Vec<String>,
    /// What made it: a campaign's or a batch job's name.
    pub source: String,
    /// Epoch seconds of the write.
    pub updated_at: i64,
    /// Epoch seconds when DynamoDB may remove it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
    /// How many parts there are, when there is more than this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<u32>,
}

/// The key of part `part` of the list `key`; the first is the list itself.
#[must_use]
pub fn part_key(key: &str, part: u32) -> String {
    if part <= 1 {
        key.to_owned()
    } else {
        format!("{key}#part-{part}")
    }
}

/// The table could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ListsError {
    /// The call failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// Several lists could not be written.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// What is stored is not a list.
    #[error(
        "the list `{key}` in table {table} has another shape: {message}; write it again with load-recommendations"
    )]
    Shape {
        /// The table.
        table: String,
        /// The list's key.
        key: String,
        /// What does not fit.
        message: String,
    },
}

impl Fault for ListsError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Aws(error) => error.kind(),
            Self::Batch(error) => error.kind(),
            Self::Shape { .. } => FaultKind::Failed,
        }
    }
}

/// The table.
#[derive(Debug, Clone)]
pub struct Lists {
    dynamodb: DynamoDb,
    table: String,
}

impl Lists {
    /// The table of that name.
    #[must_use]
    pub fn new(dynamodb: DynamoDb, table: String) -> Self {
        Self { dynamodb, table }
    }

    /// The list under `key`.
    ///
    /// # Errors
    /// When the table cannot be read, or holds something else under the key.
    pub async fn get(&self, key: &str) -> Result<Option<ReadyMadeList>, ListsError> {
        let input = GetItemInput::builder()
            .table_name(&self.table)
            .key("listKey", AttributeValue::S(key.to_owned()));
        let answer = self.dynamodb.get_item(input).await?;
        answer.item.map(|item| self.decode(key, item)).transpose()
    }

    /// Stores `list`, replacing the one before it.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put(&self, list: &ReadyMadeList) -> Result<(), ListsError> {
        let item: HashMap<String, AttributeValue> =
            serde_dynamo::to_item(list).map_err(|error| self.shape(&list.list_key, &error))?;
        let input = PutItemInput::builder()
            .table_name(&self.table)
            .set_item(Some(item));
        self.dynamodb.put_item(input).await?;
        Ok(())
    }

    /// Stores `lists`, whose keys are distinct, replacing those before them.
    ///
    /// # Errors
    /// When the table cannot be written; some may be stored by then.
    pub async fn put_all(&self, lists: &[ReadyMadeList]) -> Result<(), ListsError> {
        let items = lists.iter().map(|list| {
            serde_dynamo::to_item(list).map_err(|error| self.shape(&list.list_key, &error))
        });
        let items: Result<Vec<_>, _> = items.collect();
        Ok(batch::put(&self.dynamodb, &self.table, items?, Patience::WORKFLOW).await?)
    }

    fn decode(
        &self,
        key: &str,
        item: HashMap<String, AttributeValue>,
    ) -> Result<ReadyMadeList, ListsError> {
        serde_dynamo::from_item(item).map_err(|error| self.shape(key, &error))
    }

    fn shape(&self, key: &str, error: &serde_dynamo::Error) -> ListsError {
        ListsError::Shape {
            table: self.table.clone(),
            key: key.to_owned(),
            message: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_part_has_the_list_s_own_key() {
        assert_eq!(part_key("segment#buyers/42", 1), "segment#buyers/42");
        assert_eq!(part_key("segment#buyers/42", 2), "segment#buyers/42#part-2");
    }
}
