//! The backend's secret: a JSON object of texts, read when it is first needed, and again when the
//! backend no longer takes what was read.

use std::{collections::BTreeMap, fmt};

use serde_json::Value;
use shared::aws::failure;

use crate::error::BackendError;

/// The members of a secret. Never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(BTreeMap<String, String>);

/// Where the secret is.
#[derive(Debug, Clone)]
pub enum Secrets {
    /// Nowhere: the backend needs none.
    None,
    /// In Secrets Manager.
    Manager {
        /// The service.
        client: aws_sdk_secretsmanager::Client,
        /// The secret's name or ARN.
        name: String,
    },
    /// In the caller's hands; reading it again gives the same.
    Known(Secret),
}

impl Secret {
    /// The secret of these members.
    #[must_use]
    pub fn new(members: BTreeMap<String, String>) -> Self {
        Self(members)
    }

    /// The value of a member.
    ///
    /// # Errors
    /// [`BackendError::SecretMember`] when there is none, or it is empty.
    pub fn member(&self, name: &str) -> Result<&str, BackendError> {
        let value = self.0.get(name).filter(|value| !value.is_empty());
        value
            .map(String::as_str)
            .ok_or_else(|| BackendError::SecretMember {
                member: name.to_owned(),
            })
    }

    fn parse(name: &str, text: &str) -> Result<Self, BackendError> {
        let shape = || BackendError::SecretShape {
            name: name.to_owned(),
        };
        let members: BTreeMap<String, Value> = serde_json::from_str(text).map_err(|_| shape())?;
        let texts = members.into_iter().map(|(name, value)| match value {
            Value::String(text) => Ok((name, text)),
            Value::Number(number) => Ok((name, number.to_string())),
            _ => Err(shape()),
        });
        Ok(Self(texts.collect::<Result<_, _>>()?))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(***)")
    }
}

impl Secrets {
    /// The secret in Secrets Manager under `name`; none when the name is empty.
    #[must_use]
    pub fn named(client: aws_sdk_secretsmanager::Client, name: String) -> Self {
        if name.is_empty() {
            Self::None
        } else {
            Self::Manager { client, name }
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`BackendError::Secret`] when Secrets Manager does not give it, [`BackendError::SecretShape`]
    /// when it is no JSON object of texts.
    pub async fn read(&self) -> Result<Secret, BackendError> {
        match self {
            Self::None => Ok(Secret::default()),
            Self::Known(secret) => Ok(secret.clone()),
            Self::Manager { client, name } => {
                let answer = client.get_secret_value().secret_id(name).send().await;
                let answer = answer
                    .map_err(failure("secretsmanager:GetSecretValue"))
                    .map_err(BackendError::Secret)?;
                Secret::parse(name, answer.secret_string.as_deref().unwrap_or_default())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_an_object_of_texts_and_is_never_shown() {
        let secret = Secret::parse("s", r#"{"token":"sesame-open","pin":1234567}"#).unwrap();
        assert_eq!(secret.member("pin").unwrap(), "1234567");
        assert!(!format!("{secret:?}").contains("sesame"));
        for wrong in ["sesame", "[]", r#"{"a":{}}"#, ""] {
            let refused = Secret::parse("s", wrong).unwrap_err().to_string();
            assert!(refused.contains("no JSON object"), "{refused}");
            assert!(!refused.contains("sesame"), "{refused}");
        }
    }

    #[test]
    fn an_empty_member_is_a_missing_one() {
        let secret = Secret::parse("s", r#"{"token":""}"#).unwrap();
        assert!(secret.member("token").is_err() && secret.member("other").is_err());
    }
}
