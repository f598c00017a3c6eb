//! Errors as the engine knows them.

use crate::{
    error::{ProtocolError, SourceError},
    message::FunctionException,
};

/// The engine slows down and tries again.
const THROTTLED: &str =
    "com.amazonaws.athena.connector.lambda.exceptions.FederationThrottleException";

/// The engine fails the query with the message.
const FAILED: &str = "com.amazonaws.athena.connector.lambda.exceptions.AthenaConnectorException";

impl From<SourceError> for FunctionException {
    fn from(error: SourceError) -> Self {
        let error_type = match error {
            SourceError::Throttled { .. } => THROTTLED,
            _ => FAILED,
        };
        Self {
            error_message: Some(error.to_string()),
            error_type: Some(error_type.to_owned()),
            ..Self::default()
        }
    }
}

impl From<ProtocolError> for FunctionException {
    fn from(error: ProtocolError) -> Self {
        SourceError::from(error).into()
    }
}

impl FunctionException {
    /// Whether the source was too busy.
    #[must_use]
    pub fn is_throttling(&self) -> bool {
        self.error_type.as_deref() == Some(THROTTLED)
    }
}
