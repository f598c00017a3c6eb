//! What is left of Pinpoint: push notifications and the validation of numbers. REST with JSON.

mod countries;
mod send;
mod validate;

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};

use crate::{
    api::Api,
    app::App,
    wire::{answer, request, sending},
};

pub(crate) async fn send_messages(
    State(app): State<Arc<App>>,
    Path(application): Path<String>,
    body: Bytes,
) -> Response {
    let act = move |app: &App| send::send(app, &application, request(&body)?);
    sending(app, Api::Pinpoint, "SendMessages", act).await
}

pub(crate) async fn validate(body: Bytes) -> Response {
    let validated = request(&body).and_then(|request| validate::validate(&request));
    answer(Api::Pinpoint, validated)
}
