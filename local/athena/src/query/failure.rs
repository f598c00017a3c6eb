//! Why a query fails, in Athena's words.

use std::{error::Error, fmt};

use datafusion::{
    arrow::error::ArrowError,
    common::{DataFusionError, SchemaError},
};
use serde_json::{Value, json};

use crate::{fault::Fault, sql::parse::ParsedQuery};

/// Error types of Athena's catalog of errors.
const ENGINE_ERROR: i32 = 200;
const RESULT_NOT_WRITTEN: i32 = 401;
const USER_ERROR: i32 = 1000;
const DATA_ERROR: i32 = 1001;

/// Why a query failed or was cancelled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// Something in the query is wrong; the code is Trino's.
    #[error("{code}: {message}")]
    User {
        /// `COLUMN_NOT_FOUND`, ….
        code: &'static str,
        /// Where and what.
        message: String,
    },
    /// Data that cannot be read as what it should be.
    #[error("{code}: {message}")]
    Data {
        /// `HIVE_BAD_DATA`, ….
        code: &'static str,
        /// Which and why.
        message: String,
    },
    /// A connector failed.
    #[error(
        "GENERIC_USER_ERROR: Encountered an exception[{kind}] from your LambdaFunction[{function}] executed in context[{context}] with message[{message}]"
    )]
    Connector {
        /// The function's error type.
        kind: String,
        /// The function.
        function: String,
        /// What was asked of it.
        context: String,
        /// What it said.
        message: String,
    },
    /// The result cannot be written.
    #[error("Failed to write query results to {location}: {problem}")]
    ResultNotWritten {
        /// The object.
        location: String,
        /// What S3 said.
        problem: String,
    },
    /// More bytes were read than the workgroup allows.
    #[error("Query cancelled! : Bytes scanned limit was exceeded")]
    Cutoff,
    /// Someone stopped it.
    #[error("Query was cancelled by user")]
    Stopped,
    /// The server was restarted.
    #[error("athena-local was restarted while the query ran; start it again")]
    Restarted,
    /// The engine could not do it.
    #[error("GENERIC_INTERNAL_ERROR: {0}")]
    Engine(String),
}

impl Failure {
    /// A statement that cannot be run as it is.
    pub(crate) fn user(code: &'static str, message: impl Into<String>) -> Self {
        Self::User {
            code,
            message: message.into(),
        }
    }

    /// Whether the query counts as cancelled, not as failed.
    #[must_use]
    pub(crate) fn cancels(&self) -> bool {
        matches!(self, Self::Cutoff | Self::Stopped)
    }

    /// `AthenaError` of the execution's status.
    #[must_use]
    pub(crate) fn athena_error(&self) -> Option<Value> {
        let (category, kind) = match self {
            Self::User { .. } | Self::Connector { .. } => (2, USER_ERROR),
            Self::Data { .. } => (2, DATA_ERROR),
            Self::ResultNotWritten { .. } => (2, RESULT_NOT_WRITTEN),
            Self::Engine(_) | Self::Restarted => (1, ENGINE_ERROR),
            Self::Cutoff | Self::Stopped => return None,
        };
        Some(json!({
            "ErrorCategory": category,
            "ErrorType": kind,
            "Retryable": matches!(self, Self::Restarted),
            "ErrorMessage": self.to_string(),
        }))
    }

