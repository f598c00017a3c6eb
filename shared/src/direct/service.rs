//! One service: serialize, sign, send, deserialize, and again if it passes.

use std::time::{Duration, SystemTime};

use aws_config::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::{
    endpoint::EndpointFuture,
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use futures::FutureExt;
use tokio::time::Instant;

use super::{
    access::{Access, Place},
    identity::Signer,
    operation::{Message, Operation, Refusal, Signing},
    retries::Retries,
    signature::Signature,
};
use crate::aws::AwsError;

/// Of one attempt, and of a call, when the configuration has none.
const ATTEMPT: Duration = Duration::from_secs(30);
const CALL: Duration = Duration::from_secs(120);

/// The longest answer, in bytes: DynamoDB's longest has 16 MiB of items.
const LONGEST: u64 = 32 * 1024 * 1024;

/// What services see of us.
const USER_AGENT: &str = concat!(
    "retail-personalization/",
    env!("CARGO_PKG_VERSION"),
    " lang/rust"
);

/// A service at its endpoint.
#[derive(Debug)]
pub struct Service {
    signature: Signature,
    /// Why there is none, as text, when there is none.
    endpoint: Result<String, String>,
    connector: SharedHttpConnector,
    signer: Signer,
    retries: Retries,
    attempt: Duration,
    call: Duration,
}

impl Service {
    /// The service that signatures name `name` and the SDK's settings `id`; `resolve` is its own rule
    /// for endpoints (`config::endpoint::DefaultResolver` of its crate). Asks nothing yet.
    #[must_use]
    pub fn new(
        access: &Access,
        name: &'static str,
        id: &'static str,
        resolve: impl FnOnce(Place) -> Result<String, String>,
    ) -> Self {
        let config = access.config();
        let place = access.place(id);
        let timeouts = config.timeout_config();
        let usual = RetryConfig::standard();
        Self {
            signature: Signature::new(name, place.region.clone().unwrap_or_default()),
            endpoint: resolve(place),
            connector: access.connector(),
            signer: Signer::new(config.credentials_provider()),
            retries: Retries::new(config.retry_config().unwrap_or(&usual)),
            attempt: timeouts
                .and_then(TimeoutConfig::operation_attempt_timeout)
                .unwrap_or(ATTEMPT),
            call: timeouts
                .and_then(TimeoutConfig::operation_timeout)
                .unwrap_or(CALL),
        }
    }

    /// What a rule for endpoints says: they are computed, there is nothing to wait for.
    ///
    /// # Errors
    /// In words, when there is no endpoint: no region, or one without the service.
    pub fn endpoint(resolved: EndpointFuture<'_>) -> Result<String, String> {
        match resolved.now_or_never() {
            Some(Ok(endpoint)) => Ok(endpoint.url().to_owned()),
            Some(Err(error)) => Err(error.to_string()),
            None => Err("its endpoint is not known at once".to_owned()),
        }
    }

    /// Calls `operation` with `input`; again, after pauses, while it fails for reasons that pass.
    ///
    /// # Errors
    /// The last attempt's.
    pub async fn send<I: Message, O: Message, E: Refusal>(
        &self,
        operation: &Operation<I, O, E>,
        input: I,
    ) -> Result<O, AwsError> {
        let until = Instant::now() + self.call;
        let endpoint = self.endpoint.as_ref();
        let endpoint = endpoint.map_err(|why| AwsError::unsent(operation.call, why))?;
        let request = operation.request(input, endpoint)?;
        let mut attempt = 1;
        loop {
            let ends = until.min(Instant::now() + self.attempt);
            let answer = tokio::time::timeout_at(ends, self.once(operation, &request)).await;
            let answer = answer.unwrap_or_else(|_| Err(AwsError::late(operation.call)));
            let error = match answer {
                Ok(output) => {
                    self.retries.succeeded(attempt);
                    return Ok(output);
                }
                Err(error) => error,
            };
            if !error.may_pass() {
                return Err(error);
            }
            let pause = self.retries.pause_after(attempt);
            let again = pause.map(|pause| Instant::now() + pause);
            match again.filter(|again| *again < until) {
                Some(again) => tokio::time::sleep_until(again).await,
                None => return Err(error),
            }
            attempt += 1;
        }
    }

    async fn once<I: Message, O: Message, E: Refusal>(
        &self,
        operation: &Operation<I, O, E>,
        request: &HttpRequest,
    ) -> Result<O, AwsError> {
        let (call, now) = (operation.call, SystemTime::now());
        let credentials = self.signer.credentials(call, now).await?;
        let signed = self.signed(call, operation.signing, request, &credentials, now)?;
        let response = self.connector.call(signed).await;
        let response = response.map_err(|error| AwsError::unconnected(call, &error))?;
        operation.output(loaded(call, response).await?)
    }

    /// A copy of `request` with its signature.
    fn signed(
        &self,
        call: &'static str,
        signing: Signing,
        request: &HttpRequest,
        credentials: &Credentials,
        now: SystemTime,
    ) -> Result<HttpRequest, AwsError> {
        let copy = request.try_clone();
        let mut copy = copy.ok_or_else(|| AwsError::unsent(call, &"its body is streamed"))?;
        let signed = self.signature.sign(&mut copy, signing, credentials, now);
        signed.map_err(|why| AwsError::unsent(call, &why))?;
        let headers = copy.headers_mut();
        headers.insert("user-agent", USER_AGENT);
        // Lambda's, of the invocation: for X-Ray, and for its detection of loops.
        if let Ok(trace) = std::env::var("_X_AMZN_TRACE_ID") {
            let _ = headers.try_insert("x-amzn-trace-id", trace);
        }
        Ok(copy)
    }
}

/// `response` with its whole body in memory. Longer answers than [`LONGEST`] are refused unread.
async fn loaded(call: &'static str, mut response: HttpResponse) -> Result<HttpResponse, AwsError> {
    if response.body().bytes().is_none() {
        let length = response.headers().get("content-length");
        let length = length.and_then(|length| length.parse::<u64>().ok());
        if let Some(bytes) = length.filter(|bytes| *bytes > LONGEST) {
            let what = format!("its {bytes} bytes are more than the {LONGEST} that are read");
            return Err(AwsError::unsent(call, &what));
        }
        let body = ByteStream::new(response.take_body()).collect().await;
        let body = body.map_err(|error| AwsError::broken_off(call, &error))?;
        *response.body_mut() = SdkBody::from(body.into_bytes());
    }
    Ok(response)
}
