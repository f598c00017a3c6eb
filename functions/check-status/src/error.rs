//! What ends an invocation of `check-status`. A resource that failed is not among it: that is an answer.

use shared::{
    config::ConfigError,
    fault::{Fault, FaultKind},
    operations::OperationsError,
    resource::DescribeError,
    state_change::PublishError,
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
    /// The event bus has not taken the change.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The run was given up for dead, and another has begun.
    #[error(
        "the lock of {workflow} has passed to {owner}, because this run did not renew it in time: the other one goes on with the work"
    )]
    LockLost {
        /// The workflow.
        workflow: String,
        /// Who holds it.
        owner: String,
    },
}

impl Fault for CheckError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Config(error) => error.kind(),
            Self::Describe(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Publish(error) => error.kind(),
            Self::LockLost { .. } => FaultKind::Failed,
        }
    }
}
