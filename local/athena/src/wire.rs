//! HTTP: JSON 1.1 (`POST /` and `X-Amz-Target`), and how answers and errors look.

use std::{sync::Arc, time::Instant};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    api,
    app::App,
    fault::{Fault, FaultKind},
};

/// What the names of operations begin with.
const TARGET: &str = "AmazonAthena.";
/// A query string has at most 262,144 bytes; JSON may write each of them as six.
const BODY: usize = 4 << 20;

/// All routes.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route(
            "/health",
            get(|| async { axum::Json(json!({ "status": "ok" })) }),
        )
        .route("/", post(answer))
        .layer(DefaultBodyLimit::max(BODY))
        .with_state(app)
}

async fn answer(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let started = Instant::now();
    let target = headers.get("x-amz-target");
    let target = target.and_then(|value| value.to_str().ok());
    let name = target
        .and_then(|target| target.strip_prefix(TARGET))
        .unwrap_or_default();
    let result = api::call(&app, name, &body).await;
    let error = result.as_ref().err().map(|fault| fault.kind.name());
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    tracing::debug!(operation = name, error, milliseconds, "answered");
    if let Err(fault) = &result
        && fault.kind == FaultKind::InternalServer
    {
        tracing::error!(operation = name, %fault, "failed");
    }
    response(result)
}

fn response(result: Result<Value, Fault>) -> Response {
    let (status, body, error) = match result {
        Ok(value) => (200, value, None),
        Err(fault) => (fault.kind.status(), fault.body(), Some(fault.kind)),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, body.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-amz-json-1.1"),
    );
    if let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
        headers.insert("x-amzn-requestid", id);
    }
    if let Some(kind) = error {
        headers.insert("x-amzn-errortype", HeaderValue::from_static(kind.name()));
    }
    response
}
