//! The definitions of experiments in the `Experiments` table: one item under `definitions`, written by
//! the experiments service, read by `recommend` and kept in its process. Assignment needs nothing
//! else (`experiment::assign`). And what an arm makes of a placement: the service judges what
//! `recommend` serves.

use std::{collections::HashMap, sync::Arc};

use aws_sdk_dynamodb::{
    operation::{get_item::GetItemInput, put_item::PutItemInput},
    types::AttributeValue,
};
use experiment::definition::{Change, Definitions};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    aws::AwsError,
    config::Placement,
    direct::DynamoDb,
    fault::{Fault, FaultKind},
    refreshed::Source,
};

/// The key of the tag of what was made for an arm: a solution version or a campaign. Its value is the
/// experiment. Nobody but the experiments service uses or deletes such a thing.
pub const TAG: &str = "experiment";

/// The key of the definitions.
const DEFINITIONS: &str = "definitions";

/// The definitions, and which writing of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Versioned {
    /// Counts the writings; 0 when there was none.
    pub version: u64,
    /// What is defined.
    pub definitions: Definitions,
}

/// The item of the table. The definitions are text: they are read as a whole or not at all.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    experiment_id: String,
    version: u64,
    definitions: String,
}

/// The definitions could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ExperimentsError {
    /// The call failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// What is stored is something else.
    #[error(
        "the experiments in table {table} have another shape: {message}; they were written by another release"
    )]
    Shape {
        /// The table.
        table: String,
        /// What does not fit.
        message: String,
    },
    /// Somebody else wrote in between.
    #[error("the experiments were changed by somebody else since they were read; try again")]
    Changed,
}

impl Fault for ExperimentsError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Aws(error) => error.kind(),
            Self::Shape { .. } => FaultKind::Failed,
            Self::Changed => FaultKind::Conflict,
        }
    }
}

/// An arm's strategy is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("strategy is {0:?}: write it as a placement does, such as \"for-you\"")]
pub struct UnknownStrategy(String);

/// `placement` as an arm changes it.
///
/// # Errors
/// When there is no such strategy.
pub fn changed(placement: &Placement, change: &Change) -> Result<Placement, UnknownStrategy> {
    let mut placement = placement.clone();
    if let Some(campaign) = &change.campaign {
        placement.campaign = Some(campaign.clone());
        placement.recommender = None;
    }
    if let Some(filter) = &change.filter {
        placement.filter = Some(filter.clone());
    }
    if let Some(strategy) = &change.strategy {
        placement.strategy = serde_json::from_value(Value::String(strategy.clone()))
            .map_err(|_| UnknownStrategy(strategy.clone()))?;
    }
    Ok(placement)
}

/// The table.
#[derive(Debug, Clone)]
pub struct Experiments {
    dynamodb: DynamoDb,
    table: String,
}

impl Experiments {
    /// The table of that name.
    #[must_use]
    pub fn new(dynamodb: DynamoDb, table: String) -> Self {
        Self { dynamodb, table }
    }

    /// The definitions; none when nobody defined any.
    ///
    /// # Errors
    /// When the table cannot be read, or holds something else.
    pub async fn read(&self) -> Result<Versioned, ExperimentsError> {
        let input = GetItemInput::builder()
            .table_name(&self.table)
            .key("experimentId", AttributeValue::S(DEFINITIONS.to_owned()))
            .consistent_read(true);
        let answer = self.dynamodb.get_item(input).await?;
        answer
            .item
            .map_or(Ok(Versioned::default()), |item| self.decode(item))
    }

    /// Writes `definitions` in place of the writing `before`; gives the number of this one.
    ///
    /// # Errors
    /// [`ExperimentsError::Changed`] when that is no longer the last, or the table's error.
    pub async fn write(
        &self,
        definitions: &Definitions,
        before: u64,
    ) -> Result<u64, ExperimentsError> {
        let stored = Stored {
            experiment_id: DEFINITIONS.to_owned(),
            version: before + 1,
            definitions: serde_json::to_string(definitions).map_err(|error| self.shape(&error))?,
        };
        let item = serde_dynamo::to_item(&stored).map_err(|error| self.shape(&error))?;
        let put = PutItemInput::builder()
            .table_name(&self.table)
            .set_item(Some(item));
        let put = match before {
            0 => put.condition_expression("attribute_not_exists(experimentId)"),
            before => put
                .condition_expression("version = :before")
                .expression_attribute_values(":before", AttributeValue::N(before.to_string())),
        };
        match self.dynamodb.put_item(put).await {
            Ok(_) => Ok(stored.version),
            Err(error) if error.condition_failed() => Err(ExperimentsError::Changed),
            Err(error) => Err(error.into()),
        }
    }

    fn decode(&self, item: HashMap<String, AttributeValue>) -> Result<Versioned, ExperimentsError> {
        let stored: Stored = serde_dynamo::from_item(item).map_err(|error| self.shape(&error))?;
        let definitions = serde_json::from_str(&stored.definitions);
        Ok(Versioned {
            version: stored.version,
            definitions: definitions.map_err(|error| self.shape(&error))?,
        })
    }

    fn shape(&self, error: &impl std::fmt::Display) -> ExperimentsError {
        ExperimentsError::Shape {
            table: self.table.clone(),
            message: error.to_string(),
        }
    }
}

impl Source for Experiments {
    type Value = Versioned;
    type Error = ExperimentsError;

    async fn read(&self, _: Option<Arc<Versioned>>) -> Result<Versioned, ExperimentsError> {
        Self::read(self).await
    }
}
