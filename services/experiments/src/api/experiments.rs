//! Experiments: define, run, read.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse},
};
use serde::{Deserialize, Serialize};

use super::body::Body;
use crate::{
    analysis::results::Results,
    definition::{define::Request, lifecycle::Step},
    error::ServiceError,
    page,
    service::{Service, View},
    store::record::Event,
};

type Answer<T> = Result<T, ServiceError>;

/// The list.
#[derive(Serialize)]
pub(super) struct List {
    experiments: Vec<View>,
}

/// How much of the range takes part, of 10,000.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ramp {
    ramp: u32,
}

/// Who won.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Winner {
    winner: String,
}

/// Results and what happened.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Known {
    #[serde(flatten)]
    results: Results,
    events: Vec<Event>,
    /// How to keep the winner's campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

pub(super) async fn list(State(service): State<Service>) -> Answer<Json<List>> {
    let experiments = service.views().await?;
    Ok(Json(List { experiments }))
}

pub(super) async fn define(
    State(service): State<Service>,
    Body(request): Body<Request>,
) -> Answer<impl IntoResponse> {
    let view = service.define(request).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

pub(super) async fn one(
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Answer<Json<View>> {
    Ok(Json(service.view(&id).await?))
}

pub(super) async fn start(
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Answer<Json<View>> {
    Ok(Json(service.start(&id).await?))
}

pub(super) async fn pause(
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Answer<Json<View>> {
    Ok(Json(service.step(&id, &Step::Pause).await?))
}

pub(super) async fn resume(
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Answer<Json<View>> {
    Ok(Json(service.step(&id, &Step::Resume).await?))
}

pub(super) async fn ramp(
    State(service): State<Service>,
    Path(id): Path<String>,
    Body(to): Body<Ramp>,
) -> Answer<Json<View>> {
    Ok(Json(service.step(&id, &Step::Ramp(to.ramp)).await?))
}

pub(super) async fn stop(
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Answer<Json<View>> {
    Ok(Json(service.step(&id, &Step::Stop).await?))
}

pub(super) async fn decide(
    State(service): State<Service>,
    Path(id): Path<String>,
    Body(winner): Body<Winner>,
) -> Answer<Json<View>> {
    let step = Step::Decide(winner.winner);
    Ok(Json(service.step(&id, &step).await?))
}

pub(super) async fn results(
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Answer<Json<Known>> {
    let (view, results) = service.results(&id).await?;
    Ok(Json(Known {
        results,
        note: view.winner_note(),
        events: view.record.events,
    }))
}

pub(super) async fn report(
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Answer<Html<String>> {
    let (view, results) = service.results(&id).await?;
    Ok(Html(page::render(&view, &results)))
}
