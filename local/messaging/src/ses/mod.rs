//! SES v2: emails, the account's quota, the suppression list. REST with JSON.

mod account;
mod bulk;
mod check;
mod email;
mod request;
mod single;
mod template;

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};

pub(crate) use self::{check::mailbox, template::rendered};
use crate::{
    api::Api,
    app::App,
    wire::{answer, request, sending},
};

pub(crate) async fn send_bulk_email(State(app): State<Arc<App>>, body: Bytes) -> Response {
    sending(app, Api::Ses, "SendBulkEmail", move |app| {
        bulk::send(app, &body)
    })
    .await
}

pub(crate) async fn send_email(State(app): State<Arc<App>>, body: Bytes) -> Response {
    sending(app, Api::Ses, "SendEmail", move |app| {
        single::send(app, &body)
    })
    .await
}

pub(crate) async fn get_account(State(app): State<Arc<App>>) -> Response {
    answer(Api::Ses, Ok(account::quota(&app)))
}

pub(crate) async fn get_suppressed(
    State(app): State<Arc<App>>,
    Path(address): Path<String>,
) -> Response {
    answer(Api::Ses, account::suppressed(&app, &address))
}

pub(crate) async fn delete_suppressed(
    State(app): State<Arc<App>>,
    Path(address): Path<String>,
) -> Response {
    answer(Api::Ses, account::unsuppress(&app, &address))
}

pub(crate) async fn put_suppressed(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let put = request(&body).and_then(|request| account::suppress(&app, &request));
    answer(Api::Ses, put)
}
