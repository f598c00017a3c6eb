//! What an export fails with. A row that is not good is no error: `check-data` judges rows.

use shared::{
    aws::AwsError,
    config::ConfigError,
    environment::MissingVariable,
    fault::{Fault, FaultKind},
    operations::OperationsError,
};

/// Why a step did not end. Each may be run again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
    /// The template did not set a variable.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// The estate's configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The Operations table did not answer.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// A call failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// A call failed for a reason of the service's own.
    #[error(transparent)]
    Unwell(AwsError),
    /// The template was deployed without a store to ask.
    #[error(
        "this deployment has no workgroup of Athena: deploy it with the backend's address or with a connector, or import with {{\"export\": false}}"
    )]
    NoAthena,
    /// There is no such query.
    #[error(
        "the estate `{estate}` declares no {query} with a folder to write to: add it to the configuration, or do not ask for it"
    )]
    Undeclared {
        /// The estate.
        estate: String,
        /// The query's member in the configuration.
        query: String,
    },
    /// The event's window is at no time.
    #[error(
        "the window from {from} until {until} is no time in epoch seconds; take that of `start`"
    )]
    Window {
        /// Its begin.
        from: i64,
        /// Its end.
        until: i64,
    },
    /// Athena does not take the request.
    #[error("Athena refused {query}: {message}; correct it in the configuration")]
    Refused {
        /// The query's member in the configuration.
        query: String,
        /// Athena's words.
        message: String,
    },
    /// Athena does not take the id of a query.
    #[error("Athena knows nothing of the query {id}: {message}; start the import again")]
    Unknown {
        /// The query.
        id: String,
        /// Athena's words.
        message: String,
    },
    /// The query failed for a reason that passes.
    #[error("the query of exports.{dataset} failed, and may not fail again: {reason}")]
    Interrupted {
        /// The dataset.
        dataset: &'static str,
        /// Athena's words.
        reason: String,
    },
    /// The query failed, and would again.
    #[error("the query of exports.{dataset} failed: {reason}; correct it in the configuration")]
    QueryFailed {
        /// The dataset.
        dataset: &'static str,
        /// Athena's words.
        reason: String,
    },
    /// Somebody, or a limit of the workgroup, stopped the query.
    #[error("the query of exports.{dataset} was cancelled: {reason}; start the import again")]
    Cancelled {
        /// The dataset.
        dataset: &'static str,
        /// Athena's words.
        reason: String,
    },
    /// The query costs more than it may.
    #[error(
        "the query of exports.{dataset} scanned {bytes} bytes, and exports.maxBytesScanned is {most}: nothing was imported; narrow the query (fewer columns, a window, partitions) or raise the limit"
    )]
    TooMuchScanned {
        /// The dataset.
        dataset: &'static str,
        /// Bytes scanned.
        bytes: u64,
        /// The limit.
        most: u64,
    },
    /// A result was asked for too early.
    #[error("the query {id} still runs: ask `check` until it has SUCCEEDED, then `take`")]
    Unfinished {
        /// The query.
        id: String,
    },
    /// Athena names no file in S3.
    #[error(
        "the query of exports.{dataset} left no CSV file in S3: let it be a SELECT, and its workgroup not one that manages results itself"
    )]
    NoResult {
        /// The dataset.
        dataset: &'static str,
    },
    /// The file is not there any more.
    #[error("the result {location} is not there any more; start the import again")]
    ResultGone {
        /// `s3://bucket/key`.
        location: String,
    },
    /// The download broke off again and again.
    #[error("the result {location} broke off at byte {offset}: {message}")]
    BrokenOff {
        /// `s3://bucket/key`.
        location: String,
        /// How far it was read.
        offset: u64,
        /// The last cause.
        message: String,
    },
    /// The columns are not those of the dataset.
    #[error(
        "the result of exports.{dataset} {problem}; name its columns with AS, in any order and case"
    )]
    Columns {
        /// The dataset.
        dataset: &'static str,
        /// What is missing, unknown or there twice.
        problem: String,
    },
    /// All rows would be replaced by none.
    #[error(
        "exports.{dataset}.query gave no row, so the dataset was left as it is: see that its tables are filled and its conditions hold"
    )]
    Empty {
        /// The dataset.
        dataset: &'static str,
    },
    /// A row could not be written as CSV.
    #[error("cannot encode a row as CSV: {0}; this is a defect of export-dataset")]
    Encoding(#[from] csv::Error),
}

impl Fault for ExportError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Environment(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Aws(error) => error.kind(),
            Self::Unwell(_) | Self::Interrupted { .. } | Self::BrokenOff { .. } => {
                FaultKind::Retryable
            }
            Self::NoAthena
            | Self::Undeclared { .. }
            | Self::Window { .. }
            | Self::Refused { .. }
            | Self::Unknown { .. }
            | Self::QueryFailed { .. }
            | Self::TooMuchScanned { .. }
            | Self::Unfinished { .. }
            | Self::NoResult { .. }
            | Self::ResultGone { .. }
            | Self::Columns { .. }
            | Self::Empty { .. } => FaultKind::InvalidInput,
            Self::Cancelled { .. } | Self::Encoding(_) => FaultKind::Failed,
        }
    }
}
