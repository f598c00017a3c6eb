//! Lambda: functions invoked by its HTTP API, signed as the environment says.

use std::{
    env,
    time::{Duration, SystemTime},
};

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_s3::config::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use reqwest::{
    Client, Response, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use serde_json::Value;

use crate::error::Error;

/// What Lambda takes and gives at most, in bytes.
const PAYLOAD: usize = 6 << 20;
/// How often a call is tried while Lambda is busy.
const ATTEMPTS: u32 = 6;
/// The first pause between two attempts; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(200);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// No function runs longer.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// A Lambda service.
#[derive(Debug)]
pub(crate) struct Lambda {
    http: Client,
    endpoint: String,
    region: String,
    credentials: Option<SharedCredentialsProvider>,
}

/// Why there is no answer of a function.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvokeError {
    /// The function failed, and says why.
    #[error("{message}")]
    Function {
        /// Its error type.
        kind: String,
        /// Its words.
        message: String,
    },
    /// Lambda did not run it.
    #[error("{message}")]
    Service {
        /// The service's error type.
        kind: String,
        /// The service's words.
        message: String,
    },
}

impl InvokeError {
    fn service(kind: &str, message: impl Into<String>) -> Self {
        Self::Service {
            kind: kind.to_owned(),
            message: message.into(),
        }
    }

    /// The error's type.
    #[must_use]
    pub(crate) fn kind(&self) -> &str {
        match self {
            Self::Function { kind, .. } | Self::Service { kind, .. } => kind,
        }
    }
}

impl Lambda {
    /// At an endpoint; without one, AWS as the environment says.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub(crate) async fn connect(endpoint: Option<&str>) -> Result<Self, Error> {
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12());
        if endpoint.is_some() {
            if env::var_os("AWS_ACCESS_KEY_ID").is_none() {
                let any = Credentials::new("test", "test", None, None, "local");
                loader = loader.credentials_provider(any);
            }
            if env::var_os("AWS_REGION").is_none() {
                loader = loader.region(Region::from_static("us-east-1"));
            }
        }
        let config = loader.load().await;
        let region = config
            .region()
            .map_or("us-east-1", |region| region.as_ref());
        let endpoint = endpoint.map_or_else(
            || format!("https://lambda.{region}.amazonaws.com"),
            |endpoint| endpoint.trim_end_matches('/').to_owned(),
        );
        let http = Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(PATIENCE)
            .build()
            .map_err(|error| Error::Lambda(error.to_string()))?;
        Ok(Self {
            http,
            endpoint,
            region: region.to_owned(),
            credentials: config.credentials_provider(),
        })
    }

    /// Calls a function and waits for its answer.
    ///
    /// # Errors
    /// When the function fails, or Lambda does not run it after several attempts.
    pub(crate) async fn invoke(
        &self,
        function: &str,
        payload: Vec<u8>,
    ) -> Result<Vec<u8>, InvokeError> {
        if payload.len() > PAYLOAD {
            return Err(InvokeError::service(
                "RequestTooLargeException",
                format!(
                    "the request has {} bytes, and Lambda takes {PAYLOAD}",
                    payload.len()
                ),
            ));
        }
        // Names and ARNs have no other characters than these; anything else would be another path.
        let good = |sign: char| sign.is_ascii_alphanumeric() || "-_:$".contains(sign);
        if function.is_empty() || !function.chars().all(good) {
            return Err(InvokeError::service(
                "InvalidParameterValueException",
                format!("'{function}' is not the name or ARN of a function"),
            ));
        }
        let url = format!(
            "{}/2015-03-31/functions/{function}/invocations",
            self.endpoint
        );
        let mut pause = PAUSE;
        for attempt in 1.. {
            let error = match self.attempt(&url, &payload).await {
                Ok(response) if !busy(response.status()) => return answer(response).await,
                Ok(response) => {
                    pause = pause.max(retry_after(&response));
                    let status = response.status();
                    let text = response.text().await.unwrap_or_default();
                    service_error(status, &text)
                }
                Err(error) => error,
            };
            if attempt == ATTEMPTS {
                return Err(error);
            }
            tracing::debug!(function, %error, attempt, "Lambda is busy");
            tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
            pause *= 2;
        }
        Err(InvokeError::service(
            "TooManyRequestsException",
            "no attempt was made",
        ))
    }

    async fn attempt(&self, url: &str, payload: &[u8]) -> Result<Response, InvokeError> {
        let broken = |problem: String| InvokeError::service("NoConnection", problem);
        let mut request = self
            .http
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .body(payload.to_vec());
        for (name, value) in self.signature(url, payload).await? {
            request = request.header(name, value);
        }
        request.send().await.map_err(|error| {
            broken(format!(
                "{} does not answer: {}",
                self.endpoint,
                root(&error)
            ))
        })
    }

    /// Headers that sign a request.
    async fn signature(
        &self,
        url: &str,
        payload: &[u8],
    ) -> Result<Vec<(String, String)>, InvokeError> {
        let unsigned = |problem: String| InvokeError::service("NoCredentials", problem);
        let provider = self.credentials.as_ref();
        let provider = provider.ok_or_else(|| {
            unsigned(
                "there are no AWS credentials; set AWS_PROFILE or AWS_ACCESS_KEY_ID".to_owned(),
            )
        })?;
        let identity = provider.provide_credentials().await;
        let identity = identity
            .map_err(|error| unsigned(error.to_string()))?
            .into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("lambda")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| unsigned(error.to_string()))?
            .into();
        let headers = std::iter::once(("content-type", "application/json"));
        let request = SignableRequest::new("POST", url, headers, SignableBody::Bytes(payload));
        let request = request.map_err(|error| unsigned(error.to_string()))?;
        let (signed, _) = sign(request, &parameters)
            .map_err(|error| unsigned(error.to_string()))?
            .into_parts();
        let headers = signed.headers();
        Ok(headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect())
    }
}

