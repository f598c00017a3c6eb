//! What ends an invocation of `check-status`. A resource that failed is not among it: that is an answer.

use shared::{
    aws::AwsError,
    config::ConfigError,
    fault::{Fault, FaultKind},
    operations::OperationsError,
    resource::DescribeError,
};

/// The step could not be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckError {
    /// The declaration is missing or unsound.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No ARN, or nothing there.
    #[error(transparent)]
    Describe(#[from] DescribeError),
    /// The last state could not be read or stored.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// The event bus did not answer.
    #[error(transparent)]
    Bus(#[from] AwsError),
    /// The event bus answered, and did not take the event.
    #[error(
        "the event bus refused the state change of {arn} {attempts} times ({code}: {message}); it is published by the next check"
    )]
    NotPublished {
        /// The resource.
        arn: String,
        /// How often it was tried.
        attempts: u32,
        /// EventBridge's code.
        code: String,
        /// EventBridge's words.
        message: String,
    },
}

impl Fault for CheckError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Config(error) => error.kind(),
            Self::Describe(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Bus(error) => error.kind(),
            Self::NotPublished { .. } => FaultKind::Retryable,
        }
    }
}
