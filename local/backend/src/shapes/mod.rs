//! The products in the shapes of the backends that the adapters know, each with its own idea of ids,
//! times, prices, pages and credentials.

pub(crate) mod bigcommerce;
pub(crate) mod commercetools;
pub(crate) mod magento;
pub(crate) mod salesforce;
pub(crate) mod shopify;
pub(crate) mod woocommerce;

use axum::{
    body::Body,
    extract::{Form, rejection::FormRejection},
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::{answer::Refusal, app::App, faults::Faults};

pub(crate) use shopify::{Bulk, throttled as graphql_throttled};

/// The currency of products that have none.
const CURRENCY: &str = "GBP";

/// JSON as the faults want it.
pub(crate) fn answer(faults: &Faults, value: &Value) -> Result<Response, Refusal> {
    let json = serde_json::to_vec(value).map_err(|error| Refusal::internal(&error))?;
    Ok((
        [(CONTENT_TYPE, "application/json")],
        Body::from(faults.spoil(json)),
    )
        .into_response())
}

/// A time in the form of a backend, in UTC.
fn time(milliseconds: i64, form: &str) -> Option<String> {
    let time = Timestamp::from_millisecond(milliseconds).ok()?;
    Some(time.strftime(form).to_string())
}

/// The end of the address of a product's page.
fn slug(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|character: char| !character.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// Numbers with commas between them; at most as many as a page of anything has.
fn numbers(name: &str, text: &str) -> Result<Vec<i64>, Refusal> {
    const MOST: usize = 1000;
    let numbers: Result<Vec<i64>, _> = text
        .split(',')
        .map(|number| number.trim().parse())
        .collect();
    let numbers = numbers.ok().filter(|numbers| numbers.len() <= MOST);
    numbers.ok_or_else(|| {
        Refusal::bad(format!(
            "{name} must be at most {MOST} numbers with commas between them"
        ))
    })
}

/// What is asked for a token with.
#[derive(Debug, Deserialize)]
pub(crate) struct Grant {
    grant_type: String,
    scope: Option<String>,
}

/// The answer of OAuth's client credentials; `usual` is the token's life in seconds.
fn client_credentials(
    app: &App,
    grant: Result<Form<Grant>, FormRejection>,
    usual: u64,
) -> Result<Response, Refusal> {
    let Form(grant) = grant.map_err(|error| Refusal::new(error.status(), error.body_text()))?;
    if grant.grant_type != "client_credentials" {
        return Err(Refusal::bad("grant_type must be client_credentials"));
    }
    let (token, seconds) = app.tokens.issue(&app.faults.now(), usual);
    let value = serde_json::json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": seconds,
        "scope": grant.scope,
    });
    answer(&Faults::default(), &value)
}
