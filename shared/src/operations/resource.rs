//! What is known of each resource: its ARN and the status last seen.

use aws_sdk_dynamodb::{operation::put_item::PutItemInput, types::AttributeValue};
use serde::{Deserialize, Serialize};

use super::{Operations, OperationsError};
use crate::arn::Kind;

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

impl Operations {
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
        self.all(&resource_key(kind, "")).await
    }

    /// Stores the state of one resource.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_resource(&self, state: &ResourceState) -> Result<(), OperationsError> {
        self.put(resource_key(state.kind, &state.name), state).await
    }

    /// Stores `state` if what is stored under its name is still `before`, as it was read; false when
    /// somebody else was quicker.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn replace_resource(
        &self,
        before: Option<&ResourceState>,
        state: &ResourceState,
    ) -> Result<bool, OperationsError> {
        let item = self.item(resource_key(state.kind, &state.name), state)?;
        let put = PutItemInput::builder()
            .table_name(&self.table)
            .set_item(Some(item));
        let put = match before {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(before) => put
                .condition_expression("arn = :before")
                .expression_attribute_values(":before", AttributeValue::S(before.arn.clone())),
        };
        match self.dynamodb.put_item(put).await {
            Ok(_) => Ok(true),
            Err(error) if error.condition_failed() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Forgets a resource that is gone.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn delete_resource(&self, kind: Kind, name: &str) -> Result<(), OperationsError> {
        self.delete(&resource_key(kind, name)).await
    }
}

fn resource_key(kind: Kind, name: &str) -> String {
    format!("{kind}#{name}")
}
