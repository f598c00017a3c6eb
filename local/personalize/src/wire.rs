//! HTTP: which operation a request is for, and how answers and errors look.
//! The control plane speaks JSON 1.1 (`POST /` and `X-Amz-Target`), runtime and events REST-JSON.

use std::{sync::Arc, time::Instant};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::App,
    control::{Call, Operation, operations},
    events::{put_action_interactions, put_actions, put_events, put_items, put_users},
    fault::{Fault, FaultKind},
    input::Input,
    limits,
    runtime::{get_action_recommendations, get_personalized_ranking, get_recommendations},
    scope::Scope,
};

/// What the names of control plane operations begin with.
const TARGET: &str = "AmazonPersonalize.";

/// Where GetRecommendations is.
const RECOMMENDATIONS: &str = "/recommendations";
/// Where GetPersonalizedRanking is.
const RANKING: &str = "/personalize-ranking";
/// Where GetActionRecommendations is.
const ACTIONS: &str = "/action-recommendations";

/// All routes.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route(
            "/health",
            get(|| async { axum::Json(json!({ "status": "ok" })) }),
        )
        .fallback(answer)
        .with_state(app)
}

/// The two protocols, which differ in their outside only.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Json11,
    RestJson,
}

async fn answer(
    State(app): State<Arc<App>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let started = Instant::now();
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let scope = Scope::of(header("authorization"));
    let (protocol, name, operation) = find(&method, uri.path(), header("x-amz-target"));
    let named = name.clone();
    let work = move || answer_of(&app, scope, &named, operation?, &body);
    // A recommendation is computed in less time than it takes to hand it to another thread and back.
    // Other operations wait for disks: not on the threads that serve connections.
    let result = match uri.path() {
        RECOMMENDATIONS | RANKING | ACTIONS => work(),
        _ => tokio::task::spawn_blocking(work)
            .await
            .unwrap_or_else(|error| Err(Fault::internal(error))),
    };
    let error = result.as_ref().err().map(|fault| fault.kind.name());
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    tracing::debug!(operation = name, error, milliseconds, "answered");
    if let Err(fault) = &result
        && fault.kind == FaultKind::InternalFailure
    {
        tracing::error!(operation = name, %fault, "failed");
    }
    response(protocol, result)
}

/// From the bytes of a request to the members of the answer.
fn answer_of(
    app: &Arc<App>,
    scope: Scope,
    name: &str,
    operation: Operation,
    body: &[u8],
) -> Result<Value, Fault> {
    let input = Input::parse(body)?;
    if let Some(throttle) = &app.throttle {
        throttle.count(&app.quotas, &scope, name, &input)?;
    }
    limits::check(name, &input)?;
    operation(&Call { app, scope, input })
}

/// The operation of a request, with a name for the log.
fn find(
    method: &Method,
    path: &str,
    target: Option<&str>,
) -> (Protocol, String, Result<Operation, Fault>) {
    if path == "/" {
        let name = target.and_then(|target| target.strip_prefix(TARGET));
        let name = name.unwrap_or_default();
        return (Protocol::Json11, name.to_owned(), operations::find(name));
    }
    let (name, operation): (_, Option<Operation>) = match path {
        RECOMMENDATIONS => ("GetRecommendations", Some(get_recommendations)),
        RANKING => ("GetPersonalizedRanking", Some(get_personalized_ranking)),
        "/events" => ("PutEvents", Some(put_events)),
        "/items" => ("PutItems", Some(put_items)),
        "/users" => ("PutUsers", Some(put_users)),
        ACTIONS => ("GetActionRecommendations", Some(get_action_recommendations)),
        "/actions" => ("PutActions", Some(put_actions)),
        "/action-interactions" => ("PutActionInteractions", Some(put_action_interactions)),
        other => (other, None),
    };
    let operation = operation.filter(|_| method == Method::POST);
    let operation = operation.ok_or_else(|| operations::unknown(name));
    (Protocol::RestJson, name.to_owned(), operation)
}

fn response(protocol: Protocol, result: Result<Value, Fault>) -> Response {
    let (status, body, error) = match result {
        Ok(Value::Null) => (200, Vec::new(), None),
        Ok(value) => (200, serde_json::to_vec(&value).unwrap_or_default(), None),
        Err(fault) => {
            let status = match protocol {
                Protocol::Json11 => fault.kind.status(),
                Protocol::RestJson => fault.kind.rest_status(),
            };
            let body = json!({ "__type": fault.kind.name(), "message": fault.message });
            (status, body.to_string().into_bytes(), Some(fault.kind))
        }
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, body).into_response();
    let content_type = match protocol {
        Protocol::Json11 => "application/x-amz-json-1.1",
        Protocol::RestJson => "application/json",
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
        headers.insert("x-amzn-requestid", id);
    }
    if let Some(kind) = error {
        headers.insert("x-amzn-errortype", HeaderValue::from_static(kind.name()));
    }
    response
}

/// The same as a request that came over the wire.
#[cfg(test)]
pub(crate) fn perform(
    app: &Arc<App>,
    scope: Scope,
    path: &str,
    target: Option<&str>,
    body: &[u8],
) -> Result<Value, Fault> {
    let (_, name, operation) = find(&Method::POST, path, target);
    answer_of(app, scope, &name, operation?, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(path: &str, target: Option<&str>) -> String {
        match find(&Method::POST, path, target).2 {
            Ok(_) => String::new(),
            Err(fault) => fault.message,
        }
    }

    #[test]
    fn operations_are_found_by_target_and_by_path() {
        assert_eq!(fault("/", Some("AmazonPersonalize.ListSchemas")), "");
        assert_eq!(fault("/events", None), "");
        assert_eq!(fault("/action-recommendations", None), "");
        for (path, target, says) in [
            ("/", Some("AmazonPersonalize.MakeCoffee"), "no operation"),
            ("/", None, "no operation"),
            ("/coffee", None, "no operation"),
        ] {
            assert!(fault(path, target).contains(says), "{path} {target:?}");
        }
    }

    #[test]
    fn errors_carry_their_type_in_body_and_header() {
        let not_found = || Err(Fault::not_found("campaign", "x"));
        let rest = response(Protocol::RestJson, not_found());
        assert_eq!(rest.status(), 404);
        assert_eq!(
            rest.headers()["x-amzn-errortype"],
            "ResourceNotFoundException"
        );
        assert_eq!(response(Protocol::Json11, not_found()).status(), 400);
    }
}
