//! Why filters, or one of them, could not be rotated.

use shared::{
    aws::AwsError,
    config::{ConfigError, NotATime},
    environment::MissingVariable,
    fault::{Fault, FaultKind},
    operations::OperationsError,
    state_change::PublishError,
};

/// Why filters, or one of them, could not be rotated.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RotateError {
    /// The template did not set a variable.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// The grace is no number.
    #[error(
        "REPLACEMENT_GRACE_SECONDS is `{value}`; it is a number of seconds, 300 in template.yaml"
    )]
    Grace {
        /// What is set.
        value: String,
    },
    /// The estate's configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The expression's date cannot be read.
    #[error("filter `{filter}`: {source}")]
    Expression {
        /// The filter's stable name.
        filter: String,
        /// What is no time.
        source: NotATime,
    },
    /// The Operations table did not answer.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// Personalize did not answer, or refused.
    #[error(transparent)]
    Personalize(#[from] AwsError),
    /// The tags could not be put together.
    #[error("cannot put the filter's tags together: {0}; correct `tags` in the configuration")]
    Tags(#[from] aws_sdk_personalize::error::BuildError),
    /// The event bus has not taken a state change.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

impl Fault for RotateError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Environment(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Personalize(error) => error.kind(),
            Self::Publish(error) => error.kind(),
            Self::Grace { .. } => FaultKind::Failed,
            Self::Expression { .. } | Self::Tags(_) => FaultKind::InvalidInput,
        }
    }
}
