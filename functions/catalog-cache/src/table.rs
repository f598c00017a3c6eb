//! Adapter to the `Catalog` table.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde::Deserialize;
use shared::{
    aws::failure,
    batch::{self, Patience, Read},
    catalog::CatalogItem,
    direct::{Access, DynamoDb},
};

use crate::error::CacheError;

/// What decides whether a product is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stored {
    /// Hash of what the backend said last.
    pub(crate) content_hash: String,
    /// Since when it is a tombstone.
    pub(crate) withdrawn_at: Option<i64>,
}

impl Stored {
    /// Whether it is a tombstone.
    pub(crate) fn is_withdrawn(&self) -> bool {
        self.withdrawn_at.is_some()
    }
}

/// What decides whether a product is withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Listed {
    /// The product's id.
    pub(crate) item_id: String,
    /// Since when it is a tombstone.
    pub(crate) withdrawn_at: Option<i64>,
}

/// The table.
#[derive(Debug)]
pub(crate) struct Table {
    client: Client,
    dynamodb: DynamoDb,
    name: String,
}

impl Table {
    /// The table of that name.
    pub(crate) fn new(config: &SdkConfig, name: String) -> Self {
        let access = Access::new(config);
        Self {
            client: Client::new(access.config()),
            dynamodb: DynamoDb::new(&access),
            name,
        }
    }

    /// What the table has of `ids`: at most 100, distinct.
    pub(crate) async fn stored(&self, ids: &[&str]) -> Result<HashMap<String, Stored>, CacheError> {
        let read = Read {
            table: &self.name,
            key: "itemId",
            attributes: &["itemId", "contentHash", "withdrawnAt"],
            consistent: false,
        };
        let items = batch::get(&self.dynamodb, read, ids, Patience::WORKFLOW).await?;
        // An item of another shape is like none: it is written anew.
        let stored = |item: HashMap<String, AttributeValue>| {
            let id = item.get("itemId")?.as_s().ok()?.clone();
            Some((id, serde_dynamo::from_item(item).ok()?))
        };
        Ok(items.into_iter().filter_map(stored).collect())
    }

    /// Writes `items`, whose ids are distinct, in place of what is there.
    pub(crate) async fn write(&self, items: &[CatalogItem]) -> Result<(), CacheError> {
        let items: Result<Vec<_>, _> = items.iter().map(stored_as).collect();
        Ok(batch::put(&self.dynamodb, &self.name, items?, Patience::WORKFLOW).await?)
    }

    /// Gives all products to `each`, a page at a time; a page that fails ends it.
    pub(crate) async fn for_each_page(
        &self,
        mut each: impl AsyncFnMut(Vec<Listed>) -> Result<(), CacheError>,
    ) -> Result<(), CacheError> {
        let mut pages = self
            .client
            .scan()
            .table_name(&self.name)
            .projection_expression("itemId, withdrawnAt")
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failure("dynamodb:Scan"))?;
            let products = page.items.unwrap_or_default().into_iter();
            let listed = |item| serde_dynamo::from_item(item).ok();
            each(products.filter_map(listed).collect()).await?;
        }
        Ok(())
    }

    /// Makes a product a tombstone until DynamoDB removes it at `expires` (epoch seconds); false when
    /// it has become one, or has gone, in the meantime.
    pub(crate) async fn withdraw(
        &self,
        id: &str,
        now: i64,
        expires: i64,
    ) -> Result<bool, CacheError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("itemId", AttributeValue::S(id.to_owned()))
            .update_expression("SET withdrawnAt = :now, expiresAt = :expires")
            .condition_expression("attribute_exists(itemId) AND attribute_not_exists(withdrawnAt)")
            .expression_attribute_values(":now", AttributeValue::N(now.to_string()))
            .expression_attribute_values(":expires", AttributeValue::N(expires.to_string()));
        match update.send().await.map_err(failure("dynamodb:UpdateItem")) {
            Ok(_) => Ok(true),
            Err(error) if error.code() == "ConditionalCheckFailedException" => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

fn stored_as(item: &CatalogItem) -> Result<batch::Item, CacheError> {
    serde_dynamo::to_item(item).map_err(|source| CacheError::Unstorable {
        item: item.item_id.clone(),
        source,
    })
}
