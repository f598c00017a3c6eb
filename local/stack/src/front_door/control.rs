//! The front door's own endpoint: its health, and the faults in force.

use std::collections::BTreeMap;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use serde_json::json;

use super::faults::{Fault, Faults};
use super::proxy::Body;
use super::{FAULTS, HEALTH, refusal};

/// No list of faults is longer.
const MAX_BODY: usize = 64 * 1024;

/// Answers a request to `/_front-door/...`.
pub(super) async fn handle(faults: &Faults, request: &Parts, body: Incoming) -> Response<Body> {
    match (&request.method, request.uri.path()) {
        (&Method::GET, HEALTH) => refusal::control(StatusCode::OK, &json!({ "status": "up" })),
        (&Method::GET, FAULTS) => in_force(faults),
        (&Method::DELETE, FAULTS) => replace(faults, BTreeMap::new()),
        (&Method::PUT, FAULTS) => match read(body).await {
            Ok(wanted) => replace(faults, wanted),
            Err(reason) => wrong(&reason),
        },
        _ => refusal::control(
            StatusCode::NOT_FOUND,
            &json!({ "message": format!("there is GET {HEALTH}, and GET, PUT, DELETE {FAULTS}") }),
        ),
    }
}

async fn read(body: Incoming) -> Result<BTreeMap<String, Fault>, String> {
    let bytes = Limited::new(body, MAX_BODY)
        .collect()
        .await
        .map_err(|error| error.to_string())?;
    serde_json::from_slice(&bytes.to_bytes()).map_err(|error| {
        format!("{error}; write {{\"personalize\": {{\"throttle\": 30, \"error\": 5, \"delay\": 2000, \"cut\": 1}}}}")
    })
}

fn replace(faults: &Faults, wanted: BTreeMap<String, Fault>) -> Response<Body> {
    match faults.set(wanted) {
        Ok(()) => in_force(faults),
        Err(reason) => wrong(&reason),
    }
}

fn in_force(faults: &Faults) -> Response<Body> {
    refusal::control(StatusCode::OK, &json!(faults.get()))
}

fn wrong(reason: &str) -> Response<Body> {
    refusal::control(StatusCode::BAD_REQUEST, &json!({ "message": reason }))
}
