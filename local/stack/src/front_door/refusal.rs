//! Answers the front door gives itself, in the words and the wire format of the service that is
//! asked, so that an SDK cannot tell them from real ones.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};

use super::proxy::Body;

/// Which format a service speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    /// XML, S3's own.
    S3,
    /// XML of the query protocol.
    Query,
    /// JSON with the error's type in the body.
    Json,
    /// JSON with the error's type in a header.
    RestJson,
}

fn protocol(service: &str, request: &Parts) -> Protocol {
    match service {
        "s3" => Protocol::S3,
        "sns" | "cloudformation" | "iam" | "sts" => Protocol::Query,
        _ if request.headers.contains_key("x-amz-target") => Protocol::Json,
        _ => Protocol::RestJson,
    }
}

/// The service's real throttling error.
pub(super) fn throttled(service: &str, request: &Parts) -> Response<Body> {
    match (protocol(service, request), service) {
        (Protocol::S3, _) => s3(
            StatusCode::SERVICE_UNAVAILABLE,
            "SlowDown",
            "Please reduce your request rate.",
        ),
        (Protocol::Query, _) => query(
            StatusCode::BAD_REQUEST,
            "Sender",
            "Throttling",
            "Rate exceeded",
        ),
        (Protocol::RestJson, "lambda" | "appsync") => rest(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequestsException",
            "Rate Exceeded.",
        ),
        (Protocol::RestJson, _) => rest(
            StatusCode::BAD_REQUEST,
            "ThrottlingException",
            "Rate exceeded",
        ),
        (Protocol::Json, "dynamodb") => json(
            StatusCode::BAD_REQUEST,
            "com.amazonaws.dynamodb.v20120810#ThrottlingException",
            "Rate of requests exceeds the allowed throughput.",
        ),
        (Protocol::Json, _) => json(
            StatusCode::BAD_REQUEST,
            "ThrottlingException",
            "Rate exceeded",
        ),
    }
}

/// The service's internal error.
pub(super) fn failed(service: &str, request: &Parts) -> Response<Body> {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    let text = "An internal error occurred; injected by the front door.";
    match protocol(service, request) {
        Protocol::S3 => s3(status, "InternalError", text),
        Protocol::Query => query(status, "Receiver", "InternalFailure", text),
        Protocol::RestJson => rest(status, "InternalServerException", text),
        Protocol::Json => json(status, "InternalServerError", text),
    }
}

/// A service nobody here plays.
pub(super) fn not_built(service: &str, request: &Parts) -> Response<Body> {
    let text = format!("the local stack has no {service} yet; requests signed for it go nowhere");
    let status = StatusCode::NOT_IMPLEMENTED;
    match protocol(service, request) {
        Protocol::Json => json(status, "NotImplementedException", &text),
        _ => rest(status, "NotImplementedException", &text),
    }
}

/// A service that does not answer.
pub(super) fn unreachable(service: &str, request: &Parts, reason: &str) -> Response<Body> {
    let text = format!(
        "the front door cannot reach {service} ({reason}); `cargo local status` tells what runs"
    );
    let status = StatusCode::BAD_GATEWAY;
    match protocol(service, request) {
        Protocol::S3 => s3(status, "ServiceUnavailable", &text),
        Protocol::Query => query(status, "Receiver", "ServiceUnavailable", &text),
        Protocol::RestJson => rest(status, "ServiceUnavailableException", &text),
        Protocol::Json => json(status, "ServiceUnavailable", &text),
    }
}

/// A JSON answer of the control endpoint.
pub(super) fn control(status: StatusCode, body: &serde_json::Value) -> Response<Body> {
    answer(status, "application/json", None, body.to_string())
}

fn json(status: StatusCode, kind: &str, message: &str) -> Response<Body> {
    let body = serde_json::json!({ "__type": kind, "message": message });
    answer(status, "application/x-amz-json-1.1", None, body.to_string())
}

fn rest(status: StatusCode, kind: &str, message: &str) -> Response<Body> {
    let body = serde_json::json!({ "message": message });
    answer(status, "application/json", Some(kind), body.to_string())
}

fn s3(status: StatusCode, code: &str, message: &str) -> Response<Body> {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    answer(status, "application/xml", None, body)
}

fn query(status: StatusCode, sender: &str, code: &str, message: &str) -> Response<Body> {
    let body = format!(
        "<ErrorResponse><Error><Type>{sender}</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error></ErrorResponse>"
    );
    answer(status, "text/xml", None, body)
}

fn answer(status: StatusCode, kind: &str, error: Option<&str>, body: String) -> Response<Body> {
    let full = Full::new(Bytes::from(body))
        .map_err(|never| match never {})
        .boxed();
    let mut response = Response::new(full);
    *response.status_mut() = status;
    let mut header = |name, value: &str| {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    };
    header("content-type", kind);
    if let Some(kind) = error {
        header("x-amzn-errortype", kind);
    }
    response
}
