//! The HTTP API, `/v1`: JSON in and out, errors as problem documents, and a limit for everything.
//!
//! Who may call is decided outside: the service has an address in the VPC alone, and its security group
//! admits nobody but the function `experiments`, which knows its callers from AppSync.

mod body;
mod experiments;
mod limits;
mod plan;
mod problem;
mod traffic;

use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};
use serde_json::{Value, json};

use crate::{error::ServiceError, service::Service};

/// The largest body that is read: a definition is a few kilobytes.
const BODY_MAX: usize = 64 * 1024;

/// Everything that can be asked.
pub(crate) fn router(service: Service) -> Router {
    let limits = limits::Limits::default();
    Router::new()
        .route(
            "/v1/hold-out",
            get(traffic::hold_out).put(traffic::put_hold_out),
        )
        .route("/v1/hold-out/results", get(traffic::results))
        .route("/v1/hold-out/report", get(traffic::report))
        .route("/v1/layers", get(traffic::layers).put(traffic::put_layers))
        .route("/v1/plan", post(plan::plan))
        .route(
            "/v1/experiments",
            get(experiments::list).post(experiments::define),
        )
        .route("/v1/experiments/{id}", get(experiments::one))
        .route("/v1/experiments/{id}/start", post(experiments::start))
        .route("/v1/experiments/{id}/pause", post(experiments::pause))
        .route("/v1/experiments/{id}/resume", post(experiments::resume))
        .route("/v1/experiments/{id}/ramp", post(experiments::ramp))
        .route("/v1/experiments/{id}/stop", post(experiments::stop))
        .route("/v1/experiments/{id}/decide", post(experiments::decide))
        .route("/v1/experiments/{id}/results", get(experiments::results))
        .route("/v1/experiments/{id}/report", get(experiments::report))
        .layer(middleware::from_fn_with_state(limits, limits::limit))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        // Outside the limits: a busy service is alive.
        .route("/health", get(alive))
        .route("/ready", get(ready))
        .fallback(problem::not_found)
        .with_state(service)
}

async fn alive() -> Json<Value> {
    Json(json!({"status": "up"}))
}

/// Whether the definitions can be read, without which nothing here works.
async fn ready(
    axum::extract::State(service): axum::extract::State<Service>,
) -> Result<Json<Value>, ServiceError> {
    service.all().await?;
    Ok(Json(json!({"status": "ready"})))
}
