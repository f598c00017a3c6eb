//! What became of a query.

use aws_sdk_athena::{
    primitives::DateTime,
    types::{QueryExecution, QueryExecutionState},
};
use serde::Serialize;
use shared::config::DatasetType;

use crate::error::ExportError;

/// The states of a query that is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Progress {
    /// It waits for its turn or runs.
    Running,
    /// Its result is whole.
    Succeeded,
}

/// A query as Athena sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Execution {
    state: QueryExecutionState,
    /// Bytes read so far; of a connector, bytes it has answered.
    pub(crate) bytes_scanned: u64,
    /// Why it is in its state, in Athena's words.
    pub(crate) reason: Option<String>,
    /// Whether Athena says that another try may do better.
    retryable: bool,
    /// `s3://bucket/key` of its result.
    pub(crate) result: Option<String>,
    /// Epoch seconds when it was asked for.
    pub(crate) submitted_at: Option<i64>,
}

impl From<QueryExecution> for Execution {
    fn from(execution: QueryExecution) -> Self {
        let scanned = execution
            .statistics()
            .and_then(|it| it.data_scanned_in_bytes);
        let result = execution.result_configuration;
        let status = execution.status;
        let error = status.as_ref().and_then(|status| status.athena_error());
        let reason = error.and_then(|error| error.error_message());
        let stated = status
            .as_ref()
            .and_then(|status| status.state_change_reason());
        Self {
            // Athena always says it; without it the query is asked for again.
            state: status
                .as_ref()
                .and_then(|status| status.state.clone())
                .unwrap_or(QueryExecutionState::Queued),
            bytes_scanned: scanned.and_then(|bytes| bytes.try_into().ok()).unwrap_or(0),
            reason: reason.or(stated).map(str::to_owned),
            retryable: error.is_some_and(|error| error.retryable),
            result: result.and_then(|result| result.output_location),
            submitted_at: status
                .as_ref()
                .and_then(|status| status.submission_date_time())
                .map(DateTime::secs),
        }
    }
}

impl Execution {
    /// Whether it ended without a result.
    pub(crate) fn has_failed(&self) -> bool {
        matches!(
            self.state,
            QueryExecutionState::Failed | QueryExecutionState::Cancelled
        )
    }

    /// Whether there is something to stop.
    pub(crate) fn is_running(&self) -> bool {
        !self.has_failed() && self.state != QueryExecutionState::Succeeded
    }

    /// How far it is, when it is well and has not scanned more than `most` bytes. A query that ended
    /// before anybody looked is judged as one that was stopped: what it costs the next time, too, does
    /// not depend on who was quicker.
    ///
    /// # Errors
    /// Why there will be no result, or none that is taken.
    pub(crate) fn progress(
        &self,
        dataset: DatasetType,
        most: u64,
    ) -> Result<Progress, ExportError> {
        let dataset = dataset.name();
        if self.bytes_scanned > most {
            return Err(ExportError::TooMuchScanned {
                dataset,
                bytes: self.bytes_scanned,
                most,
            });
        }
        let reason = || {
            self.reason
                .clone()
                .unwrap_or_else(|| "no reason given".to_owned())
        };
        match self.state {
            QueryExecutionState::Succeeded => Ok(Progress::Succeeded),
            QueryExecutionState::Failed if self.retryable => Err(ExportError::Interrupted {
                dataset,
                reason: reason(),
            }),
            QueryExecutionState::Failed => Err(ExportError::QueryFailed {
                dataset,
                reason: reason(),
            }),
            QueryExecutionState::Cancelled => Err(ExportError::Cancelled {
                dataset,
                reason: reason(),
            }),
            _ => Ok(Progress::Running),
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_athena::types::{AthenaError, QueryExecutionStatistics, QueryExecutionStatus};
    use shared::fault::{Fault, FaultKind};

    use super::*;

    const USERS: DatasetType = DatasetType::Users;

    fn execution(state: QueryExecutionState, error: Option<AthenaError>) -> Execution {
        let status = QueryExecutionStatus::builder()
            .state(state)
            .state_change_reason("because")
            .set_athena_error(error)
            .build();
        let statistics = QueryExecutionStatistics::builder()
            .data_scanned_in_bytes(500)
            .build();
        let execution = QueryExecution::builder().status(status);
        Execution::from(execution.statistics(statistics).build())
    }

    #[test]
    fn a_query_that_waits_is_one_that_runs() {
        let of = |state| execution(state, None).progress(USERS, 500).unwrap();
        assert_eq!(of(QueryExecutionState::Queued), Progress::Running);
        assert_eq!(of(QueryExecutionState::Running), Progress::Running);
        assert_eq!(of(QueryExecutionState::Succeeded), Progress::Succeeded);
    }

    #[test]
    fn athena_says_whether_a_failure_is_worth_another_try() {
        let failed = |retryable| {
            let error = AthenaError::builder()
                .retryable(retryable)
                .error_message("GENERIC_INTERNAL_ERROR: out of slots");
            let failed = execution(QueryExecutionState::Failed, Some(error.build()));
            assert!(failed.has_failed() && !failed.is_running());
            failed.progress(USERS, 500).unwrap_err()
        };
        assert_eq!(failed(true).kind(), FaultKind::Retryable);
        assert_eq!(failed(false).kind(), FaultKind::InvalidInput);
        let message = failed(false).to_string();
        assert!(
            message.contains("exports.users") && message.contains("out of slots"),
            "{message}"
        );
    }

    #[test]
    fn a_query_that_somebody_stopped_has_its_reason() {
        let cancelled = execution(QueryExecutionState::Cancelled, None);
        let error = cancelled.progress(USERS, 500).unwrap_err();
        assert_eq!(error.kind(), FaultKind::Failed);
        assert!(error.to_string().contains("because"), "{error}");
    }

    #[test]
    fn too_many_bytes_are_too_many_in_every_state() {
        for state in [
            QueryExecutionState::Running,
            QueryExecutionState::Succeeded,
            QueryExecutionState::Cancelled,
        ] {
            let error = execution(state, None).progress(USERS, 499).unwrap_err();
            assert_eq!(error.kind(), FaultKind::InvalidInput);
            let message = error.to_string();
            assert!(
                message.contains("500 bytes") && message.contains("499"),
                "{message}"
            );
        }
        assert!(execution(QueryExecutionState::Queued, None).is_running());
    }
}
