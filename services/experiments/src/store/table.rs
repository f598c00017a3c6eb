//! The `Experiments` table: typed items under its one key.

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde::{Serialize, de::DeserializeOwned};
use shared::aws::failure;

use crate::error::ServiceError;

const KEY: &str = "experimentId";

/// The table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) client: Client,
    pub(crate) name: String,
}

impl Table {
    /// The item under `key`.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<T>, ServiceError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .key(KEY, AttributeValue::S(key.to_owned()))
            .consistent_read(true)
            .send()
            .await
            .map_err(failure("dynamodb:GetItem"))?;
        let decoded = answer.item.map(serde_dynamo::from_item).transpose();
        decoded.map_err(|error| self.shape(key, &error))
    }

    /// Puts `value` under `key`, in place of what is there.
    pub(crate) async fn put<T: Serialize>(&self, key: &str, value: &T) -> Result<(), ServiceError> {
        self.client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(self.item(key, value)?))
            .send()
            .await
            .map_err(failure("dynamodb:PutItem"))?;
        Ok(())
    }

    /// Puts `value` under `key` if the item there has the version `before` (0: there is none); false when
    /// somebody else was quicker.
    pub(crate) async fn put_after<T: Serialize>(
        &self,
        key: &str,
        before: u64,
        value: &T,
    ) -> Result<bool, ServiceError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(self.item(key, value)?));
        let put = match before {
            0 => put.condition_expression("attribute_not_exists(experimentId)"),
            before => put
                .condition_expression("version = :before")
                .expression_attribute_values(":before", AttributeValue::N(before.to_string())),
        };
        match put.send().await.map_err(failure("dynamodb:PutItem")) {
            Ok(_) => Ok(true),
            Err(error) if error.condition_failed() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// `value` as an item under `key`.
    fn item<T: Serialize>(
        &self,
        key: &str,
        value: &T,
    ) -> Result<HashMap<String, AttributeValue>, ServiceError> {
        let item = serde_dynamo::to_item(value);
        let mut item: HashMap<_, _> = item.map_err(|error| self.shape(key, &error))?;
        item.insert(KEY.to_owned(), AttributeValue::S(key.to_owned()));
        Ok(item)
    }

    fn shape(&self, key: &str, error: &serde_dynamo::Error) -> ServiceError {
        ServiceError::Shape {
            place: format!("`{key}` in table {}", self.name),
            message: error.to_string(),
        }
    }
}
