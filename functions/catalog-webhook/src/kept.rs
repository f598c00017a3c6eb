//! What is kept between calls: how the backend signs, and its key.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use serde::Deserialize;
use shared::{
    aws::failure,
    config::backend::Webhook,
    environment::{self, MissingVariable},
    estate::EstateSource,
    refreshed::Source,
};

use crate::{error::WebhookError, key::is_long_enough};

/// What the configuration says of webhooks.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The estate's name.
    pub(crate) estate: String,
    /// How calls are signed; `None` when none are expected.
    pub(crate) webhook: Option<Webhook>,
    /// The version of the configuration.
    pub(crate) etag: Option<String>,
}

/// The configuration.
#[derive(Debug)]
pub(crate) struct SettingsSource(EstateSource);

impl SettingsSource {
    /// Where the environment says it is.
    ///
    /// # Errors
    /// When a variable is missing.
    pub(crate) fn from_environment(sdk: &SdkConfig) -> Result<Self, MissingVariable> {
        EstateSource::from_environment(sdk).map(Self)
    }
}

impl Source for SettingsSource {
    type Value = Settings;
    type Error = WebhookError;

    async fn read(&self, known: Option<Arc<Settings>>) -> Result<Settings, WebhookError> {
        let etag = known.as_ref().and_then(|known| known.etag.as_deref());
        let changed = self.0.changed_since(etag).await?;
        match (changed, known) {
            (Some(version), _) => {
                let backend = version.config.backend;
                let catalog = backend.and_then(|backend| backend.catalog);
                Ok(Settings {
                    estate: version.config.estate,
                    webhook: catalog.and_then(|catalog| catalog.webhook),
                    etag: version.etag,
                })
            }
            (None, Some(known)) => Ok(Settings::clone(&known)),
            (None, None) => Err(WebhookError::NotConfigured),
        }
    }
}

/// The key that the backend signs with.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Key(pub(crate) String);

/// The backend's secret.
#[derive(Debug)]
pub(crate) struct SecretSource {
    client: Client,
    /// Its name or ARN; empty when the deployment has none.
    id: String,
}

impl SecretSource {
    /// The one that the environment names, if it does.
    pub(crate) fn from_environment(sdk: &SdkConfig) -> Self {
        Self {
            client: Client::new(sdk),
            id: environment::or("BACKEND_SECRET", ""),
        }
    }
}

/// What of the secret is for webhooks.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members {
    webhook_secret: String,
}

impl Source for SecretSource {
    type Value = Key;
    type Error = WebhookError;

    async fn read(&self, _: Option<Arc<Key>>) -> Result<Key, WebhookError> {
        if self.id.is_empty() {
            return Err(WebhookError::NoSecret);
        }
        let answer = self.client.get_secret_value().secret_id(&self.id).send();
        let answer = answer
            .await
            .map_err(failure("secretsmanager:GetSecretValue"))?;
        key(&answer.secret_string.unwrap_or_default())
    }
}

/// The key in the secret's text, when it is one that nobody guesses.
fn key(secret: &str) -> Result<Key, WebhookError> {
    let members: Members = serde_json::from_str(secret).map_err(|_| WebhookError::NoKey)?;
    let key = members.webhook_secret;
    if key.trim().is_empty() {
        return Err(WebhookError::NoKey);
    }
    is_long_enough(&key).map(|()| Key(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_a_member_of_the_secret() {
        let secret = r#"{"token":"t","webhookSecret":"hush, and nobody knows"}"#;
        assert!(key(secret).is_ok_and(|key| key.0 == "hush, and nobody knows"));
        for wrong in [
            "",
            "hush",
            "{}",
            r#"{"webhookSecret":""}"#,
            r#"{"webhookSecret":"hush"}"#,
            r#"{"webhookSecret":"whsec_"}"#,
            r#"{"webhookSecret":7}"#,
        ] {
            let error = key(wrong).err().map(|error| error.to_string());
            let error = error.unwrap_or_default();
            assert!(error.contains("webhookSecret"), "{wrong}: {error}");
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
