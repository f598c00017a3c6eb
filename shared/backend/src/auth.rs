//! Who asks: the secret and the token made with it, kept until the backend refuses them.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::{
    Url,
    header::{AUTHORIZATION, HeaderName, HeaderValue},
};
use shared::config::backend::Auth;
use tokio::{sync::Mutex, time::Instant};

use crate::{
    error::BackendError,
    secret::{Secret, Secrets},
    token::{self, Token},
};

/// Who asks, and what is known of it.
#[derive(Debug)]
pub(crate) struct Identity {
    auth: Auth,
    secrets: Secrets,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    secret: Option<Secret>,
    token: Option<(Token, Instant)>,
    /// Counts renewals: who was refused with credentials of an older one just takes the newer.
    generation: u64,
}

/// What a request carries.
#[derive(Debug, Clone, Default)]
pub(crate) struct Credentials {
    pub(crate) header: Option<(HeaderName, HeaderValue)>,
    pub(crate) query: Option<(String, String)>,
    generation: u64,
}

impl Identity {
    pub(crate) fn new(auth: Auth, secrets: Secrets) -> Self {
        Self {
            auth,
            secrets,
            known: Mutex::default(),
        }
    }

    /// Whether there is anything to renew.
    pub(crate) fn is_known(&self) -> bool {
        self.auth != Auth::None
    }

    /// The secret's members that are used.
    pub(crate) fn members(&self) -> Vec<String> {
        let members = self.auth.members().into_iter();
        members.map(str::to_owned).collect()
    }

    /// What a request to the backend at `base` carries now.
    pub(crate) async fn credentials(
        &self,
        http: &reqwest::Client,
        base: &Url,
    ) -> Result<Credentials, BackendError> {
        if !self.is_known() {
            return Ok(Credentials::default());
        }
        let mut known = self.known.lock().await;
        let fresh = known.secret.is_none();
        let mut secret = self.secret(&mut known).await?;
        let token = match self.token(&mut known, &secret, http, base).await {
            // The secret may have been changed since it was read.
            Err(BackendError::Token { .. }) if !fresh => {
                known.secret = None;
                secret = self.secret(&mut known).await?;
                self.token(&mut known, &secret, http, base).await?
            }
            token => token?,
        };
        let mut credentials = self.carried(&secret, token)?;
        credentials.generation = known.generation;
        Ok(credentials)
    }

    /// Forgets the secret and the token if `refused` were made of them: the next request reads anew.
    pub(crate) async fn renew(&self, refused: &Credentials) {
        let mut known = self.known.lock().await;
        if known.generation == refused.generation {
            *known = Known {
                generation: refused.generation + 1,
                ..Known::default()
            };
        }
    }

    async fn secret(&self, known: &mut Known) -> Result<Secret, BackendError> {
        if let Some(secret) = &known.secret {
            return Ok(secret.clone());
        }
        if let (Secrets::None, Some(member)) = (&self.secrets, self.auth.members().first()) {
            return Err(BackendError::NoSecret {
                member: (*member).to_owned(),
            });
        }
        let secret = self.secrets.read().await?;
        known.secret = Some(secret.clone());
        Ok(secret)
    }

    /// The token of a client, asked for anew when the one before is about to expire.
    async fn token(
        &self,
        known: &mut Known,
        secret: &Secret,
        http: &reqwest::Client,
        base: &Url,
    ) -> Result<Option<Token>, BackendError> {
        let Auth::ClientCredentials { .. } = &self.auth else {
            return Ok(None);
        };
        match &known.token {
            Some((token, until)) if *until > Instant::now() => Ok(Some(token.clone())),
            _ => {
                let (token, lasts) = token::ask(http, base, &self.auth, secret).await?;
                known.token = Some((token.clone(), Instant::now() + kept(lasts)));
                Ok(Some(token))
            }
        }
    }

    fn carried(&self, secret: &Secret, token: Option<Token>) -> Result<Credentials, BackendError> {
        let (mut header, mut query) = (None, None);
        match &self.auth {
            Auth::None => {}
            Auth::Basic { username, password } => {
                let (username, password) = (secret.member(username)?, secret.member(password)?);
                header = Some((AUTHORIZATION, basic(username, password), "username"));
            }
            Auth::Bearer { token } => {
                let value = format!("Bearer {}", secret.member(token)?);
                header = Some((AUTHORIZATION, value, token.as_str()));
            }
            Auth::Header { name, member } => {
                let known = HeaderName::try_from(name).map_err(|_| BackendError::Unsendable {
                    path: "/".to_owned(),
                    message: format!("`{name}` is no name of a header"),
                })?;
                header = Some((known, secret.member(member)?.to_owned(), member));
            }
            Auth::Query { name, member } => {
                query = Some((name.clone(), secret.member(member)?.to_owned()));
            }
            Auth::ClientCredentials { client_secret, .. } => {
                header = token.map(|token| {
                    let value = format!("Bearer {}", token.value());
                    (AUTHORIZATION, value, client_secret.as_str())
                });
            }
        }
        let header = header.map(|(name, value, member)| sensitive(name, &value, member));
        Ok(Credentials {
            header: header.transpose()?,
            query,
            ..Credentials::default()
        })
    }
}

/// The value of `Authorization` for a name and a password.
pub(crate) fn basic(username: &str, password: &str) -> String {
    let pair = BASE64_STANDARD.encode(format!("{username}:{password}"));
    format!("Basic {pair}")
}

fn sensitive(
    name: HeaderName,
    value: &str,
    member: &str,
) -> Result<(HeaderName, HeaderValue), BackendError> {
    let mut value = HeaderValue::try_from(value).map_err(|_| BackendError::Unsendable {
        path: "/".to_owned(),
        message: format!("the secret's `{member}` has characters that no header can have"),
    })?;
    value.set_sensitive(true);
    Ok((name, value))
}

/// A token is given up a minute before its end, or with a tenth of its time left if that is later.
fn kept(lasts: Duration) -> Duration {
    let tenth = lasts / 10;
    lasts.saturating_sub(tenth.min(Duration::from_secs(60)))
}
