//! The events this function is given, read into types. No judgement here.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use shared::state_change::{self, StateChange};

use crate::{call::Call, error::FilterError};

/// EventBridge's envelope.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Envelope {
    /// Unique; the same when the event is delivered again.
    pub(crate) id: String,
    /// Who put it.
    pub(crate) source: String,
    #[serde(rename = "detail-type")]
    detail_type: String,
    /// Its content.
    pub(crate) detail: Value,
}

/// What happened.
#[derive(Debug)]
pub(crate) enum Happening {
    /// Somebody called Personalize.
    Call(Call),
    /// A resource has another state.
    State(StateChange),
    /// A workflow has another status.
    Workflow(WorkflowChange),
    /// Something no rule of ours sends.
    Unknown {
        /// Its source and type, for the reason.
        what: String,
    },
}

/// A workflow has another status; Step Functions publishes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WorkflowChange {
    pub(crate) execution_arn: String,
    pub(crate) state_machine_arn: String,
    /// The execution's name.
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) error: Option<String>,
    pub(crate) cause: Option<String>,
}

impl Envelope {
    /// Reads the detail.
    ///
    /// # Errors
    /// [`FilterError::Shape`] when it is not what its source sends.
    pub(crate) fn read(&self) -> Result<Happening, FilterError> {
        Ok(match (self.source.as_str(), self.detail_type.as_str()) {
            ("aws.personalize", "AWS API Call via CloudTrail") => Happening::Call(self.detail()?),
            (state_change::SOURCE, state_change::DETAIL_TYPE) => Happening::State(self.detail()?),
            ("aws.states", "Step Functions Execution Status Change") => {
                Happening::Workflow(self.detail()?)
            }
            (source, kind) => Happening::Unknown {
                what: format!("`{kind}` from {source}"),
            },
        })
    }

    fn detail<T: DeserializeOwned>(&self) -> Result<T, FilterError> {
        serde_path_to_error::deserialize(&self.detail).map_err(|error| FilterError::Shape {
            id: self.id.clone(),
            origin: self.source.clone(),
            path: error.path().to_string(),
            message: error.inner().to_string(),
        })
    }
}
