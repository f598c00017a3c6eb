//! The outside world of a request, as the ladder sees it.

use std::{collections::HashMap, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use shared::{
    aws::AwsError,
    batch::BatchError,
    fault::{Fault, FaultKind},
    visitor::Memory,
};

use crate::{
    experiments::Draft, explain::Explanation, kept::Kept, products::Products, question::Question,
};

/// What Personalize predicts for one question.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Prediction {
    /// Its id, to be sent back with what follows from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) recommendation_id: Option<String>,
    /// Best first.
    pub(crate) items: Vec<PredictedItem>,
}

/// One predicted item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PredictedItem {
    /// The item's id.
    pub(crate) id: String,
    /// The model's score; placeholders have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) score: Option<f64>,
    /// Why, when Personalize says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) reasons: Vec<String>,
}

/// Why a rung of the ladder gave nothing. The values of the metric dimension `cause`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// No answer in time, or no connection.
    Timeout,
    /// Throttled, or failing on its side.
    Busy,
    /// Not asked, because it did not answer others.
    CircuitOpen,
    /// It does not take the question.
    Refused,
    /// It has nothing to show.
    Empty,
    /// The campaign or filter does not exist yet.
    NotThere,
    /// The shop does not say who looks, or they did not agree.
    NobodyNamed,
    /// The placement asks nobody.
    Unasked,
}

impl Cause {
    /// The name in metrics, logs and explanations.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Timeout => "Timeout",
            Self::Busy => "Busy",
            Self::CircuitOpen => "CircuitOpen",
            Self::Refused => "Refused",
            Self::Empty => "Empty",
            Self::NotThere => "NotThere",
            Self::NobodyNamed => "NobodyNamed",
            Self::Unasked => "Unasked",
        }
    }
}

impl From<&AwsError> for Cause {
    fn from(error: &AwsError) -> Self {
        match (error.code(), error.kind()) {
            ("Timeout" | "NoConnection", _) => Self::Timeout,
            (_, FaultKind::Retryable | FaultKind::Conflict) => Self::Busy,
            _ => Self::Refused,
        }
    }
}

impl From<&BatchError> for Cause {
    fn from(error: &BatchError) -> Self {
        match error {
            BatchError::Aws(error) => Self::from(error),
            BatchError::Undone { .. } => Self::Busy,
            BatchError::Late => Self::Timeout,
        }
    }
}

/// What was kept from before.
#[derive(Debug, Default)]
pub(crate) struct Recalled {
    /// What is remembered of the visitor; the last that was known when `is_current` is false, and
    /// nothing when nothing was known.
    pub(crate) memory: Option<Memory>,
    /// Whether the memory was read just now.
    pub(crate) is_current: bool,
    /// Kept answers by [`Question::key`].
    pub(crate) answers: HashMap<String, Arc<Kept>>,
}

/// How an answer is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Keep {
    /// The visitor's generation number.
    pub(crate) generation: u64,
    /// Seconds.
    pub(crate) life: i64,
}

/// Something of an answer that is kept.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Record {
    /// What Personalize said.
    Answer(Kept),
    /// How the answer came about.
    Explanation(Explanation),
    /// Whose item is whose.
    Draft(Draft),
}

/// What a request needs of other services. Implementations log what went wrong; those that may take
/// long are given a time by their callers.
pub(crate) trait Services {
    /// What is remembered of one visitor under all of the keys `visitor`, and the answers kept under
    /// `answers`.
    async fn recall(&self, visitor: &[String], answers: &[String], within: Duration) -> Recalled;
    /// Personalize's answer to one question. One that comes too late is kept as `keep` says.
    async fn predict(
        &self,
        question: &Question,
        keep: Option<Keep>,
        within: Duration,
    ) -> Result<Prediction, Cause>;
    /// The ready-made lists under `keys`, in their order, of those that are there.
    async fn lists(
        &self,
        keys: &[String],
        within: Duration,
    ) -> Result<Vec<(String, Vec<String>)>, Cause>;
    /// The ids of the popular list, best first; empty when there is none.
    async fn popular(&self, within: Duration) -> Vec<String>;
    /// The products of `ids` that the catalogue has; without those that could not be read.
    async fn products(&self, ids: &[&str], within: Duration) -> Products;
    /// Keeps `records` for later; what cannot be kept is lost.
    async fn keep(&self, records: Vec<Record>, within: Duration);
}
