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
    /// The key for webhooks is so short that anybody finds it by trying.
    #[error(
        "`webhookSecret` of the backend's secret has a key of {bytes} bytes, and fewer than {least} are soon guessed (`whsec_` is no part of one); copy the whole secret from the backend, or have it make a longer one"
    )]
    ShortKey {
        /// How long it is.
        bytes: usize,
        /// The fewest bytes that are taken.
        least: usize,
    },
    /// The key is said to be Base64 and is not.
    #[error(
        "`webhookSecret` of the backend's secret begins with `whsec_`, and what follows is not Base64; copy the whole secret from the backend"
    )]
    BrokenKey,
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
            Self::NotConfigured
            | Self::Lacks(_)
            | Self::NoSecret
            | Self::NoKey
            | Self::ShortKey { .. }
            | Self::BrokenKey => FaultKind::InvalidInput,
            Self::Refused { .. } => FaultKind::Retryable,
        }
    }
}
