//! What `recommend` stands on when a process starts while DynamoDB cannot be read: the last good copy
//! of what it needs, in one small S3 object. `load-recommendations` writes it with every popular list.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{
    arn::Kind,
    aws::AwsError,
    direct::Bucket,
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
pub struct StandbyStore(Bucket);

impl StandbyStore {
    /// In the data bucket `bucket`.
    #[must_use]
    pub fn new(bucket: Bucket) -> Self {
        Self(bucket)
    }

    /// The last copy.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub async fn read(&self) -> Result<Standby, StandbyError> {
        let object = self.0.get(KEY).await?;
        serde_json::from_slice(&object.bytes)
            .map_err(|error| StandbyError::Shape(error.to_string()))
    }

    /// Keeps `standby` in place of the copy before.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn write(&self, standby: &Standby) -> Result<(), StandbyError> {
        let text = serde_json::to_vec(standby);
        let text = text.map_err(|error| StandbyError::Shape(error.to_string()))?;
        Ok(self.0.put(KEY, "application/json", text).await?)
    }
}
