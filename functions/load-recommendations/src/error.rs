//! What the step fails with, and why a list may stay as it is, which is no failure.

use shared::{
    aws::AwsError,
    config::ConfigError,
    environment::MissingVariable,
    fault::{Fault, FaultKind},
    lists::ListsError,
    operations::OperationsError,
};

/// A list that was not loaded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    /// The template did not set a variable.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// The declaration is unreadable or unsound.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The states of the estate are unreadable.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// Personalize failed.
    #[error(transparent)]
    Personalize(#[from] AwsError),
    /// There is nothing to write: the step answers with the reason.
    #[error("the list stays as it is: {0}")]
    Unchanged(String),
    /// The list could not be written.
    #[error(transparent)]
    Lists(#[from] ListsError),
}

impl Fault for LoadError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Environment(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Personalize(error) => error.kind(),
            Self::Lists(error) => error.kind(),
            Self::Unchanged(_) => FaultKind::Failed,
        }
    }
}