fn busy(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
}

fn retry_after(response: &Response) -> Duration {
    let seconds = response.headers().get(RETRY_AFTER);
    let seconds = seconds.and_then(|value| value.to_str().ok()?.parse().ok());
    Duration::from_secs(seconds.unwrap_or(0))
}

async fn answer(mut response: Response) -> Result<Vec<u8>, InvokeError> {
    let status = response.status();
    let failed = response.headers().contains_key("x-amz-function-error");
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await;
        let chunk = chunk.map_err(|error| InvokeError::service("NoConnection", root(&error)))?;
        let Some(chunk) = chunk else { break };
        body.extend_from_slice(&chunk);
        if body.len() > PAYLOAD {
            return Err(InvokeError::service(
                "ResponseSizeTooLarge",
                format!("the function's answer has more than {PAYLOAD} bytes; it should spill"),
            ));
        }
    }
    if failed {
        return Err(function_error(&body));
    }
    if status.is_success() {
        return Ok(body);
    }
    Err(service_error(status, &String::from_utf8_lossy(&body)))
}

fn function_error(body: &[u8]) -> InvokeError {
    let error: Value = serde_json::from_slice(body).unwrap_or_default();
    let member = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
    InvokeError::Function {
        kind: member("errorType").unwrap_or_else(|| "Unhandled".to_owned()),
        message: member("errorMessage")
            .unwrap_or_else(|| "the function failed and does not say why; see its log".to_owned()),
    }
}

fn service_error(status: StatusCode, text: &str) -> InvokeError {
    let error: Value = serde_json::from_str(text).unwrap_or_default();
    let member = |name: &str| error.get(name).and_then(Value::as_str);
    let kind = member("__type").or_else(|| member("Type"));
    let kind = kind.map_or_else(|| status.to_string(), str::to_owned);
    let message = member("Message")
        .or_else(|| member("message"))
        .unwrap_or("Lambda refused the call");
    InvokeError::service(&kind, format!("{message} ({status})"))
}

/// The innermost error says what happened.
fn root(error: &dyn std::error::Error) -> String {
    let mut root = error;
    while let Some(source) = root.source() {
        root = source;
    }
    root.to_string()
}
