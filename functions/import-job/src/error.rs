//! Why an import was not started.

use shared::{
    aws::AwsError,
    config::ConfigError,
    environment::MissingVariable,
    fault::{Fault, FaultKind},
    operations::OperationsError,
    resource::DescribeError,
};

/// Why an import was not started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    /// The template did not set a variable.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// The estate's configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The Operations table did not answer.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// Personalize did not say whether the job is there.
    #[error(transparent)]
    Describe(#[from] DescribeError),
    /// Personalize did not make the job.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The dataset is not part of the estate.
    #[error(
        "the estate `{estate}` declares no dataset `{dataset}`: add it under `datasets` in the configuration, or do not import it"
    )]
    Undeclared {
        /// The estate.
        estate: String,
        /// The dataset asked for.
        dataset: &'static str,
    },
    /// The dataset is declared and not made.
    #[error(
        "the dataset `{dataset}` of estate `{estate}` is not there yet: run apply-estate first"
    )]
    NotApplied {
        /// The estate.
        estate: String,
        /// The dataset's declared name.
        dataset: String,
    },
    /// The location is no place in the data bucket.
    #[error(
        "`location` is `{location}`; it is a folder or a key in the data bucket, like datasets/full/items/"
    )]
    Location {
        /// What the event had.
        location: String,
    },
    /// What is stored as the dataset's ARN is none.
    #[error(
        "the dataset `{dataset}` of estate `{estate}` is stored with the ARN `{arn}`, which is none: run apply-estate again"
    )]
    StoredArn {
        /// The estate.
        estate: String,
        /// The dataset's declared name.
        dataset: String,
        /// What is stored.
        arn: String,
    },
    /// The file of rows cannot be read or written.
    #[error("{location}: {message}; start the import again, which writes it anew")]
    Broken {
        /// Its key.
        location: String,
        /// What is wrong.
        message: String,
    },
    /// Personalize took none of the rows sent one by one.
    #[error(
        "Personalize refused every new row of {dataset}: rejected/import-job/{dataset}/{run}-*.csv in the data bucket has the reasons"
    )]
    AllRefused {
        /// The dataset.
        dataset: &'static str,
        /// The run.
        run: String,
    },
}

impl Fault for ImportError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Environment(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Describe(error) => error.kind(),
            Self::Aws(error) => error.kind(),
            Self::Undeclared { .. }
            | Self::NotApplied { .. }
            | Self::Location { .. }
            | Self::AllRefused { .. } => FaultKind::InvalidInput,
            Self::StoredArn { .. } => FaultKind::Failed,
            Self::Broken { .. } => FaultKind::Retryable,
        }
    }
}
