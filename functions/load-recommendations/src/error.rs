//! What the step fails with, and why a list may stay as it is, which is no failure.

use shared::{
    aws::AwsError,
    config::ConfigError,
    environment::MissingVariable,
    fault::{Fault, FaultKind},
    lists::ListsError,
    operations::OperationsError,
    standby::StandbyError,
};

/// A list that was not loaded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    /// The template did not set a variable.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// The declaration is unreadable or unsound.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The states of the estate are unreadable.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// Personalize or S3 failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The copy that requests stand on could not be written.
    #[error(transparent)]
    Standby(#[from] StandbyError),
    /// The place named is none of a batch job's results.
    #[error(
        "`output` is `{output}`; results of batch jobs are under batch/output/, as batch-job answers"
    )]
    Output {
        /// What the event had.
        output: String,
    },
    /// The job has written nothing.
    #[error(
        "there are no results (*.out) under {output}: its job has not ended, or its input was empty"
    )]
    NoResults {
        /// The prefix.
        output: String,
    },
    /// S3's answer ended before the object did, and nothing was gained.
    #[error("the download of {key} broke off at byte {end}: {message}; try again")]
    BrokenOff {
        /// The object.
        key: String,
        /// Where the last whole line ended.
        end: u64,
        /// What the connection says.
        message: String,
    },
    /// The thread that reads an object ended by itself.
    #[error("the reader of {key} stopped: {message}; this is a defect of load-recommendations")]
    Reader {
        /// The object.
        key: String,
        /// What is known.
        message: String,
    },
    /// There is nothing to write: the step answers with the reason.
    #[error("the list stays as it is: {0}")]
    Unchanged(String),
    /// The list could not be written.
    #[error(transparent)]
    Lists(#[from] ListsError),
}

impl Fault for LoadError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Environment(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Aws(error) => error.kind(),
            Self::Standby(error) => error.kind(),
            Self::Lists(error) => error.kind(),
            Self::Output { .. } | Self::NoResults { .. } => FaultKind::InvalidInput,
            Self::BrokenOff { .. } => FaultKind::Retryable,
            Self::Unchanged(_) | Self::Reader { .. } => FaultKind::Failed,
        }
    }
}
