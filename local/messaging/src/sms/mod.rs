//! AWS End User Messaging's SMS Voice v2: texts and the opt-out list. JSON 1.0, `POST /` and `X-Amz-Target`.

mod opt_outs;
mod parts;
mod send;

use std::sync::Arc;

use axum::{body::Bytes, extract::State, http::HeaderMap, response::Response};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use self::{opt_outs::stops, send::e164};
use crate::{api::Api, app::App, fault::Fault, wire};

/// What the names of operations begin with.
const TARGET: &str = "PinpointSMSVoiceV2.";

pub(crate) async fn answer(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let target = headers.get("x-amz-target");
    let target = target.and_then(|value| value.to_str().ok());
    let name = target
        .and_then(|target| target.strip_prefix(TARGET))
        .unwrap_or_default();
    if name == "SendTextMessage" {
        let act = move |app: &App| send::send(app, request(&body)?);
        return wire::sending(app, Api::Sms, "SendTextMessage", act).await;
    }
    wire::answer(Api::Sms, list(&app, name, &body))
}

fn list(app: &App, name: &str, body: &[u8]) -> Result<Value, Fault> {
    match name {
        "PutOptedOutNumber" => opt_outs::put(app, &request(body)?),
        "DeleteOptedOutNumber" => opt_outs::delete(app, &request(body)?),
        "DescribeOptedOutNumbers" => opt_outs::describe(app, request(body)?),
        _ => Err(Fault::unknown_operation(name)),
    }
}

fn request<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(body)
        .map_err(|error| Fault::invalid("CANNOT_PARSE", wire::place_of(&error)))
}
