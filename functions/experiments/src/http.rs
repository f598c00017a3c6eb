//! The experiments service over HTTP.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Method, Request, StatusCode, header};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;

use crate::{
    call::{Call, Verb},
    error::ExperimentsError,
};

/// The longest a request takes: a little more than the service's own limit.
const PATIENCE: Duration = Duration::from_secs(22);
const CONNECT: Duration = Duration::from_secs(2);
/// The largest answer; results with all their points are some 200 kB.
const ANSWER_MAX: usize = 4 * 1024 * 1024;
/// Tries of a request that may be sent again, or was never connected.
const TRIES: u32 = 2;

/// The service.
#[derive(Debug)]
pub(crate) struct Service {
    client: Client<HttpConnector, Full<Bytes>>,
    url: String,
}

impl Service {
    /// At `url`; an empty one is nowhere.
    pub(crate) fn new(url: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT));
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            url: url.trim_end_matches('/').to_owned(),
        }
    }

    /// Asks, and gives the answer's JSON.
    ///
    /// # Errors
    /// When the service is not deployed, does not answer, or refuses.
    pub(crate) async fn ask(&self, call: &Call) -> Result<Value, ExperimentsError> {
        if self.url.is_empty() {
            return Err(ExperimentsError::NotDeployed);
        }
        let (status, body) = tokio::time::timeout(PATIENCE, self.send(call))
            .await
            .map_err(|_| ExperimentsError::Unreachable("it took too long".to_owned()))??;
        answer(status, &body)
    }

    async fn send(&self, call: &Call) -> Result<(StatusCode, Bytes), ExperimentsError> {
        let mut tries = 1;
        let answer = loop {
            match self.client.request(self.request(call)?).await {
                Ok(answer) => break answer,
                Err(error)
                    if tries < TRIES && (call.verb.is_repeatable() || error.is_connect()) =>
                {
                    tries += 1;
                }
                Err(error) => return Err(unreachable(&error)),
            }
        };
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_MAX).collect().await;
        let body = body.map_err(|error| unreachable(error.as_ref()))?;
        Ok((status, body.to_bytes()))
    }

    fn request(&self, call: &Call) -> Result<Request<Full<Bytes>>, ExperimentsError> {
        let method = match call.verb {
            Verb::Get => Method::GET,
            Verb::Compute | Verb::Post => Method::POST,
            Verb::Put => Method::PUT,
        };
        let body = call.body.as_ref().map(ToString::to_string);
        let body = Bytes::from(body.unwrap_or_default());
        Request::builder()
            .method(method)
            .uri(format!("{}{}", self.url, call.path))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .map_err(|error| unreachable(&error))
    }
}

/// The service's answer, JSON or a page's text; of a problem document its detail.
fn answer(status: StatusCode, body: &[u8]) -> Result<Value, ExperimentsError> {
    let json: Option<Value> = serde_json::from_slice(body).ok();
    match json {
        Some(json) if status.is_success() => Ok(json),
        None if status.is_success() => Ok(String::from_utf8_lossy(body).into()),
        json => {
            let detail = json.as_ref().and_then(|json| json["detail"].as_str());
            Err(ExperimentsError::Refused {
                status: status.as_u16(),
                detail: detail
                    .map_or_else(|| format!("the service answered {status}"), str::to_owned),
            })
        }
    }
}

fn unreachable(error: &(dyn std::error::Error + 'static)) -> ExperimentsError {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    ExperimentsError::Unreachable(cause.to_string())
}

#[cfg(test)]
mod tests {
    use shared::fault::{Fault, FaultKind};

    use super::*;

    #[test]
    fn a_problem_is_told_in_its_own_words() {
        let body = br#"{"status": 409, "detail": "experiment \"a\" is stopped"}"#;
        let refused = answer(StatusCode::CONFLICT, body).unwrap_err();
        assert_eq!(refused.to_string(), "experiment \"a\" is stopped");
        assert_eq!(refused.kind(), FaultKind::Conflict);
        let other = answer(StatusCode::BAD_GATEWAY, b"<html>").unwrap_err();
        assert!(other.to_string().contains("502"), "{other}");
    }

    #[test]
    fn ours_are_answered_as_they_are() {
        let body = br#"{"experiments": []}"#;
        assert!(answer(StatusCode::OK, body).unwrap()["experiments"].is_array());
    }
}
