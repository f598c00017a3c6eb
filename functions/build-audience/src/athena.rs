//! Adapter to Athena: the query of an audience.

use aws_sdk_athena::{
    Client,
    types::{QueryExecutionState, ResultConfiguration},
};
use shared::aws::{AwsError, failure};

use crate::error::AudienceError;

/// Where queries run and their results go.
#[derive(Debug, Clone)]
pub(crate) struct Athena {
    pub(crate) client: Client,
    pub(crate) workgroup: String,
    /// `s3://bucket/folder/`
    pub(crate) output: String,
}

/// What became of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Execution {
    pub(crate) state: QueryExecutionState,
    /// Bytes read so far.
    pub(crate) scanned: u64,
    /// Why it is in its state, in Athena's words, without values.
    pub(crate) reason: String,
    /// Whether Athena says that another try may do better.
    pub(crate) retryable: bool,
    /// `s3://bucket/key` of its result.
    pub(crate) result: Option<String>,
}

/// Queries, as Athena has them.
pub(crate) trait Queries {
    /// Starts `statement`, or finds the query that was started with `token`; its id.
    ///
    /// # Errors
    /// When Athena refuses the statement, or does not answer.
    async fn start(&self, statement: &str, token: &str) -> Result<String, AudienceError>;

    /// What became of the query `id`.
    ///
    /// # Errors
    /// When Athena does not know it, or does not answer.
    async fn execution(&self, id: &str) -> Result<Execution, AudienceError>;

    /// Stops the query `id`. What it scanned until then is billed.
    ///
    /// # Errors
    /// When Athena does not do it.
    async fn stop(&self, id: &str) -> Result<(), AudienceError>;
}

impl Queries for Athena {
    async fn start(&self, statement: &str, token: &str) -> Result<String, AudienceError> {
        let output = ResultConfiguration::builder().output_location(&self.output);
        let answer = self
            .client
            .start_query_execution()
            .query_string(statement)
            .client_request_token(token)
            .result_configuration(output.build())
            .work_group(&self.workgroup)
            .send()
            .await
            .map_err(failure("athena:StartQueryExecution"))
            .map_err(error_of)?;
        answer
            .query_execution_id
            .ok_or_else(|| AudienceError::Query {
                reason: "Athena gave the query no id".to_owned(),
            })
    }

    async fn execution(&self, id: &str) -> Result<Execution, AudienceError> {
        let answer = self
            .client
            .get_query_execution()
            .query_execution_id(id)
            .send()
            .await
            .map_err(failure("athena:GetQueryExecution"))
            .map_err(error_of)?;
        let execution = answer
            .query_execution
            .unwrap_or_else(|| aws_sdk_athena::types::QueryExecution::builder().build());
        let scanned = execution
            .statistics()
            .and_then(|it| it.data_scanned_in_bytes);
        let status = execution.status();
        let error = status.and_then(|status| status.athena_error());
        let reason = error.and_then(|error| error.error_message());
        let stated = status.and_then(|status| status.state_change_reason());
        let state = status.and_then(|status| status.state.clone());
        Ok(Execution {
            // Athena always says it; without it the query is asked for again.
            state: state.unwrap_or(QueryExecutionState::Queued),
            scanned: scanned.and_then(|bytes| bytes.try_into().ok()).unwrap_or(0),
            reason: without_data(reason.or(stated).unwrap_or("no reason given")),
            retryable: error.is_some_and(|error| error.retryable),
            result: execution
                .result_configuration()
                .and_then(|result| result.output_location.clone()),
        })
    }

    async fn stop(&self, id: &str) -> Result<(), AudienceError> {
        self.client
            .stop_query_execution()
            .query_execution_id(id)
            .send()
            .await
            .map_err(failure("athena:StopQueryExecution"))
            .map_err(error_of)?;
        Ok(())
    }
}

/// An invalid request is the statement's fault, in Athena's words; all else is the service's.
fn error_of(error: AwsError) -> AudienceError {
    match error.code() {
        "InvalidRequestException" => AudienceError::Query {
            reason: error.message().to_owned(),
        },
        "InternalServerException" => AudienceError::Unwell(error),
        _ => AudienceError::Aws(error),
    }
}

/// Reasons that begin with these quote the statement.
const OF_STATEMENT: [&str; 4] = [
    "SYNTAX_ERROR",
    "COLUMN_NOT_FOUND",
    "TABLE_NOT_FOUND",
    "TYPE_MISMATCH",
];

/// `reason` without what it quotes, which may be a value of a row: of a person, who has no place in a log.
fn without_data(reason: &str) -> String {
    if OF_STATEMENT.iter().any(|kind| reason.starts_with(kind)) {
        return reason.to_owned();
    }
    // From the first quote to the last: a value may have quotes of its own.
    match (reason.split_once('\''), reason.rsplit_once('\'')) {
        (Some((before, quoted)), Some((_, after))) => {
            let after = if quoted.contains('\'') { after } else { "" };
            format!("{before}'…'{after}")
        }
        _ => reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_data;

    #[test]
    fn a_reason_quotes_no_row() {
        let cast = "INVALID_CAST_ARGUMENT: Cannot cast 'ann@o'hara.example' to INT";
        assert_eq!(
            without_data(cast),
            "INVALID_CAST_ARGUMENT: Cannot cast '…' to INT"
        );
        assert_eq!(without_data("cut off: 'ann@sh"), "cut off: '…'");
        assert_eq!(without_data("no resources"), "no resources");
        let column = "COLUMN_NOT_FOUND: line 1:8: Column 'usr' cannot be resolved";
        assert_eq!(without_data(column), column);
    }
}
