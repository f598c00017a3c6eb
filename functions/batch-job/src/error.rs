//! Why a batch job was not started.

use shared::{
    aws::AwsError,
    config::ConfigError,
    environment::MissingVariable,
    fault::{Fault, FaultKind},
    operations::OperationsError,
    resource::DescribeError,
};

/// Why a batch job was not started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BatchJobError {
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
    /// Personalize did not answer, or did not make the job.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// Personalize did not take a segment job.
    #[error(
        "{0}. Batch segments see only what FULL imports brought, neither incremental imports nor events: run import-data with importMode FULL and retrain, then start it again"
    )]
    Segments(AwsError),
    /// The job is not declared.
    #[error(
        "no batch job is named `{job}`: the configuration declares {declared}; add it under `batch`, or name one of these"
    )]
    Undeclared {
        /// What was asked for.
        job: String,
        /// What there is.
        declared: String,
    },
    /// Something the job needs is declared and not made.
    #[error("{what} `{name}` is not there yet: run {workflow} first")]
    NotMade {
        /// A kind.
        what: shared::arn::Kind,
        /// Its declared name.
        name: String,
        /// What makes it.
        workflow: &'static str,
    },
    /// The solution has no version that can be asked.
    #[error(
        "solution `{solution}` has no ACTIVE version yet but those of experiments: run retrain first"
    )]
    NoVersion {
        /// Its name.
        solution: String,
    },
    /// What is stored or answered as an ARN is none.
    #[error("`{arn}` is no ARN of a solution version: run apply-estate and retrain again")]
    NotAnArn {
        /// What it is.
        arn: String,
    },
    /// Personalize made a job and gave it no ARN.
    #[error("Personalize answered without an ARN for the job `{job}`: try again")]
    NoArn {
        /// The job's name.
        job: String,
    },
    /// A request could not be put together.
    #[error("cannot put the request together: {0}; this is a defect of batch-job")]
    Request(#[from] aws_sdk_personalize::error::BuildError),
}

impl Fault for BatchJobError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Environment(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Describe(error) => error.kind(),
            Self::Aws(error) | Self::Segments(error) => error.kind(),
            Self::Undeclared { .. } | Self::NotMade { .. } | Self::NoVersion { .. } => {
                FaultKind::InvalidInput
            }
            Self::NotAnArn { .. } | Self::Request(_) => FaultKind::Failed,
            Self::NoArn { .. } => FaultKind::Retryable,
        }
    }
}
