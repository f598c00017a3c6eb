//! The last decision about each solution: which version it was about, and what became of it. By it a
//! run that is started again knows which trained version nobody has judged yet.

use serde::{Deserialize, Serialize};

use super::{Operations, OperationsError};

/// What became of a trained version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// The solution's name.
    pub solution: String,
    /// The version.
    pub solution_version_arn: String,
    /// What became of it.
    pub outcome: Outcome,
    /// What was in service before it; the way back of one that is being put into service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_solution_version_arn: Option<String>,
    /// Why, for a person.
    pub reason: String,
    /// Epoch seconds.
    pub decided_at: i64,
}

/// What became of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// It is put into service, and nobody has seen it answer yet.
    Moving,
    /// It is in service, and answers.
    Promoted,
    /// It was not good enough.
    Kept,
    /// It was in service, and was taken back.
    RolledBack,
}

impl Decision {
    /// Whether `version` is being put into service, or was when a run came to grief.
    #[must_use]
    pub fn is_moving_to(&self, version: &str) -> bool {
        self.outcome == Outcome::Moving && self.solution_version_arn == version
    }
}

impl Operations {
    /// The last decision about `solution`.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn decision(&self, solution: &str) -> Result<Option<Decision>, OperationsError> {
        self.get(&decision_key(solution)).await
    }

    /// Stores a decision.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_decision(&self, decision: &Decision) -> Result<(), OperationsError> {
        self.put(decision_key(&decision.solution), decision).await
    }
}

fn decision_key(solution: &str) -> String {
    format!("decision#{solution}")
}
