//! `Query.explain`: how an answer came about, for those who run the shop. It is kept with the answer's
//! id for some hours, and says nothing of who asked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::{
    aws::AwsError,
    fault::{Fault, FaultKind},
};

use crate::{ladder::Outcome, request::Request};

/// Entries of a list that are told: a few pages of a shop.
const MOST: usize = 100;

/// The table's key of the explanation of the answer `id`.
pub(crate) fn key(id: &str) -> String {
    format!("explain#{id}")
}

/// An explanation, as the table keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Explanation {
    /// [`key`] of the answer's id.
    pub(crate) list_key: String,
    /// GraphQL's `Explanation`, as JSON.
    pub(crate) explanation: String,
    /// Epoch seconds when DynamoDB may remove it.
    pub(crate) expires_at: i64,
}

/// An answer that is not explained.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExplainError {
    /// Nothing is kept of it.
    #[error(
        "nothing is known of an answer with this recommendationId: explanations are kept for serving.explainHours"
    )]
    Unknown,
    /// The table cannot be read.
    #[error(transparent)]
    Aws(#[from] AwsError),
}

impl Fault for ExplainError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Unknown => FaultKind::InvalidInput,
            Self::Aws(error) => error.kind(),
        }
    }
}

impl Explanation {
    /// How `outcome`, the answer to `request`, came about; `now` is in epoch seconds. An empty answer
    /// has no id to ask by.
    pub(crate) fn new(request: &Request, outcome: &Outcome, now: i64, hours: u64) -> Option<Self> {
        let id = outcome.answer.recommendation_id.as_ref()?;
        let life = i64::try_from(hours.checked_mul(3_600)?).ok()?;
        Some(Self {
            list_key: key(id),
            explanation: told(request, outcome, id, now).to_string(),
            expires_at: now + life,
        })
    }

    /// The value of the GraphQL field.
    pub(crate) fn into_value(self) -> Result<Value, ExplainError> {
        serde_json::from_str(&self.explanation).map_err(|_| ExplainError::Unknown)
    }
}

fn told(request: &Request, outcome: &Outcome, id: &str, now: i64) -> Value {
    let items: Vec<Value> = outcome
        .placed
        .iter()
        .take(MOST)
        .map(|placed| {
            let candidate = &placed.candidate;
            json!({
                "id": candidate.id, "score": candidate.score, "why": candidate.why.name(),
                "modelRank": placed.model_rank, "movedBy": placed.moved_by,
                "arm": outcome.draft.as_ref().and_then(|draft| draft.arms.get(&candidate.id)),
            })
        })
        .collect();
    let tried: Vec<Value> = outcome
        .tried
        .iter()
        .map(|(source, cause)| json!({"source": source, "cause": cause.name()}))
        .collect();
    let situation: BTreeMap<&str, &str> = request.situation.names();
    json!({
        "recommendationId": id,
        "placement": request.name,
        "madeAt": now,
        "source": outcome.answer.source,
        "tried": tried,
        "experiments": outcome.answer.experiments,
        "context": pairs(situation),
        "filterValues": pairs(
            request.filter_values.iter().map(|(name, value)| (name.as_str(), value.as_str())),
        ),
        "items": items,
        "dropped": outcome.dropped.iter().take(MOST).collect::<Vec<_>>(),
    })
}

fn pairs<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Value> {
    let pair = |(name, value)| json!({"name": name, "value": value});
    values.into_iter().map(pair).collect()
}
