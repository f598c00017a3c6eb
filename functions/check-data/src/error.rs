//! What a check can end with besides a verdict. A dataset that is not good is a verdict, no error.

use shared::{
    aws::AwsError,
    config::ConfigError,
    environment::MissingVariable,
    fault::{Fault, FaultKind},
    operations::OperationsError,
};

/// Why a dataset could not be judged.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckError {
    /// The template did not set a variable.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// The estate's configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The Operations table did not take the result.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// S3 did not do what was asked.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The dataset is not part of the estate.
    #[error(
        "the estate `{estate}` declares no dataset `{dataset}` with a schema: add it under `datasets` in the configuration, or do not check it"
    )]
    Undeclared {
        /// The estate.
        estate: String,
        /// The dataset asked for.
        dataset: &'static str,
    },
    /// Account cannot be kept of all objects.
    #[error("in {location}, {problem}")]
    TooManyObjects {
        /// The folder.
        location: String,
        /// How many there are, and what to do.
        problem: String,
    },
    /// The run's name cannot be part of a key.
    #[error(
        "`run` is `{run}`; it is 1 to 100 letters, digits, - and _, as the name of a workflow's execution"
    )]
    Run {
        /// What the event had.
        run: String,
    },
    /// The object is another one than at the start of the check.
    #[error(
        "{key} was changed while it was checked; it is checked again once its upload is complete"
    )]
    Changed {
        /// The object.
        key: String,
    },
    /// The download broke off again and again.
    #[error("{key} broke off at byte {offset} and could not be read on: {message}")]
    BrokenOff {
        /// The object.
        key: String,
        /// How far it was read.
        offset: u64,
        /// The last cause.
        message: String,
    },
    /// A file of rows or the report could not be encoded.
    #[error("cannot encode {what}: {message}; this is a defect of check-data")]
    Encoding {
        /// Which file.
        what: &'static str,
        /// The cause.
        message: String,
    },
}

impl From<csv::Error> for CheckError {
    fn from(error: csv::Error) -> Self {
        Self::Encoding {
            what: "rows as CSV",
            message: error.to_string(),
        }
    }
}

impl From<serde_json::Error> for CheckError {
    fn from(error: serde_json::Error) -> Self {
        Self::Encoding {
            what: "the report as JSON",
            message: error.to_string(),
        }
    }
}

impl Fault for CheckError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Environment(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Aws(error) => error.kind(),
            Self::Undeclared { .. } | Self::TooManyObjects { .. } | Self::Run { .. } => {
                FaultKind::InvalidInput
            }
            Self::Changed { .. } => FaultKind::Conflict,
            Self::BrokenOff { .. } => FaultKind::Retryable,
            Self::Encoding { .. } => FaultKind::Failed,
        }
    }
}
