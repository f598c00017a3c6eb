//! Tokens by a client's credentials: RFC 6749, 4.4.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use reqwest::{
    Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
};
use serde::Deserialize;
use shared::config::backend::{Auth, ClientAuth};

use crate::{
    answer::Answer,
    auth::basic,
    error::BackendError,
    retry::{Patience, Tries, retry_after},
    secret::Secret,
};

/// How long a token is kept whose life is not told.
const UNTOLD: Duration = Duration::from_secs(300);
/// The longest life that is believed.
const LONGEST: Duration = Duration::from_secs(86_400);
/// The largest answer that is read.
const MAX_ANSWER: usize = 64 * 1024;

/// A token. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(String);

impl Token {
    pub(crate) fn value(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(***)")
    }
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: Option<f64>,
}

/// Why no token is given: RFC 6749, 5.2. Any other text is the place's own, and not repeated.
const REASONS: [&str; 6] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
];

#[derive(Deserialize)]
struct Refused {
    error: String,
}

/// Why another attempt is worth it, and the least to wait when the place says.
struct Again {
    message: String,
    retry_after: Option<Duration>,
}

/// Asks for a token; gives how long it lasts, too. Failures of the place are tried again.
pub(crate) async fn ask(
    http: &reqwest::Client,
    base: &Url,
    auth: &Auth,
    secret: &Secret,
) -> Result<(Token, Duration), BackendError> {
    let Auth::ClientCredentials { token_url, .. } = auth else {
        return Err(failed("", "the authentication has no tokens"));
    };
    let place = place(base, token_url)?;
    let patience = Patience::default();
    let mut tries = Tries::new(patience);
    loop {
        let again = match asked_once(http, &place, auth, secret).await? {
            Ok(granted) => return Ok(granted),
            Err(again) => again,
        };
        let Some(wait) = tries.failed() else {
            return Err(BackendError::Unreachable {
                path: name(&place),
                attempts: tries.failures(),
                message: again.message,
            });
        };
        let asked = again.retry_after.unwrap_or_default();
        tokio::time::sleep(wait.max(asked.min(patience.longest_wait))).await;
    }
}

/// `Ok(Err(..))` is worth another attempt.
async fn asked_once(
    http: &reqwest::Client,
    place: &Url,
    auth: &Auth,
    secret: &Secret,
) -> Result<Result<(Token, Duration), Again>, BackendError> {
    let request = request(http, place, auth, secret)?;
    let mut answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) => return Ok(Err(silence(error))),
    };
    let status = answer.status().as_u16();
    let headers = std::mem::take(answer.headers_mut());
    let mut body = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= MAX_ANSWER => {
                body.extend_from_slice(&chunk);
            }
            Ok(Some(_)) => return Err(failed(&name(place), "it answers with a whole document")),
            Ok(None) => break,
            Err(error) => return Ok(Err(silence(error))),
        }
    }
    match status {
        429 | 500..=599 => Ok(Err(Again {
            message: format!("status {status}"),
            retry_after: retry_after(
                &Answer::received(status, headers, Bytes::new()),
                SystemTime::now(),
            ),
        })),
        200..=299 => granted(place, &body).map(Ok),
        _ => {
            let refused: Option<Refused> = serde_json::from_slice(&body).ok();
            let known = |refused: Refused| REASONS.into_iter().find(|one| *one == refused.error);
            let reason = refused.and_then(known).unwrap_or_default();
            Err(failed(&name(place), &format!("status {status} {reason}")))
        }
    }
}

fn silence(error: reqwest::Error) -> Again {
    Again {
        message: error.without_url().to_string(),
        retry_after: None,
    }
}

fn request(
    http: &reqwest::Client,
    place: &Url,
    auth: &Auth,
    secret: &Secret,
) -> Result<reqwest::RequestBuilder, BackendError> {
    let Auth::ClientCredentials {
        client_id,
        client_secret,
        scope,
        client_auth,
        ..
    } = auth
    else {
        return Err(failed("", "the authentication has no tokens"));
    };
    let (id, password) = (secret.member(client_id)?, secret.member(client_secret)?);
    let mut members = vec![("grant_type", "client_credentials")];
    members.extend(scope.as_deref().map(|scope| ("scope", scope)));
    let mut request = http
        .post(place.clone())
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    match client_auth {
        ClientAuth::Basic => {
            let value = basic(&encoded(id), &encoded(password));
            request = request.header(AUTHORIZATION, value);
        }
        ClientAuth::Body => members.extend([("client_id", id), ("client_secret", password)]),
    }
    Ok(request.body(form(&members)))
}

fn granted(place: &Url, body: &[u8]) -> Result<(Token, Duration), BackendError> {
    let granted: Granted = serde_json::from_slice(body)
        .map_err(|_| failed(&name(place), "its answer has no access_token"))?;
    let lasts = granted.expires_in.map(Duration::try_from_secs_f64);
    let lasts = lasts.and_then(Result::ok).unwrap_or(UNTOLD).min(LONGEST);
    Ok((Token(granted.access_token), lasts))
}

/// Where tokens are: by HTTPS, or at the backend itself.
fn place(base: &Url, token_url: &str) -> Result<Url, BackendError> {
    let url = base
        .join(token_url)
        .map_err(|error| failed(token_url, &error.to_string()))?;
    if url.scheme() == "https" || url.origin() == base.origin() {
        Ok(url)
    } else {
        Err(failed(
            &name(&url),
            "it is neither https:// nor the backend",
        ))
    }
}

/// As HTML forms are encoded; the URL type is the one that knows how.
fn form(members: &[(&str, &str)]) -> String {
    let mut url = Url::parse("http://form/").ok();
    if let Some(url) = &mut url {
        url.query_pairs_mut().extend_pairs(members);
    }
    let query = url.as_ref().and_then(Url::query);
    query.unwrap_or_default().to_owned()
}

/// One value as HTML forms are encoded.
fn encoded(value: &str) -> String {
    let member = form(&[("", value)]);
    member.strip_prefix('=').unwrap_or(&member).to_owned()
}

fn name(place: &Url) -> String {
    format!("{}{}", place.origin().ascii_serialization(), place.path())
}

fn failed(place: &str, message: &str) -> BackendError {
    BackendError::Token {
        place: place.to_owned(),
        message: message.trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_asked_for_by_https_or_at_the_backend() {
        let base = Url::parse("http://127.0.0.1:8080").unwrap();
        assert!(place(&base, "/oauth/token").is_ok());
        assert!(place(&base, "https://auth.shop.example/oauth/token").is_ok());
        assert!(place(&base, "http://auth.shop.example/oauth/token").is_err());
    }

    #[test]
    fn a_token_of_untold_or_endless_life_is_kept_for_a_while() {
        let base = Url::parse("https://a.example").unwrap();
        let lasts = |body: &str| granted(&base, body.as_bytes()).map(|(_, lasts)| lasts.as_secs());
        assert_eq!(lasts(r#"{"access_token":"t"}"#).unwrap(), 300);
        assert_eq!(
            lasts(r#"{"access_token":"t","expires_in":60}"#).unwrap(),
            60
        );
        assert_eq!(
            lasts(r#"{"access_token":"t","expires_in":1e9}"#).unwrap(),
            86_400
        );
        assert!(lasts("{}").is_err());
        assert!(!format!("{:?}", Token("sesame".to_owned())).contains("sesame"));
    }
}
