//! The `Operations` table: what the workflows know about the estate between runs.
//!
//! Everything of an estate is under `pk = estate#<estate>`; each kind of record is a file here and
//! begins its `sk` with its own word: `<kind>#<name>` (states of resources), `check#<dataset>`,
//! `import#<dataset>#<mode>`, `exporting#<dataset>#<mode>`, `export#<dataset>#<mode>`,
//! `progress#<dataset>`, `applied#<kind>#<name>`, `capacity#<kind>#<name>`, `decision#<solution>`,
//! `event#<id>`, `lock#<workflow>`, `announced#<run>`, `pull#plan#<run>`, `pull#part#<run>#<part>`,
//! `pull#last`.

mod announced;
mod applied;
mod capacity;
mod check;
mod decision;
mod event;
mod export;
mod import;
mod lock;
mod progress;
mod pull;
mod resource;
mod teardown;

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    operation::{
        delete_item::DeleteItemInput, get_item::GetItemInput, put_item::PutItemInput,
        query::QueryInput,
    },
    types::AttributeValue,
};
use serde::{Deserialize, Serialize};

use crate::{
    aws::AwsError,
    direct::DynamoDb,
    fault::{Fault, FaultKind},
};

pub use applied::Applied;
pub use capacity::{CapacityState, Lower};
pub use check::GoodCheck;
pub use decision::{Decision, Outcome};
pub use export::ExportWindow;
pub use import::{GoodImport, ImportMode};
pub use lock::{LOCK_SECONDS, Lock};
pub use progress::Progress;
pub use pull::{LastPull, PullPart, PullPlan, PullProgress};
pub use resource::ResourceState;

/// The table could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum OperationsError {
    /// The call failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// What is stored has another shape.
    #[error(
        "`{sk}` of estate `{estate}` in table {table} has another shape: {message}; run apply-estate and import-data again"
    )]
    Shape {
        /// The table.
        table: String,
        /// The estate.
        estate: String,
        /// The sort key.
        sk: String,
        /// What does not fit.
        message: String,
    },
}

impl Fault for OperationsError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Aws(error) => error.kind(),
            Self::Shape { .. } => FaultKind::Failed,
        }
    }
}

type Item = HashMap<String, AttributeValue>;

/// The part of the table that belongs to one estate.
#[derive(Debug, Clone)]
pub struct Operations {
    dynamodb: DynamoDb,
    table: String,
    estate: String,
}

impl Operations {
    /// The part of `table` that belongs to `estate`.
    #[must_use]
    pub fn new(dynamodb: DynamoDb, table: String, estate: String) -> Self {
        Self {
            dynamodb,
            table,
            estate,
        }
    }

    fn pk(&self) -> String {
        format!("estate#{}", self.estate)
    }

    async fn get<T: for<'de> Deserialize<'de>>(
        &self,
        sk: &str,
    ) -> Result<Option<T>, OperationsError> {
        let input = GetItemInput::builder()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(self.pk()))
            .key("sk", AttributeValue::S(sk.to_owned()))
            .consistent_read(true);
        let answer = self.dynamodb.get_item(input).await?;
        answer.item.map(|item| self.decode(sk, item)).transpose()
    }

    /// Every record whose sort key begins with `start`.
    async fn all<T: for<'de> Deserialize<'de>>(
        &self,
        start: &str,
    ) -> Result<Vec<T>, OperationsError> {
        let query = QueryInput::builder()
            .table_name(&self.table)
            .key_condition_expression("pk = :estate AND begins_with(sk, :start)")
            .expression_attribute_values(":estate", AttributeValue::S(self.pk()))
            .expression_attribute_values(":start", AttributeValue::S(start.to_owned()))
            .consistent_read(true);
        let (mut records, mut next) = (Vec::new(), None);
        loop {
            let page = query.clone().set_exclusive_start_key(next);
            let page = self.dynamodb.query(page).await?;
            for item in page.items.unwrap_or_default() {
                records.push(self.decode(&format!("{start}*"), item)?);
            }
            next = page.last_evaluated_key.filter(|key| !key.is_empty());
            if next.is_none() {
                return Ok(records);
            }
        }
    }

    async fn delete(&self, sk: &str) -> Result<(), OperationsError> {
        let input = DeleteItemInput::builder()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(self.pk()))
            .key("sk", AttributeValue::S(sk.to_owned()));
        self.dynamodb.delete_item(input).await?;
        Ok(())
    }

    async fn put<T: Serialize>(&self, sk: String, value: &T) -> Result<(), OperationsError> {
        let input = PutItemInput::builder()
            .table_name(&self.table)
            .set_item(Some(self.item(sk, value)?));
        self.dynamodb.put_item(input).await?;
        Ok(())
    }

    fn item<T: Serialize>(&self, sk: String, value: &T) -> Result<Item, OperationsError> {
        let mut item: Item =
            serde_dynamo::to_item(value).map_err(|error| self.shape(&sk, &error))?;
        item.insert("pk".to_owned(), AttributeValue::S(self.pk()));
        item.insert("sk".to_owned(), AttributeValue::S(sk));
        Ok(item)
    }

    fn decode<T: for<'de> Deserialize<'de>>(
        &self,
        sk: &str,
        item: Item,
    ) -> Result<T, OperationsError> {
        serde_dynamo::from_item(item).map_err(|error| self.shape(sk, &error))
    }

    fn shape(&self, sk: &str, error: &serde_dynamo::Error) -> OperationsError {
        OperationsError::Shape {
            table: self.table.clone(),
            estate: self.estate.clone(),
            sk: sk.to_owned(),
            message: error.to_string(),
        }
    }
}
