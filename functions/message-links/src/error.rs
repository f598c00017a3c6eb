//! Why a request could not be answered. Whoever asks is told to come again.

use interactions::NotLogged;
use messages::{MessagesError, links::LinkError};
use shared::{
    aws::AwsError,
    fault::{Fault, FaultKind},
};

/// Why a request could not be answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinksError {
    /// A call to AWS failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The secret cannot be used.
    #[error(transparent)]
    Secret(#[from] LinkError),
    /// A consent was not written.
    #[error(transparent)]
    Messages(#[from] MessagesError),
    /// A click was not logged.
    #[error(transparent)]
    Log(#[from] NotLogged),
}

impl Fault for LinksError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Aws(error) => error.kind(),
            Self::Secret(error) => error.kind(),
            Self::Messages(error) => error.kind(),
            Self::Log(error) => error.kind(),
        }
    }
}
