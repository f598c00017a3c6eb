//! What a replay fails with. No message holds an id of a user or a session.

use interactions::{LogError, SettingsError};
use shared::{
    aws::AwsError,
    config::ConfigError,
    environment::MissingVariable,
    fault::{Fault, FaultKind},
};

/// A replay that failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplayError {
    /// A variable is missing.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// The settings cannot be read.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The estate's configuration cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The event log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A call failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The command line says something else.
    #[error("{0}")]
    Usage(String),
    /// Personalize or the table of visitors did not answer for long.
    #[error(
        "{0}; stopped after {1} interactions. Run it again when it answers: Personalize ignores what it has"
    )]
    GivenUp(String, u64),
    /// The estate has no event tracker.
    #[error(
        "the event tracker is not there: declare `eventTracker` in config/personalization.yaml and run apply-estate"
    )]
    NoTracker,
}

impl Fault for ReplayError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Environment(error) => error.kind(),
            Self::Settings(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Log(error) => error.kind(),
            Self::Aws(error) => error.kind(),
            Self::Usage(_) | Self::NoTracker => FaultKind::InvalidInput,
            Self::GivenUp(..) => FaultKind::Retryable,
        }
    }
}
