//! What can go wrong.

use interactions::SettingsError;
use shared::{
    fault::{Fault, FaultKind},
    visitor::VisitorError,
};

/// Why a run ended early. Whoever was not reached is still due.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResendError {
    /// What is declared cannot be read.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Memories cannot be read or written.
    #[error(transparent)]
    Visitor(#[from] VisitorError),
    /// Personalize does not take events now.
    #[error(
        "Personalize takes no events ({0}); who was not reached stays due, and the next run goes on"
    )]
    Personalize(String),
}

impl Fault for ResendError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Settings(error) => error.kind(),
            Self::Visitor(error) => error.kind(),
            Self::Personalize(_) => FaultKind::Retryable,
        }
    }
}
