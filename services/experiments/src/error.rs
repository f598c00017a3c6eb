//! What can go wrong, with what to do about it, and the HTTP status of each.

use axum::http::StatusCode;
use shared::{
    aws::AwsError,
    batch::BatchError,
    config::ConfigError,
    environment::MissingVariable,
    experiments::ExperimentsError,
    fault::{Fault, FaultKind},
    lists::ListsError,
    operations::OperationsError,
    state_change::PublishError,
};

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServiceError {
    /// The body of a request is something else.
    #[error("at `{path}`: {message}; see docs/experiments.md")]
    Body {
        /// Where in the body.
        path: String,
        /// What is wrong there.
        message: String,
    },
    /// Of the right shape, but contradicting itself, other experiments or the estate.
    #[error("{}", .0.join("; "))]
    Unsound(Vec<String>),
    /// There is no such experiment.
    #[error("there is no experiment {0:?}: GET /v1/experiments lists them")]
    Unknown(String),
    /// Nothing was counted yet.
    #[error("experiment {0:?} has no results yet: the first are made some minutes after the start")]
    NoResults(String),
    /// Nothing was counted yet of a hold-out.
    #[error(
        "there are no results of a hold-out yet: hold out a share (PUT /v1/hold-out), the first results are made some minutes later"
    )]
    NoHoldOutResults,
    /// Not from where the experiment is.
    #[error("{0}")]
    NotNow(String),
    /// The call failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The definitions could not be read or written.
    #[error(transparent)]
    Definitions(#[from] ExperimentsError),
    /// Many keys could not be read.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The declared estate could not be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// What is known of the estate could not be read or written.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// Drafts could not be read.
    #[error(transparent)]
    Lists(#[from] ListsError),
    /// A state change was not taken by the bus.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// A variable is missing.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// A variable is no number.
    #[error("the environment variable {name} is {value:?}: a number of seconds above 0")]
    NotSeconds {
        /// Its name.
        name: &'static str,
        /// What it is.
        value: String,
    },
    /// The variable is no address.
    #[error("the environment variable LISTEN is {0:?}: an address and a port, as 127.0.0.1:4580")]
    NotAnAddress(String),
    /// What is stored is something else.
    #[error("{place} has another shape: {message}; it was written by another release")]
    Shape {
        /// The table's key or the object.
        place: String,
        /// What does not fit.
        message: String,
    },
    /// Another task took over.
    #[error("another task holds the lease now: this one stops counting")]
    LeaseLost,
    /// The port cannot be listened on, or signals not be received.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// The system's words.
        source: std::io::Error,
    },
}

impl ServiceError {
    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Body { .. } => StatusCode::BAD_REQUEST,
            Self::Unsound(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unknown(_) | Self::NoResults(_) | Self::NoHoldOutResults => StatusCode::NOT_FOUND,
            Self::NotNow(_) | Self::Definitions(ExperimentsError::Changed) => StatusCode::CONFLICT,
            other if other.kind() == FaultKind::Retryable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl Fault for ServiceError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Body { .. }
            | Self::Unsound(_)
            | Self::Unknown(_)
            | Self::NoResults(_)
            | Self::NoHoldOutResults => FaultKind::InvalidInput,
            Self::NotNow(_) | Self::LeaseLost => FaultKind::Conflict,
            Self::Aws(error) => error.kind(),
            Self::Definitions(error) => error.kind(),
            Self::Batch(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Lists(error) => error.kind(),
            Self::Publish(error) => error.kind(),
            Self::Environment(_)
            | Self::NotSeconds { .. }
            | Self::NotAnAddress(_)
            | Self::Shape { .. }
            | Self::Io { .. } => FaultKind::Failed,
        }
    }
}
