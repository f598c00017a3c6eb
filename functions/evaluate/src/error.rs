//! What ends an invocation of `evaluate`. A version that is not good enough is not among it.

use shared::{
    arn::NotAnArn,
    aws::AwsError,
    config::ConfigError,
    fault::{Fault, FaultKind},
    operations::OperationsError,
    solution::LatestVersionError,
};

/// The step could not be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EvaluateError {
    /// The declaration is missing or unsound.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The decision could not be kept.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// The event names no version, and there is no latest one.
    #[error(transparent)]
    LatestVersion(#[from] LatestVersionError),
    /// The event's ARN is none.
    #[error(transparent)]
    Arn(#[from] NotAnArn),
    /// Personalize or S3 did not answer, or refused.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The event's ARN is of something else.
    #[error(
        "{arn} is not a version of the solution `{solution}`: hand on the solutionVersionArn that retrain answered"
    )]
    NotItsVersion {
        /// What the event names.
        arn: String,
        /// The solution it names.
        solution: String,
    },
}

impl Fault for EvaluateError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Config(error) => error.kind(),
            Self::Aws(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::LatestVersion(error) => error.kind(),
            Self::Arn(_) | Self::NotItsVersion { .. } => FaultKind::InvalidInput,
        }
    }
}
