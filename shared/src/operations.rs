//! The `Operations` table: what the workflows know about the estate between runs.
//!
//! Under `pk = estate#<estate>`: the state of every resource (`sk = <kind>#<name>`) and the last
//! good check of every dataset (`sk = check#<dataset>`).

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde::{Deserialize, Serialize};

use crate::{
    arn::Kind,
    aws::{AwsError, failure},
    config::DatasetType,
    fault::{Fault, FaultKind},
};

/// What is known of one Personalize resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceState {
    /// Its kind.
    pub kind: Kind,
    /// Its name; see [`crate::arn::PersonalizeArn::name`].
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The status last seen.
    pub status: String,
    /// Epoch seconds when it was seen.
    pub updated_at: i64,
    /// What PutEvents needs; event trackers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_id: Option<String>,
}

/// The last check of a dataset that passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GoodCheck {
    /// The S3 key of its report.
    pub report: String,
    /// Rows that passed.
    pub rows: u64,
    /// A few users with interactions, to ask a campaign about.
    pub sample_users: Vec<String>,
    /// A few items with interactions, to ask a campaign about.
    pub sample_items: Vec<String>,
}

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

    /// The state of one resource.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn resource(
        &self,
        kind: Kind,
        name: &str,
    ) -> Result<Option<ResourceState>, OperationsError> {
        self.get(&resource_key(kind, name)).await
    }

    /// The states of all resources of one kind.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn resources(&self, kind: Kind) -> Result<Vec<ResourceState>, OperationsError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :estate AND begins_with(sk, :kind)")
            .expression_attribute_values(":estate", AttributeValue::S(self.pk()))
            .expression_attribute_values(":kind", AttributeValue::S(resource_key(kind, "")))
            .into_paginator()
            .items()
            .send();
        let mut states = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(failure("dynamodb:Query"))?;
            states.push(self.decode(&resource_key(kind, "*"), item)?);
        }
        Ok(states)
    }

    /// Stores the state of one resource.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_resource(&self, state: &ResourceState) -> Result<(), OperationsError> {
        self.put(resource_key(state.kind, &state.name), state).await
    }

    /// The last good check of a dataset.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn good_check(
        &self,
        dataset: DatasetType,
    ) -> Result<Option<GoodCheck>, OperationsError> {
        self.get(&check_key(dataset)).await
    }

    /// Stores the last good check of a dataset.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_good_check(
        &self,
        dataset: DatasetType,
        check: &GoodCheck,
    ) -> Result<(), OperationsError> {
        self.put(check_key(dataset), check).await
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

    async fn put<T: Serialize>(&self, sk: String, value: &T) -> Result<(), OperationsError> {
        let mut item: Item =
            serde_dynamo::to_item(value).map_err(|error| self.shape(&sk, &error))?;
        item.insert("pk".to_owned(), AttributeValue::S(self.pk()));
        item.insert("sk".to_owned(), AttributeValue::S(sk));
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .send()
            .await
            .map_err(failure("dynamodb:PutItem"))?;
        Ok(())
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

fn resource_key(kind: Kind, name: &str) -> String {
    format!("{kind}#{name}")
}

fn check_key(dataset: DatasetType) -> String {
    format!("check#{}", dataset.name())
}
