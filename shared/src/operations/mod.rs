//! The `Operations` table: what the workflows know about the estate between runs.
//!
//! Everything of an estate is under `pk = estate#<estate>`; each kind of record is a file here and
//! begins its `sk` with its own word: `<kind>#<name>` (states of resources), `check#<dataset>`,
//! `import#<dataset>#<mode>`, `progress#<dataset>`, `applied#<kind>#<name>`, `capacity#<kind>#<name>`,
//! `decision#<solution>`, `event#<id>`, `lock#<workflow>`.

mod applied;
mod capacity;
mod check;
mod decision;
mod event;
mod import;
mod lock;
mod progress;
mod resource;
mod teardown;

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde::{Deserialize, Serialize};

use crate::{
    aws::{AwsError, failure},
    fault::{Fault, FaultKind},
};

pub use applied::Applied;
pub use capacity::{CapacityState, Lower};
pub use check::GoodCheck;
pub use decision::{Decision, Outcome};
pub use import::{GoodImport, ImportMode};
pub use lock::{LOCK_SECONDS, Lock};
pub use progress::Progress;
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

/// A client for the table.
#[must_use]
pub fn client(aws: &aws_config::SdkConfig) -> Client {
    Client::new(aws)
}

type Item = HashMap<String, AttributeValue>;

/// The part of the table that belongs to one estate.
#[derive(Debug, Clone)]
pub struct Operations {
    client: Client,
    table: String,
    estate: String,
}

impl Operations {
    /// The part of `table` that belongs to `estate`.
    #[must_use]
    pub fn new(client: Client, table: String, estate: String) -> Self {
        Self {
            client,
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
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(self.pk()))
            .key("sk", AttributeValue::S(sk.to_owned()))
            .consistent_read(true)
            .send()
            .await
            .map_err(failure("dynamodb:GetItem"))?;
        answer.item.map(|item| self.decode(sk, item)).transpose()
    }

    /// Every record whose sort key begins with `start`.
    async fn all<T: for<'de> Deserialize<'de>>(
        &self,
        start: &str,
    ) -> Result<Vec<T>, OperationsError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :estate AND begins_with(sk, :start)")
            .expression_attribute_values(":estate", AttributeValue::S(self.pk()))
            .expression_attribute_values(":start", AttributeValue::S(start.to_owned()))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut records = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(failure("dynamodb:Query"))?;
            records.push(self.decode(&format!("{start}*"), item)?);
        }
        Ok(records)
    }

    async fn delete(&self, sk: &str) -> Result<(), OperationsError> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(self.pk()))
            .key("sk", AttributeValue::S(sk.to_owned()))
            .send()
            .await
            .map_err(failure("dynamodb:DeleteItem"))?;
        Ok(())
    }

    async fn put<T: Serialize>(&self, sk: String, value: &T) -> Result<(), OperationsError> {
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(self.item(sk, value)?))
            .send()
            .await
            .map_err(failure("dynamodb:PutItem"))?;
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
