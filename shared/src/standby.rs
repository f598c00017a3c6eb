//! What `recommend` stands on when a process starts while DynamoDB cannot be read: the last good copy
//! of what it needs, in one small S3 object. `load-recommendations` writes it with every popular list.

use std::collections::HashMap;

use aws_sdk_s3::{Client, primitives::ByteStream};
use serde::{Deserialize, Serialize};

use crate::{
    arn::Kind,
    aws::{AwsError, failure},
    fault::{Fault, FaultKind},
};

/// Where it is in the data bucket.
const KEY: &str = "serving/standby.json";

/// The copy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Standby {
    /// The popular list, best first.
    pub popular: Vec<String>,
    /// ARNs of campaigns by name.
    pub campaigns: HashMap<String, String>,
    /// ARNs of recommenders by name.
    pub recommenders: HashMap<String, String>,
    /// ARNs of filters by name.
    pub filters: HashMap<String, String>,
}

impl Standby {
    /// The ARNs of one kind; none of kinds that requests do not need.
    #[must_use]
    pub fn arns(&self, kind: Kind) -> HashMap<String, String> {
        match kind {
            Kind::Campaign => self.campaigns.clone(),
            Kind::Recommender => self.recommenders.clone(),
            Kind::Filter => self.filters.clone(),
            _ => HashMap::new(),
        }
    }
}

/// The copy could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StandbyError {
    /// The call failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// What is stored is something else.
    #[error("{KEY} in the data bucket has another shape: {0}; run load-recommendations")]
    Shape(String),
}

impl Fault for StandbyError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Aws(error) => error.kind(),
            Self::Shape(_) => FaultKind::Failed,
        }
    }
}

/// Where the copy is kept.
#[derive(Debug, Clone)]
pub struct StandbyStore {
    client: Client,
    bucket: String,
}

impl StandbyStore {
    /// In the data bucket `bucket`.
    #[must_use]
    pub fn new(client: Client, bucket: String) -> Self {
        Self { client, bucket }
    }

    /// The last copy.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub async fn read(&self) -> Result<Standby, StandbyError> {
        let answer = self.client.get_object().bucket(&self.bucket).key(KEY);
        let answer = answer.send().await.map_err(failure("s3:GetObject"))?;
        let body = answer.body.collect().await;
        let body = body.map_err(|error| StandbyError::Shape(error.to_string()))?;
        serde_json::from_slice(&body.into_bytes())
            .map_err(|error| StandbyError::Shape(error.to_string()))
    }

    /// Keeps `standby` in place of the copy before.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn write(&self, standby: &Standby) -> Result<(), StandbyError> {
        let text = serde_json::to_vec(standby);
        let text = text.map_err(|error| StandbyError::Shape(error.to_string()))?;
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(KEY)
            .content_type("application/json")
            .body(ByteStream::from(text))
            .send()
            .await
            .map_err(failure("s3:PutObject"))?;
        Ok(())
    }
}
