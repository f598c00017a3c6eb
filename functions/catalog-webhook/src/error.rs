//! Why a call of the backend's could not be taken. It is asked to call again.

use shared::{
    aws::AwsError,
    config::ConfigError,
    fault::{Fault, FaultKind},
};

/// Why a call could not be taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WebhookError {
    /// The estate's configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A call to AWS failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The configuration does not say how calls are signed.
    #[error(
        "the configuration has no `backend.catalog.webhook`, so no call can be checked; declare its `kind`, or remove the webhook from the backend"
    )]
    NotConfigured,
    /// The configuration lacks what the kind needs.
    #[error(
        "`backend.catalog.webhook` of the kind `hmac` needs `{0}`; add it to the configuration"
    )]
    Lacks(&'static str),
    /// The deployment names no secret.
    #[error(
        "the environment variable BACKEND_SECRET is not set, so no call can be checked; deploy with BackendSecretArn"
    )]
    NoSecret,
    /// The secret has no key for webhooks.
    #[error(
        "the backend's secret has no text `webhookSecret`, so no call can be checked; add it to the secret, which is a JSON object"
    )]
    NoKey,
    /// EventBridge answered, and did not take the event.
    #[error("the event bus refused the event {attempts} times ({code})")]
    Refused {
        /// How often it was tried.
        attempts: usize,
        /// EventBridge's code.
        code: String,
    },
}

impl Fault for WebhookError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Config(error) => error.kind(),
            Self::Aws(error) => error.kind(),
            Self::NotConfigured | Self::Lacks(_) | Self::NoSecret | Self::NoKey => {
                FaultKind::InvalidInput
            }
            Self::Refused { .. } => FaultKind::Retryable,
        }
    }
}
