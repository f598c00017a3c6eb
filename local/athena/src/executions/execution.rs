//! One execution of a query, and how the API shows it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::now;
use crate::{
    query::{
        failure::Failure,
        outcome::{Outcome, ResultColumn},
    },
    resources::EngineVersion,
};

/// Where an execution is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum State {
    /// Waits for its turn.
    Queued,
    /// Runs.
    Running,
    /// Has its result.
    Succeeded,
    /// Has none, and a reason.
    Failed,
    /// Was stopped, by someone or by a limit.
    Cancelled,
}

impl State {
    /// Whether nothing more happens.
    #[must_use]
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// One execution of a query.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Execution {
    /// Its id; ids sort by time.
    pub(crate) id: String,
    /// The SQL.
    pub(crate) query: String,
    /// Values for its `?`, in SQL.
    pub(crate) parameters: Vec<String>,
    /// `DML`, `DDL` or `UTILITY`.
    pub(crate) statement_type: String,
    /// `SELECT`, `CREATE_TABLE`, ….
    pub(crate) substatement_type: String,
    /// The object of its result, `s3://…`.
    pub(crate) output_location: String,
    /// The workgroup it runs in.
    pub(crate) work_group: String,
    /// As in the request's context.
    pub(crate) catalog: Option<String>,
    /// As in the request's context.
    pub(crate) database: Option<String>,
    /// The caller's token for starting it once.
    pub(crate) token: Option<String>,
    /// Where it is.
    pub(crate) state: State,
    /// Why it failed or was cancelled.
    pub(crate) reason: Option<String>,
    /// The same for programs.
    pub(crate) error: Option<Value>,
    /// Seconds since 1970.
    pub(crate) submitted: f64,
    /// Seconds since 1970.
    pub(crate) started: Option<f64>,
    /// Seconds since 1970.
    pub(crate) completed: Option<f64>,
    /// Milliseconds of planning.
    pub(crate) planning_milliseconds: u64,
    /// Bytes read from S3 and from connectors.
    pub(crate) scanned_bytes: u64,
    /// Columns of the result.
    pub(crate) columns: Vec<ResultColumn>,
}

impl Execution {
    /// As GetQueryExecution answers it.
    #[must_use]
    pub(crate) fn answer(&self) -> Value {
        let milliseconds = |from: f64, to: f64| ((to - from) * 1000.0).max(0.0).round() as u64;
        let end = self.completed.unwrap_or_else(now);
        let started = self.started.unwrap_or(end);
        let mut status = json!({ "State": self.state, "SubmissionDateTime": self.submitted });
        if let Some(completed) = self.completed {
            status["CompletionDateTime"] = json!(completed);
        }
        if let Some(reason) = &self.reason {
            status["StateChangeReason"] = json!(reason);
        }
        if let Some(error) = &self.error {
            status["AthenaError"] = error.clone();
        }
        let mut context = json!({});
        for (member, value) in [("Catalog", &self.catalog), ("Database", &self.database)] {
            if let Some(value) = value {
                context[member] = json!(value);
            }
        }
        let mut answer = json!({
            "QueryExecutionId": self.id,
            "Query": self.query,
            "StatementType": self.statement_type,
            "SubstatementType": self.substatement_type,
            "ResultConfiguration": { "OutputLocation": self.output_location },
            "ResultReuseConfiguration": { "ResultReuseByAgeConfiguration": { "Enabled": false } },
            "QueryExecutionContext": context,
            "Status": status,
            "Statistics": {
                "EngineExecutionTimeInMillis": milliseconds(started, end),
                "DataScannedInBytes": self.scanned_bytes,
                "TotalExecutionTimeInMillis": milliseconds(self.submitted, end),
                "QueryQueueTimeInMillis": milliseconds(self.submitted, started),
                "QueryPlanningTimeInMillis": self.planning_milliseconds,
                "ServiceProcessingTimeInMillis": 0,
                "ResultReuseInformation": { "ReusedPreviousResult": false },
            },
            "WorkGroup": self.work_group,
            "EngineVersion": EngineVersion::default(),
        });
        if !self.parameters.is_empty() {
            answer["ExecutionParameters"] = json!(self.parameters);
        }
        answer
    }

    /// Whether a request with the same token asks for the same.
    #[must_use]
    pub(crate) fn is_same_request(&self, other: &Self) -> bool {
        self.query == other.query
            && self.parameters == other.parameters
            && self.catalog == other.catalog
            && self.database == other.database
            && self.work_group == other.work_group
    }

    /// Notes how it ended.
    pub(super) fn end(&mut self, result: Result<Outcome, Failure>) {
        self.completed = Some(now());
        match result {
            Ok(outcome) => {
                self.state = State::Succeeded;
                self.columns = outcome.columns;
            }
            Err(failure) => {
                self.state = match failure.cancels() {
                    true => State::Cancelled,
                    false => State::Failed,
                };
                self.reason = Some(failure.to_string());
                self.error = failure.athena_error();
            }
        }
    }
}
