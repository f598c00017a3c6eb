//! `Query.explain`: how an answer came about, for those who run the shop. It is kept with the answer's
//! id for some hours, and says nothing of who asked.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::{
    aws::AwsError,
    fault::{Fault, FaultKind},
};

use crate::{
    answer::Source,
    experiments::Participation,
    ladder::Outcome,
    request::Request,
    rules::{Dropped, Placed},
    services::Cause,
};

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
            explanation: serde_json::to_string(&told(request, outcome, id, now)).ok()?,
            expires_at: now + life,
        })
    }

    /// The value of the GraphQL field.
    pub(crate) fn into_value(self) -> Result<Value, ExplainError> {
        let explanation = serde_json::from_str(&self.explanation);
        let mut explanation: Value = explanation.map_err(|_| ExplainError::Unknown)?;
        let items = explanation["items"].as_array_mut();
        for item in items.into_iter().flatten().filter_map(Value::as_object_mut) {
            item.entry("movedBy").or_insert_with(|| json!([]));
        }
        Ok(explanation)
    }
}

/// GraphQL's `Explanation`. One is written for each new answer, and DynamoDB's price goes by the
/// kilobyte: what says nothing is left out of the items.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    recommendation_id: &'a str,
    placement: &'a str,
    made_at: i64,
    source: Source,
    tried: Vec<Tried>,
    experiments: &'a [Participation],
    context: Vec<Pair<'a>>,
    filter_values: Vec<Pair<'a>>,
    items: Vec<ToldItem<'a>>,
    dropped: &'a [Dropped],
}

#[derive(Debug, Serialize)]
struct Tried {
    source: Source,
    cause: &'static str,
}

#[derive(Debug, Serialize)]
struct Pair<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldItem<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    why: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    model_rank: Option<usize>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    moved_by: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    arm: Option<&'a str>,
}

fn told<'a>(request: &'a Request, outcome: &'a Outcome, id: &'a str, now: i64) -> Told<'a> {
    let arm = |item: &str| {
        let draft = outcome.draft.as_ref()?;
        draft.arms.get(item).map(String::as_str)
    };
    let item = |placed: &'a Placed| ToldItem {
        id: &placed.candidate.id,
        score: placed.candidate.score,
        why: placed.candidate.why.name(),
        model_rank: placed.model_rank,
        moved_by: &placed.moved_by,
        arm: arm(&placed.candidate.id),
    };
    let tried = |(source, cause): &(Source, Cause)| Tried {
        source: *source,
        cause: cause.name(),
    };
    let values = request.filter_values.iter();
    Told {
        recommendation_id: id,
        placement: &request.name,
        made_at: now,
        source: outcome.answer.source,
        tried: outcome.tried.iter().map(tried).collect(),
        experiments: &outcome.answer.experiments,
        context: pairs(request.situation.names()),
        filter_values: pairs(values.map(|(name, value)| (name.as_str(), value.as_str()))),
        items: outcome.placed.iter().take(MOST).map(item).collect(),
        dropped: &outcome.dropped[..outcome.dropped.len().min(MOST)],
    }
}

fn pairs<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Pair<'a>> {
    let pair = |(name, value)| Pair { name, value };
    values.into_iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_there_again() {
        let stored = Explanation {
            list_key: key("RID-1"),
            explanation:
                r#"{"items": [{"id": "a", "why": "taste"}, {"id": "b", "movedBy": ["own"]}]}"#
                    .to_owned(),
            expires_at: 0,
        };
        let shown = stored.into_value().unwrap();
        assert_eq!(shown["items"][0]["movedBy"], json!([]));
        assert_eq!(shown["items"][1]["movedBy"], json!(["own"]));
    }
}
