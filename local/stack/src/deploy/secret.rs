//! The secret that the functions read the sample shop with. On AWS the person who deploys makes it.

use aws_sdk_secretsmanager::operation::create_secret::CreateSecretError;
use serde_json::json;

use crate::aws::Clients;
use crate::error::{Error, Result};

/// What the sample shop takes for a token, a key and a password, in the shape of every backend.
pub const TOKEN: &str = "local";
/// What the sample shop signs its webhooks with.
pub const WEBHOOK_SECRET: &str = "local-webhook";

const NAME: &str = "retail-personalization-local-backend";

/// Makes the secret when it is not there; its ARN.
///
/// # Errors
/// [`Error::Aws`].
pub async fn ensure(clients: &Clients) -> Result<String> {
    let client = &clients.secrets;
    let value = json!({
        "token": TOKEN, "accessToken": TOKEN,
        "clientId": "local", "clientSecret": TOKEN,
        "consumerKey": "local", "consumerSecret": TOKEN,
        "webhookSecret": WEBHOOK_SECRET,
    })
    .to_string();
    let made = client
        .create_secret()
        .name(NAME)
        .secret_string(value)
        .send()
        .await;
    let arn = match made {
        Ok(made) => made.arn,
        Err(error)
            if error
                .as_service_error()
                .is_some_and(CreateSecretError::is_resource_exists_exception) =>
        {
            let there = client.describe_secret().secret_id(NAME).send().await;
            there
                .map_err(Error::aws("secretsmanager:DescribeSecret"))?
                .arn
        }
        Err(error) => return Err(Error::aws("secretsmanager:CreateSecret")(error)),
    };
    arn.ok_or_else(|| Error::Unexpected("Secrets Manager made a secret without an ARN".into()))
}
