//! Adapter to Athena.

use aws_sdk_athena::{Client, types::ResultConfiguration};
use shared::aws::{AwsError, failure};

use crate::{error::ExportError, execution::Execution, query::Query};

/// Where queries run and their results go.
#[derive(Debug)]
pub(crate) struct Athena {
    /// The service.
    pub(crate) client: Client,
    /// The workgroup.
    pub(crate) workgroup: String,
    /// `s3://bucket/folder/`.
    pub(crate) output: String,
}

impl Athena {
    /// Starts `query`, or finds the one that was started with its token; its id.
    ///
    /// # Errors
    /// When Athena refuses the statement, or does not answer.
    pub(crate) async fn start(&self, query: &Query<'_>) -> Result<String, ExportError> {
        let output = ResultConfiguration::builder().output_location(&self.output);
        let parameters = Some(query.parameters.clone());
        let answer = self
            .client
            .start_query_execution()
            .query_string(query.statement)
            .set_execution_parameters(parameters.filter(|list| !list.is_empty()))
            .client_request_token(&query.token)
            .result_configuration(output.build())
            .work_group(&self.workgroup)
            .send()
            .await
            .map_err(failure("athena:StartQueryExecution"))
            .map_err(|error| error_of(error, |message| refused(query, message)))?;
        answer
            .query_execution_id
            .ok_or_else(|| refused(query, "it gave the query no id"))
    }

    /// What became of the query `id`.
    ///
    /// # Errors
    /// When Athena does not know it, or does not answer.
    pub(crate) async fn execution(&self, id: &str) -> Result<Execution, ExportError> {
        let answer = self
            .client
            .get_query_execution()
            .query_execution_id(id)
            .send()
            .await
            .map_err(failure("athena:GetQueryExecution"))
            .map_err(|error| error_of(error, |message| unknown(id, message)))?;
        let execution = answer.query_execution;
        let execution = execution.ok_or_else(|| unknown(id, "it says nothing"))?;
        Ok(Execution::from(execution))
    }

    /// Stops the query `id`. What it scanned until then is billed.
    ///
    /// # Errors
    /// When Athena does not do it.
    pub(crate) async fn stop(&self, id: &str) -> Result<(), ExportError> {
        self.client
            .stop_query_execution()
            .query_execution_id(id)
            .send()
            .await
            .map_err(failure("athena:StopQueryExecution"))
            .map_err(|error| error_of(error, |message| unknown(id, message)))?;
        Ok(())
    }
}

/// An invalid request is `invalid`, with Athena's words; all else is the service's.
fn error_of(error: AwsError, invalid: impl FnOnce(&str) -> ExportError) -> ExportError {
    match error.code() {
        "InvalidRequestException" => invalid(error.message()),
        "InternalServerException" => ExportError::Unwell(error),
        _ => ExportError::Aws(error),
    }
}

fn refused(query: &Query<'_>, message: &str) -> ExportError {
    ExportError::Refused {
        query: query.name.clone(),
        message: message.to_owned(),
    }
}

fn unknown(id: &str, message: &str) -> ExportError {
    ExportError::Unknown {
        id: id.to_owned(),
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_athena::{
        error::{ErrorMetadata, SdkError},
        operation::start_query_execution::StartQueryExecutionError,
    };
    use shared::fault::{Fault, FaultKind};

    use super::*;

    fn answered(code: &str) -> ExportError {
        let answer = ErrorMetadata::builder()
            .code(code)
            .message("line 1:8: Column 'a' cannot be resolved");
        let error = StartQueryExecutionError::generic(answer.build());
        let error = failure("athena:StartQueryExecution")(SdkError::service_error(error, ()));
        let query = Query {
            name: "exports.items.query".to_owned(),
            statement: "SELECT a",
            parameters: Vec::new(),
            token: String::new(),
        };
        error_of(error, |message| refused(&query, message))
    }

    #[test]
    fn throttling_and_failures_of_the_service_are_worth_another_try() {
        for code in ["TooManyRequestsException", "InternalServerException"] {
            assert_eq!(answered(code).kind(), FaultKind::Retryable, "{code}");
        }
        assert_eq!(answered("AccessDeniedException").kind(), FaultKind::Failed);
    }

    #[test]
    fn a_statement_that_is_wrong_is_named_with_what_athena_says_of_it() {
        let error = answered("InvalidRequestException");
        assert_eq!(error.kind(), FaultKind::InvalidInput);
        let message = error.to_string();
        assert!(message.contains("exports.items.query"), "{message}");
        assert!(message.contains("line 1:8: Column 'a'"), "{message}");
    }
}
