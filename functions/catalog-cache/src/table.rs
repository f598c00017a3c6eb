//! Adapter to the `Catalog` table.
//!
//! Every write has the condition that the table does not have what the backend said later: pages of
//! single products come out of order, and while a pull of all products is on its way.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::{
    Client,
    operation::{
        put_item::{PutItemInput, builders::PutItemInputBuilder},
        update_item::{UpdateItemInput, builders::UpdateItemInputBuilder},
    },
    types::AttributeValue,
};
use serde::Deserialize;
use shared::{
    aws::{AwsError, failure},
    batch::{self, Patience, Read},
    catalog::CatalogItem,
    direct::{Access, DynamoDb},
};

use crate::error::CacheError;

/// How long a tombstone stays.
const TOMBSTONE_SECONDS: i64 = 30 * 24 * 3_600;

/// What decides whether a product is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stored {
    /// Hash of what the backend said last.
    pub(crate) content_hash: String,
    /// Epoch milliseconds when it said so.
    pub(crate) as_of: Option<i64>,
    /// Since when it is a tombstone.
    pub(crate) withdrawn_at: Option<i64>,
    /// When it expires.
    pub(crate) expires_at: Option<i64>,
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
    /// Epoch milliseconds when the backend had it.
    pub(crate) as_of: Option<i64>,
    /// Since when it is a tombstone.
    pub(crate) withdrawn_at: Option<i64>,
}

/// That the backend no longer has a product.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gone<'a> {
    /// The product's id.
    pub(crate) id: &'a str,
    /// Epoch seconds of now.
    pub(crate) now: i64,
    /// Epoch milliseconds when the backend no longer had it.
    pub(crate) as_of: i64,
    /// What the table has of this moment, or of later, stays.
    pub(crate) unless_from: i64,
}

impl<'a> Gone<'a> {
    /// What a line says: of the same moment, a product that is there counts.
    pub(crate) fn said(id: &'a str, now: i64, as_of: i64) -> Self {
        Self {
            id,
            now,
            as_of,
            unless_from: as_of,
        }
    }

    /// What follows from a pull of all products, begun at `as_of`, that does not list it.
    pub(crate) fn unlisted(id: &'a str, now: i64, as_of: i64) -> Self {
        Self {
            unless_from: as_of.saturating_add(1),
            ..Self::said(id, now, as_of)
        }
    }
}

/// The products that are known, for who writes a page.
pub(crate) trait Products {
    /// What is known of `ids`: at most 100, distinct.
    async fn stored(&self, ids: &[&str]) -> Result<HashMap<String, Stored>, CacheError>;

    /// Writes `item` in place of what is there; false when that is of later.
    async fn put(&self, item: &CatalogItem) -> Result<bool, CacheError>;

    /// Makes a product a tombstone; false when there is none, when it is one, or when what is there
    /// stays.
    async fn withdraw(&self, gone: Gone<'_>) -> Result<bool, CacheError>;
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

    /// Gives all products to `each`, a page at a time; a page that fails ends it.
    pub(crate) async fn for_each_page(
        &self,
        mut each: impl AsyncFnMut(Vec<Listed>) -> Result<(), CacheError>,
    ) -> Result<(), CacheError> {
        let mut pages = self
            .client
            .scan()
            .table_name(&self.name)
            .projection_expression("itemId, asOf, withdrawnAt")
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
}

impl Products for Table {
    async fn stored(&self, ids: &[&str]) -> Result<HashMap<String, Stored>, CacheError> {
        let read = Read {
            table: &self.name,
            key: "itemId",
            attributes: &["itemId", "contentHash", "asOf", "withdrawnAt", "expiresAt"],
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

    async fn put(&self, item: &CatalogItem) -> Result<bool, CacheError> {
        let put = put(&self.name, item)?;
        done(self.dynamodb.put_item(put).await)
    }

    async fn withdraw(&self, gone: Gone<'_>) -> Result<bool, CacheError> {
        let update = withdrawal(&self.name, gone);
        done(self.dynamodb.update_item(update).await)
    }
}

fn put(table: &str, item: &CatalogItem) -> Result<PutItemInputBuilder, CacheError> {
    let attributes = serde_dynamo::to_item(item).map_err(|source| CacheError::Unstorable {
        item: item.item_id.clone(),
        source,
    })?;
    Ok(PutItemInput::builder()
        .table_name(table)
        .set_item(Some(attributes))
        .condition_expression("attribute_not_exists(asOf) OR asOf <= :asOf")
        .expression_attribute_values(":asOf", number(item.as_of.unwrap_or_default())))
}

fn withdrawal(table: &str, gone: Gone<'_>) -> UpdateItemInputBuilder {
    UpdateItemInput::builder()
        .table_name(table)
        .key("itemId", AttributeValue::S(gone.id.to_owned()))
        .update_expression("SET withdrawnAt = :now, expiresAt = :expires, asOf = :asOf")
        .condition_expression(
            "attribute_exists(itemId) AND attribute_not_exists(withdrawnAt) AND (attribute_not_exists(asOf) OR asOf < :unlessFrom)",
        )
        .expression_attribute_values(":now", number(gone.now))
        .expression_attribute_values(":expires", number(gone.now + TOMBSTONE_SECONDS))
        .expression_attribute_values(":asOf", number(gone.as_of))
        .expression_attribute_values(":unlessFrom", number(gone.unless_from))
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// Whether a conditional write was done.
fn done<T>(answer: Result<T, AwsError>) -> Result<bool, CacheError> {
    match answer {
        Ok(_) => Ok(true),
        Err(error) if error.condition_failed() => Ok(false),
        Err(error) => Err(error.into()),
    }
}
