//! What ends an invocation of `estate`. A resource that Personalize refuses does not: it is reported
//! in the answer, and the others go on.

use shared::{
    aws::AwsError,
    config::ConfigError,
    fault::{Fault, FaultKind},
    operations::OperationsError,
};

/// The step could not be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EstateError {
    /// The declaration is missing or unsound; nothing was created.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The states could not be stored; what was created is found by the next call.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// Personalize did not answer, or does not allow it.
    #[error(transparent)]
    Personalize(#[from] AwsError),
}

impl Fault for EstateError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Personalize(error) => error.kind(),
        }
    }
}
