//! What the connector cannot answer for. The engine shows the message to who asked the query.

use athena_federation::{SourceError, message::FunctionException};
use backend::BackendError;
use shared::{
    config::ConfigError,
    environment::MissingVariable,
    fault::{Fault, FaultKind},
};

/// A request without an answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectorError {
    /// The template did not set a variable.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// The declaration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The backend did not answer, or something else than rows.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

impl Fault for ConnectorError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Environment(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Backend(error) => error.kind(),
        }
    }
}

impl From<ConnectorError> for SourceError {
    fn from(error: ConnectorError) -> Self {
        match error {
            ConnectorError::Backend(BackendError::Throttled { .. }) => {
                Self::Throttled { retry_after: None }
            }
            ConnectorError::Backend(BackendError::Unauthorized { .. }) => {
                Self::Refused(error.to_string())
            }
            _ if error.kind() == FaultKind::InvalidInput => Self::InvalidInput(error.to_string()),
            _ => Self::failed(error),
        }
    }
}

impl From<ConnectorError> for FunctionException {
    fn from(error: ConnectorError) -> Self {
        SourceError::from(error).into()
    }
}
