//! The few plain HTTP calls of our own to our own services: health, GraphQL, faults. Not for AWS,
//! which has its SDKs.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use crate::error::Error;

/// Puts `value` at `url`.
///
/// # Errors
/// [`Error::Unexpected`] when it is not taken.
pub async fn put_json(url: &str, value: &serde_json::Value) -> crate::Result<()> {
    let headers = [("content-type", "application/json")];
    let timeout = Duration::from_secs(10);
    let answer = send(Method::PUT, url, &headers, value.to_string(), timeout).await;
    let (status, body) = answer.map_err(Error::Unexpected)?;
    if status.is_success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&body);
    Err(Error::Unexpected(format!("{url}: {status}: {said}")))
}

/// Sends one request and reads the whole answer.
///
/// # Errors
/// What went wrong in words: cannot connect, no answer within `timeout`, not a URL.
pub async fn send(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
    timeout: Duration,
) -> Result<(StatusCode, Bytes), String> {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request
        .body(Full::new(body.into()))
        .map_err(|error| error.to_string())?;
    let client = Client::builder(TokioExecutor::new()).build_http();
    let exchange = async {
        let answer = client
            .request(request)
            .await
            .map_err(|error| format!("{url}: {error}"))?;
        let status = answer.status();
        let body = answer
            .into_body()
            .collect()
            .await
            .map_err(|error| format!("{url}: {error}"))?;
        Ok((status, body.to_bytes()))
    };
    tokio::time::timeout(timeout, exchange)
        .await
        .unwrap_or_else(|_| Err(format!("{url}: no answer within {} s", timeout.as_secs())))
}
