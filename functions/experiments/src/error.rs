//! What can go wrong, as an administrator reads it.

use shared::{
    caller::CallerError,
    fault::{Fault, FaultKind},
};

/// Why a field has no answer.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum ExperimentsError {
    /// Somebody who may not ask.
    #[error(transparent)]
    Caller(#[from] CallerError),
    /// The template was deployed without the service.
    #[error(
        "the experiments service is not deployed here: deploy the template with ExperimentsService=ENABLED"
    )]
    NotDeployed,
    /// A field that the schema has and this function does not know.
    #[error("the field `{0}` is not of this function: deploy schema and functions together")]
    Field(String),
    /// An argument is missing or of another shape.
    #[error("{argument}: {problem}")]
    Argument {
        /// Which.
        argument: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The service did not answer.
    #[error("the experiments service does not answer ({0}): try again in a moment")]
    Unreachable(String),
    /// The service refused.
    #[error("{detail}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The service's words.
        detail: String,
    },
}

impl Fault for ExperimentsError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Caller(_) | Self::Argument { .. } => FaultKind::InvalidInput,
            Self::NotDeployed | Self::Field(_) => FaultKind::Failed,
            Self::Unreachable(_) => FaultKind::Retryable,
            Self::Refused { status, .. } => match status {
                409 => FaultKind::Conflict,
                503 => FaultKind::Retryable,
                400..=499 => FaultKind::InvalidInput,
                _ => FaultKind::Failed,
            },
        }
    }
}
