//! DynamoDB's operations on items.

use std::sync::Arc;

use aws_sdk_dynamodb::{
    config::endpoint::{DefaultResolver, Params, ResolveEndpoint},
    error::BuildError,
    operation::{
        batch_get_item::{
            BatchGetItem, BatchGetItemError, BatchGetItemInput, BatchGetItemOutput,
            builders::BatchGetItemInputBuilder,
        },
        batch_write_item::{
            BatchWriteItem, BatchWriteItemError, BatchWriteItemInput, BatchWriteItemOutput,
            builders::BatchWriteItemInputBuilder,
        },
        delete_item::{
            DeleteItem, DeleteItemError, DeleteItemInput, DeleteItemOutput,
            builders::DeleteItemInputBuilder,
        },
        get_item::{
            GetItem, GetItemError, GetItemInput, GetItemOutput, builders::GetItemInputBuilder,
        },
        put_item::{
            PutItem, PutItemError, PutItemInput, PutItemOutput, builders::PutItemInputBuilder,
        },
        query::{Query, QueryError, QueryInput, QueryOutput, builders::QueryInputBuilder},
        update_item::{
            UpdateItem, UpdateItemError, UpdateItemInput, UpdateItemOutput,
            builders::UpdateItemInputBuilder,
        },
    },
};

use super::{Access, Message, Operation, Place, Refusal, Service, Signing};
use crate::aws::AwsError;

/// DynamoDB.
#[derive(Debug, Clone)]
pub struct DynamoDb(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    service: Service,
    batch_get_item: Operation<BatchGetItemInput, BatchGetItemOutput, BatchGetItemError>,
    batch_write_item: Operation<BatchWriteItemInput, BatchWriteItemOutput, BatchWriteItemError>,
    delete_item: Operation<DeleteItemInput, DeleteItemOutput, DeleteItemError>,
    get_item: Operation<GetItemInput, GetItemOutput, GetItemError>,
    put_item: Operation<PutItemInput, PutItemOutput, PutItemError>,
    query: Operation<QueryInput, QueryOutput, QueryError>,
    update_item: Operation<UpdateItemInput, UpdateItemOutput, UpdateItemError>,
}

impl DynamoDb {
    /// Asks nothing yet.
    #[must_use]
    pub fn new(access: &Access) -> Self {
        let usual = Signing::Usual;
        Self(Arc::new(Inner {
            service: Service::new(access, "dynamodb", "DynamoDB", endpoint),
            batch_get_item: Operation::new("dynamodb:BatchGetItem", usual, &BatchGetItem::new()),
            batch_write_item: Operation::new(
                "dynamodb:BatchWriteItem",
                usual,
                &BatchWriteItem::new(),
            ),
            delete_item: Operation::new("dynamodb:DeleteItem", usual, &DeleteItem::new()),
            get_item: Operation::new("dynamodb:GetItem", usual, &GetItem::new()),
            put_item: Operation::new("dynamodb:PutItem", usual, &PutItem::new()),
            query: Operation::new("dynamodb:Query", usual, &Query::new()),
            update_item: Operation::new("dynamodb:UpdateItem", usual, &UpdateItem::new()),
        }))
    }

    /// BatchGetItem, once: what is unprocessed is in the answer ([`crate::batch`] asks again).
    ///
    /// # Errors
    /// When it fails after its retries.
    pub async fn batch_get_item(
        &self,
        input: BatchGetItemInputBuilder,
    ) -> Result<BatchGetItemOutput, AwsError> {
        let operation = &self.0.batch_get_item;
        self.send(operation, input.build()).await
    }

    /// BatchWriteItem, once, likewise.
    ///
    /// # Errors
    /// When it fails after its retries.
    pub async fn batch_write_item(
        &self,
        input: BatchWriteItemInputBuilder,
    ) -> Result<BatchWriteItemOutput, AwsError> {
        let operation = &self.0.batch_write_item;
        self.send(operation, input.build()).await
    }

    /// DeleteItem.
    ///
    /// # Errors
    /// When it fails after its retries; [`AwsError::condition_failed`] when its condition does not hold.
    pub async fn delete_item(
        &self,
        input: DeleteItemInputBuilder,
    ) -> Result<DeleteItemOutput, AwsError> {
        self.send(&self.0.delete_item, input.build()).await
    }

    /// GetItem.
    ///
    /// # Errors
    /// When it fails after its retries.
    pub async fn get_item(&self, input: GetItemInputBuilder) -> Result<GetItemOutput, AwsError> {
        self.send(&self.0.get_item, input.build()).await
    }

    /// PutItem.
    ///
    /// # Errors
    /// When it fails after its retries.
    pub async fn put_item(&self, input: PutItemInputBuilder) -> Result<PutItemOutput, AwsError> {
        self.send(&self.0.put_item, input.build()).await
    }

    /// Query, one page.
    ///
    /// # Errors
    /// When it fails after its retries.
    pub async fn query(&self, input: QueryInputBuilder) -> Result<QueryOutput, AwsError> {
        self.send(&self.0.query, input.build()).await
    }

    /// UpdateItem.
    ///
    /// # Errors
    /// When it fails after its retries; [`AwsError::condition_failed`] when its condition does not hold.
    pub async fn update_item(
        &self,
        input: UpdateItemInputBuilder,
    ) -> Result<UpdateItemOutput, AwsError> {
        self.send(&self.0.update_item, input.build()).await
    }

    async fn send<I: Message, O: Message, E: Refusal>(
        &self,
        operation: &Operation<I, O, E>,
        input: Result<I, BuildError>,
    ) -> Result<O, AwsError> {
        let input = input.map_err(|error| operation.unsent(&error))?;
        self.0.service.send(operation, input).await
    }
}

fn endpoint(place: Place) -> Result<String, String> {
    let params = Params::builder()
        .set_region(place.region)
        .set_endpoint(place.endpoint_url)
        .set_use_fips(place.use_fips)
        .set_use_dual_stack(place.use_dual_stack)
        .build()
        .map_err(|error| error.to_string())?;
    Service::endpoint(DefaultResolver::new().resolve_endpoint(&params))
}
