//! The global hold-out and the layers.

use axum::{Json, extract::State, response::Html};
use experiment::definition::{HoldOut, Layer};
use serde::{Deserialize, Serialize};

use super::body::Body;
use crate::{analysis::hold_out::HoldOutResults, error::ServiceError, page, service::Service};

/// The hold-out; null when nobody is held out.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Held {
    hold_out: Option<HoldOut>,
}

/// The layers in their order.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layers {
    layers: Vec<Layer>,
}

pub(super) async fn hold_out(State(service): State<Service>) -> Result<Json<Held>, ServiceError> {
    let hold_out = service.all().await?.hold_out;
    Ok(Json(Held { hold_out }))
}

pub(super) async fn put_hold_out(
    State(service): State<Service>,
    Body(held): Body<Held>,
) -> Result<Json<Held>, ServiceError> {
    service.hold_out(held.hold_out.clone()).await?;
    Ok(Json(held))
}

pub(super) async fn results(
    State(service): State<Service>,
) -> Result<Json<HoldOutResults>, ServiceError> {
    Ok(Json(service.hold_out_results().await?))
}

pub(super) async fn report(State(service): State<Service>) -> Result<Html<String>, ServiceError> {
    let results = service.hold_out_results().await?;
    Ok(Html(page::render_hold_out(&results)))
}

pub(super) async fn layers(State(service): State<Service>) -> Result<Json<Layers>, ServiceError> {
    let layers = service.all().await?.layers;
    Ok(Json(Layers { layers }))
}

pub(super) async fn put_layers(
    State(service): State<Service>,
    Body(layers): Body<Layers>,
) -> Result<Json<Layers>, ServiceError> {
    service.layers(&layers.layers).await?;
    Ok(Json(layers))
}
