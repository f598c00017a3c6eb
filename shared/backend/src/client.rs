//! Sends requests and reads answers. The only part of this crate that does input and output.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use bytes::{Bytes, BytesMut};
use reqwest::{Url, header::CONTENT_TYPE, redirect::Policy};
use shared::config::backend::Auth;

use crate::{
    answer::Answer,
    auth::{Credentials, Identity},
    error::BackendError,
    origin,
    pace::Pace,
    redirect::redirected,
    request::Request,
    retry::{Patience, Tries, retry_after},
    secret::Secrets,
};

/// The largest body read, in bytes, after decompression.
pub const MAX_BODY: usize = 32 * 1024 * 1024;

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// The longest silence of an answer that has begun.
const READ_WITHIN: Duration = Duration::from_secs(30);
/// The longest request.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);
const MAX_REDIRECTS: u32 = 5;

/// A client of one backend.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    identity: Identity,
    pace: Pace,
    patience: Patience,
    throttled: AtomicU64,
}

/// Why an attempt brought no answer.
enum Broken {
    /// Another may.
    Passing(String),
    /// None will.
    For(BackendError),
}

impl Client {
    /// A client of the backend at `url` (`BACKEND_URL`) that says by `auth` who it is, and sends at
    /// most `per_second` requests a second. Asks nothing yet.
    ///
    /// # Errors
    /// [`BackendError::Address`] when `url` is none, [`BackendError::Unsendable`] when TLS cannot be
    /// set up.
    pub fn new(
        url: &str,
        auth: Auth,
        secrets: Secrets,
        per_second: Option<f64>,
    ) -> Result<Self, BackendError> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_WITHIN)
            .read_timeout(READ_WITHIN)
            .timeout(ANSWER_WITHIN)
            .redirect(Policy::none())
            .user_agent(concat!(
                "retail-personalization/",
                env!("CARGO_PKG_VERSION")
            ))
            .build()
            .map_err(|error| BackendError::Unsendable {
                path: "/".to_owned(),
                message: error.to_string(),
            })?;
        Ok(Self {
            http,
            base: origin::base(url)?,
            identity: Identity::new(auth, secrets),
            pace: Pace::new(per_second),
            patience: Patience::default(),
            throttled: AtomicU64::new(0),
        })
    }

    /// The same with another patience.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// How often the backend throttled since this was asked last.
    pub fn take_throttled(&self) -> u64 {
        self.throttled.swap(0, Ordering::Relaxed)
    }

    /// Sends `request` until it is answered: throttling is waited for, failures are tried again,
    /// credentials that are refused are renewed once.
    ///
    /// # Errors
    /// [`BackendError`], by what happened; [`BackendError::is_not_found`] for a 404.
    pub async fn send(&self, request: &Request) -> Result<Answer, BackendError> {
        let (mut url, trusted) = origin::resolve(&self.base, request)?;
        let path = request.name();
        let mut tries = Tries::new(self.patience);
        let mut redirects = 0;
        loop {
            self.pace.turn().await;
            let credentials = self.credentials(trusted).await?;
            let answer = match self.attempt(&url, request, &credentials).await {
                Ok(answer) => answer,
                Err(Broken::For(error)) => return Err(error),
                Err(Broken::Passing(message)) => {
                    self.wait_after_silence(&mut tries, &path, message).await?;
                    continue;
                }
            };
            match answer.status {
                200..=299 => return Ok(answer),
                300..=399 if redirects < MAX_REDIRECTS => {
                    redirects += 1;
                    url = redirected(&url, request, &answer)?;
                }
                401 if trusted && self.identity.is_known() && tries.may_renew() => {
                    tracing::info!(
                        path,
                        "the backend refuses the credentials; they are renewed"
                    );
                    self.identity.renew(&credentials).await;
                }
                429 | 503 if answer.status == 429 || answer.header("retry-after").is_some() => {
                    self.wait_while_throttled(&mut tries, &path, &answer)
                        .await?;
                }
                408 | 425 | 500..=599 => {
                    self.wait_after_failure(&mut tries, &path, answer.status)
                        .await?;
                }
                _ => return Err(self.refusal(path, &answer)),
            }
        }
    }

    async fn credentials(&self, trusted: bool) -> Result<Credentials, BackendError> {
        if trusted {
            self.identity.credentials(&self.http, &self.base).await
        } else {
            Ok(Credentials::default())
        }
    }

    async fn wait_after_silence(
        &self,
        tries: &mut Tries,
        path: &str,
        message: String,
    ) -> Result<(), BackendError> {
        let wait = tries.failed().ok_or_else(|| BackendError::Unreachable {
            path: path.to_owned(),
            attempts: tries.failures(),
            message,
        })?;
        tokio::time::sleep(wait).await;
        Ok(())
    }

    async fn wait_after_failure(
        &self,
        tries: &mut Tries,
        path: &str,
        status: u16,
    ) -> Result<(), BackendError> {
        let wait = tries.failed().ok_or_else(|| BackendError::Failing {
            path: path.to_owned(),
            status,
            attempts: tries.failures(),
        })?;
        tracing::warn!(
            path,
            status,
            "the backend fails; the request is tried again"
        );
        tokio::time::sleep(wait).await;
        Ok(())
    }

    async fn wait_while_throttled(
        &self,
        tries: &mut Tries,
        path: &str,
        answer: &Answer,
    ) -> Result<(), BackendError> {
        self.throttled.fetch_add(1, Ordering::Relaxed);
        let asked = retry_after(answer, SystemTime::now());
        let wait = tries.throttled(path, asked)?;
        self.pace.hold(wait).await;
        Ok(())
    }

    async fn attempt(
        &self,
        url: &Url,
        request: &Request,
        credentials: &Credentials,
    ) -> Result<Answer, Broken> {
        let mut url = url.clone();
        if let Some((name, value)) = &credentials.query {
            origin::set_parameter(&mut url, name, value);
        }
        let mut builder = match &request.body {
            Some(body) => self
                .http
                .post(url)
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone()),
            None => self.http.get(url),
        };
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if let Some((name, value)) = &credentials.header {
            builder = builder.header(name, value);
        }
        let mut answer = match builder.send().await {
            Ok(answer) => answer,
            Err(error) if error.is_builder() => {
                return Err(Broken::For(BackendError::Unsendable {
                    path: request.name(),
                    message: "a header has characters that none can have".to_owned(),
                }));
            }
            Err(error) => return Err(passing(error)),
        };
        let body = body(&mut answer, &request.name()).await?;
        let status = answer.status().as_u16();
        let headers = std::mem::take(answer.headers_mut());
        Ok(Answer::received(status, headers, body))
    }

    fn refusal(&self, path: String, answer: &Answer) -> BackendError {
        match answer.status {
            401 | 403 => BackendError::Unauthorized {
                path,
                status: answer.status,
                members: self.identity.members(),
            },
            404 | 410 => BackendError::NotFound { path },
            status => BackendError::Refused {
                path,
                status,
                // What it says may hold a secret or somebody's data.
                message: format!(
                    "its answer of {} bytes is not repeated here; the backend's own log has it",
                    answer.body.len()
                ),
            },
        }
    }
}

async fn body(answer: &mut reqwest::Response, path: &str) -> Result<Bytes, Broken> {
    let too_large = || {
        Broken::For(BackendError::TooLarge {
            path: path.to_owned(),
            limit: MAX_BODY,
        })
    };
    if answer
        .content_length()
        .is_some_and(|told| told > MAX_BODY as u64)
    {
        return Err(too_large());
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(passing)? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn passing(error: reqwest::Error) -> Broken {
    // The URL may hold a secret; the innermost cause says the most.
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    Broken::Passing(cause.to_string())
}
