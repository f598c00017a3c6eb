//! The secret that links are made with.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use messages::links::Signer;
use shared::{
    aws::failure,
    environment::{self, MissingVariable},
    refreshed::Source,
};

use crate::error::LinksError;

/// The secret in AWS Secrets Manager.
#[derive(Debug)]
pub(crate) struct SecretSource {
    client: Client,
    /// Its ARN.
    id: String,
}

impl SecretSource {
    /// The one that the environment names.
    ///
    /// # Errors
    /// When it names none.
    pub(crate) fn from_environment(sdk: &SdkConfig) -> Result<Self, MissingVariable> {
        Ok(Self {
            client: Client::new(sdk),
            id: environment::required("LINKS_SECRET")?,
        })
    }
}

impl Source for SecretSource {
    type Value = Signer;
    type Error = LinksError;

    async fn read(&self, _: Option<Arc<Signer>>) -> Result<Signer, LinksError> {
        let answer = self.client.get_secret_value().secret_id(&self.id).send();
        let answer = answer
            .await
            .map_err(failure("secretsmanager:GetSecretValue"))?;
        Ok(Signer::from_secret(
            &answer.secret_string.unwrap_or_default(),
        )?)
    }
}
