//! Lambda's Invoke, signed with made-up credentials.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::config::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use reqwest::{Client, header::CONTENT_TYPE};
use serde_json::Value;

use crate::{error::Error, fault::Fault, settings::Destinations};

/// What Lambda takes and gives at most, in bytes.
pub(crate) const PAYLOAD: usize = 6 << 20;
/// Nobody who follows a link waits longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client for Lambda.
#[derive(Debug)]
pub(crate) struct Lambda(Client);

impl Lambda {
    pub(crate) fn new() -> Result<Self, Error> {
        let client = Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(PATIENCE)
            .build();
        client
            .map(Self)
            .map_err(|error| Error::Client(error.to_string()))
    }

    /// Calls a function and waits for its answer.
    ///
    /// # Errors
    /// When it is not run, or fails.
    pub(crate) async fn invoke(
        &self,
        at: &Destinations,
        function: &str,
        payload: &Value,
    ) -> Result<Value, Fault> {
        // Names and ARNs have no other characters than these; anything else would be another path.
        let good = |sign: char| sign.is_ascii_alphanumeric() || "-_:$".contains(sign);
        if function.is_empty() || !function.chars().all(good) {
            return Err(Fault::missing(
                "links.function is not the name or ARN of a function",
            ));
        }
        let endpoint = at.endpoint.trim_end_matches('/');
        let url = format!("{endpoint}/2015-03-31/functions/{function}/invocations");
        let payload = payload.to_string().into_bytes();
        let mut request = self.0.post(&url).header(CONTENT_TYPE, "application/json");
        for (name, value) in signature(&at.region(), &url, &payload)? {
            request = request.header(name, value);
        }
        let failed = |problem: &str| Fault::upstream(format!("Lambda: {problem}"));
        let response = request.body(payload).send().await;
        let response = response.map_err(|_| failed("it does not answer"))?;
        let status = response.status();
        let fell = response.headers().contains_key("x-amz-function-error");
        let body = response.bytes().await;
        let body = body.map_err(|_| failed("its answer was cut"))?;
        if fell || !status.is_success() || body.len() > PAYLOAD {
            return Err(failed(&format!(
                "the function failed ({status}); see its log"
            )));
        }
        serde_json::from_slice(&body).map_err(|_| failed("the function's answer is not JSON"))
    }
}

/// Headers that sign a request.
fn signature(region: &str, url: &str, payload: &[u8]) -> Result<Vec<(String, String)>, Fault> {
    let identity = Credentials::new("test", "test", None, None, "local").into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("lambda")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(Fault::internal)?
        .into();
    let headers = std::iter::once(("content-type", "application/json"));
    let request = SignableRequest::new("POST", url, headers, SignableBody::Bytes(payload));
    let request = request.map_err(Fault::internal)?;
    let (signed, _) = sign(request, &parameters)
        .map_err(Fault::internal)?
        .into_parts();
    let headers = signed.headers();
    Ok(headers
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}