    /// From the engine's error; the query's text tells the place.
    pub(crate) fn of(error: &DataFusionError, query: Option<&ParsedQuery>) -> Self {
        let place = |name: &str| {
            let place = query.and_then(|query| query.place_of(name));
            place.map_or_else(String::new, |place| format!("{place}: "))
        };
        if let Some(failure) = within(error) {
            return failure;
        }
        match error.find_root() {
            DataFusionError::External(source) => Self::Engine(source.to_string()),
            DataFusionError::SchemaError(problem, _) => schema_failure(problem, &place),
            DataFusionError::ArrowError(problem, _) => arrow_failure(problem),
            DataFusionError::ParquetError(problem) => data("HIVE_BAD_DATA", problem),
            DataFusionError::ObjectStore(problem) => data("HIVE_CANNOT_OPEN_SPLIT", problem),
            DataFusionError::SQL(problem, _) => Self::user("SYNTAX_ERROR", problem.to_string()),
            DataFusionError::NotImplemented(message) => {
                Self::user("NOT_SUPPORTED", first_line(message))
            }
            DataFusionError::Plan(message) => Self::user(plan_code(message), first_line(message)),
            DataFusionError::Execution(message) => {
                Self::user("INVALID_FUNCTION_ARGUMENT", first_line(message))
            }
            DataFusionError::ResourcesExhausted(message) => Self::user(
                "EXCEEDED_LOCAL_MEMORY_LIMIT",
                format!("{}; --query-memory gives more", first_line(message)),
            ),
            other => Self::Engine(first_line(&other.to_string())),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Engine(fault.message)
    }
}

impl From<Failure> for DataFusionError {
    fn from(failure: Failure) -> Self {
        Self::External(Box::new(failure))
    }
}

/// A failure of ours that the engine carries, in however many envelopes.
fn within(error: &(dyn Error + 'static)) -> Option<Failure> {
    let mut inner = Some(error);
    while let Some(error) = inner {
        if let Some(failure) = error.downcast_ref::<Failure>() {
            return Some(failure.clone());
        }
        inner = match error.downcast_ref::<DataFusionError>() {
            // The engine hides what several readers share.
            Some(DataFusionError::Shared(shared)) => Some(shared.as_ref()),
            _ => error.source(),
        };
    }
    None
}

fn data(code: &'static str, problem: &dyn fmt::Display) -> Failure {
    let message = problem.to_string();
    Failure::Data { code, message }
}

fn schema_failure(problem: &SchemaError, place: &dyn Fn(&str) -> String) -> Failure {
    match problem {
        SchemaError::FieldNotFound { field, .. } => {
            let (place, column) = (place(&field.name), field.flat_name());
            Failure::user(
                "COLUMN_NOT_FOUND",
                format!(
                    "{place}Column '{column}' cannot be resolved or requester is not authorized to access requested resources"
                ),
            )
        }
        SchemaError::AmbiguousReference { field } => {
            let (place, column) = (place(&field.name), &field.name);
            Failure::user(
                "AMBIGUOUS_NAME",
                format!("{place}Column '{column}' is ambiguous"),
            )
        }
        other => Failure::user("DUPLICATE_COLUMN_NAME", other.to_string()),
    }
}

fn arrow_failure(problem: &ArrowError) -> Failure {
    match problem {
        ArrowError::CastError(message) | ArrowError::ParseError(message) => {
            Failure::user("INVALID_CAST_ARGUMENT", message.clone())
        }
        ArrowError::DivideByZero => Failure::user("DIVISION_BY_ZERO", "Division by zero"),
        ArrowError::JsonError(message) | ArrowError::CsvError(message) => {
            data("HIVE_BAD_DATA", message)
        }
        ArrowError::ArithmeticOverflow(message) => {
            Failure::user("NUMERIC_VALUE_OUT_OF_RANGE", message.clone())
        }
        other => Failure::Engine(other.to_string()),
    }
}

/// The engine has one kind of error for all that is wrong with a plan; Trino has several.
fn plan_code(message: &str) -> &'static str {
    let message = message.to_lowercase();
    if message.contains("group by") || message.contains("must appear in") {
        "EXPRESSION_NOT_AGGREGATE"
    } else if message.contains("coerc") || message.contains("type") {
        "TYPE_MISMATCH"
    } else {
        "SYNTAX_ERROR"
    }
}

/// Further lines hold suggestions in the engine's own dialect.
fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use datafusion::{arrow::error::ArrowError, object_store};

    use super::*;

    #[test]
    fn our_own_failures_come_through_the_engine() {
        let store = || object_store::Error::Generic {
            store: "S3",
            source: Box::new(Failure::Cutoff),
        };
        for error in [
            DataFusionError::from(Failure::Cutoff),
            DataFusionError::from(store()),
            DataFusionError::from(store()).context("while reading"),
            DataFusionError::from(ArrowError::ExternalError(Box::new(store()))),
            DataFusionError::Shared(std::sync::Arc::new(Failure::Cutoff.into())),
        ] {
            assert_eq!(Failure::of(&error, None), Failure::Cutoff, "{error:?}");
        }
    }

    #[test]
    fn programs_are_told_whose_fault_it_is() {
        let category = |failure: Failure| failure.athena_error().unwrap()["ErrorCategory"].clone();
        assert_eq!(category(Failure::user("COLUMN_NOT_FOUND", "x")), 2);
        assert_eq!(category(Failure::Engine("x".to_owned())), 1);
        assert_eq!(Failure::Stopped.athena_error(), None);
    }
}
