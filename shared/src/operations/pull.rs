//! Pulls of products: what a workflow's run pulls, how far each part is, and which pull ended last.

use aws_sdk_dynamodb::operation::put_item::PutItemInput;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Operations, OperationsError};

/// How long a pull is remembered: longer than any run takes.
const MEMORY_SECONDS: i64 = 14 * 86_400;
const LAST: &str = "pull#last";

/// What a run pulls. A run that is repeated finds it, and goes on with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PullPlan {
    /// The workflow's execution.
    pub run: String,
    /// The pull's name: its beginning, as `20261129T233000Z`.
    pub pull: String,
    /// Whether everything is listed, not only what changed.
    pub full: bool,
    /// The adapter that lists.
    pub adapter: String,
    /// Epoch seconds of its beginning.
    pub started_at: i64,
    /// Epoch seconds from which on changes are listed; not in a full pull.
    pub since: Option<i64>,
    /// Where each part begins.
    pub parts: Vec<PullPart>,
}

/// A part of a pull.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PullPart {
    /// Its name: `part-000`.
    pub part: String,
    /// Where it begins, in the adapter's own words.
    pub position: Value,
}

/// How far a part is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PullProgress {
    /// The part.
    pub part: String,
    /// Where it goes on; `None` when it is done.
    pub position: Option<Value>,
    /// Whether nothing is left.
    pub done: bool,
    /// Objects written.
    pub pages: u64,
    /// Products in them.
    pub products: u64,
    /// Products that were rejected.
    pub rejected: u64,
    /// What recognises a list that leads back, in the words of whoever pulls.
    pub way: Value,
}

/// The pull that ended last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastPull {
    /// Its name.
    pub pull: String,
    /// The adapter that listed.
    pub adapter: String,
    /// Epoch seconds of its beginning: from then on, less an overlap, changes are pulled next.
    pub started_at: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Passing<'a, T> {
    #[serde(flatten)]
    record: &'a T,
    /// Epoch seconds when DynamoDB may remove it.
    expires_at: i64,
}

impl Operations {
    /// What `run` pulls, if that was planned.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn pull_plan(&self, run: &str) -> Result<Option<PullPlan>, OperationsError> {
        self.get(&plan_key(run)).await
    }

    /// Stores what a run pulls unless that was planned already; gives what is planned now.
    ///
    /// # Errors
    /// When the table cannot be written or read.
    pub async fn plan_pull(&self, plan: PullPlan, now: i64) -> Result<PullPlan, OperationsError> {
        let sk = plan_key(&plan.run);
        let input = PutItemInput::builder()
            .table_name(&self.table)
            .set_item(Some(self.item(sk, &passing(&plan, now))?))
            .condition_expression("attribute_not_exists(pk)");
        match self.dynamodb.put_item(input).await {
            Ok(_) => Ok(plan),
            // The same run, invoked twice at once.
            Err(error) if error.condition_failed() => {
                Ok(self.pull_plan(&plan.run).await?.unwrap_or(plan))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// How far a part of a run's pull is; `None` before its first page.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn pull_progress(
        &self,
        run: &str,
        part: &str,
    ) -> Result<Option<PullProgress>, OperationsError> {
        self.get(&part_key(run, part)).await
    }

    /// How far all parts of a run's pull are that have begun.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn pull_progresses(&self, run: &str) -> Result<Vec<PullProgress>, OperationsError> {
        self.all(&part_key(run, "")).await
    }

    /// Stores how far a part is at `now` (epoch seconds).
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_pull_progress(
        &self,
        run: &str,
        progress: &PullProgress,
        now: i64,
    ) -> Result<(), OperationsError> {
        self.put(part_key(run, &progress.part), &passing(progress, now))
            .await
    }

    /// The pull that ended last.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn last_pull(&self) -> Result<Option<LastPull>, OperationsError> {
        self.get(LAST).await
    }

    /// Stores the pull that ended last.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_last_pull(&self, last: &LastPull) -> Result<(), OperationsError> {
        self.put(LAST.to_owned(), last).await
    }
}

fn passing<T>(record: &T, now: i64) -> Passing<'_, T> {
    Passing {
        record,
        expires_at: now + MEMORY_SECONDS,
    }
}

fn plan_key(run: &str) -> String {
    format!("pull#plan#{run}")
}

fn part_key(run: &str, part: &str) -> String {
    format!("pull#part#{run}#{part}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use aws_sdk_dynamodb::types::AttributeValue;
    use serde_json::json;

    use super::*;

    #[test]
    fn positions_come_back_from_the_table_as_they_were() {
        let progress = PullProgress {
            part: "part-003".to_owned(),
            position: Some(json!({"page": {"number": 7, "end": null}, "after": "ü", "empty": ""})),
            way: json!({"last": u64::MAX, "steps": 3, "half": 0.5, "below": -1}),
            ..PullProgress::default()
        };
        let item: HashMap<String, AttributeValue> =
            serde_dynamo::to_item(passing(&progress, 1_000)).unwrap();
        let expires = AttributeValue::N((1_000 + MEMORY_SECONDS).to_string());
        assert_eq!(item["expiresAt"], expires);
        let back: PullProgress = serde_dynamo::from_item(item).unwrap();
        assert_eq!(back, progress);
    }
}
