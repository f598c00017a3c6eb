//! Customers who sign in: users of the deployed pool, made when they are first asked for. Their names
//! are the shop's user ids.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::http;

const PATIENCE: Duration = Duration::from_secs(30);

/// The pool of the deployed stack, which is asked too seldom for an SDK.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shoppers<'a> {
    /// The front door.
    pub(crate) endpoint: &'a str,
    /// The output `UserPoolId`.
    pub(crate) pool: &'a str,
    /// The output `UserPoolClientId`.
    pub(crate) client: &'a str,
}

impl Shoppers<'_> {
    /// A token of `user`, good for an hour.
    ///
    /// # Errors
    /// [`Error::Unexpected`] with what Cognito said.
    pub(crate) async fn token(&self, user: &str) -> Result<String> {
        // Nobody has to know it: whoever wants to be this user again asks here.
        let password = format!("Aa1-{}", Uuid::new_v4());
        let of_user = json!({ "UserPoolId": self.pool, "Username": user });
        let with = |more: Value| {
            let mut body = of_user.clone();
            if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
                body.extend(more);
            }
            body
        };
        let made = self.call(
            "AdminCreateUser",
            with(json!({ "MessageAction": "SUPPRESS" })),
        );
        match made.await {
            Err(Error::Unexpected(said)) if !said.contains("UsernameExistsException") => {
                return Err(Error::Unexpected(said));
            }
            _ => {}
        }
        let password_of = json!({ "Password": password, "Permanent": true });
        self.call("AdminSetUserPassword", with(password_of)).await?;
        let sign_in = json!({
            "UserPoolId": self.pool, "ClientId": self.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": user, "PASSWORD": password },
        });
        let answer = self.call("AdminInitiateAuth", sign_in).await?;
        let token = answer["AuthenticationResult"]["IdToken"].as_str();
        token
            .map(str::to_owned)
            .ok_or_else(|| Error::Unexpected(format!("Cognito signed nobody in: {answer}")))
    }

    /// Puts `user` into the group of administrators.
    ///
    /// # Errors
    /// [`Error::Unexpected`] with what Cognito said.
    pub(crate) async fn administrates(&self, user: &str) -> Result<()> {
        let body = json!({ "UserPoolId": self.pool, "Username": user, "GroupName": "admins" });
        self.call("AdminAddUserToGroup", body).await.map(|_| ())
    }

    async fn call(&self, operation: &str, body: Value) -> Result<Value> {
        let wrong = |said: String| Error::Unexpected(format!("Cognito's {operation}: {said}"));
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", target.as_str()),
        ];
        let sent = http::send(
            Method::POST,
            self.endpoint,
            &headers,
            body.to_string(),
            PATIENCE,
        );
        let (status, body) = sent.await.map_err(wrong)?;
        let said = || wrong(String::from_utf8_lossy(&body).into_owned());
        match status.is_success() {
            true => serde_json::from_slice(&body).map_err(|_| said()),
            false => Err(said()),
        }
    }
}
