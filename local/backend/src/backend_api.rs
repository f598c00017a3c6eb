//! The shop's controls, for tests and for the demo: change products, ask for faults, read statistics.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::StatusCode,
};
use serde_json::{Value, json};

use crate::{
    answer::Refusal,
    app::{App, now},
    database::{Change, Database, Listed},
    faults::Faults,
    parameters::cited,
    products_api,
    statistics::Totals,
    webhook::Topic,
};

/// Characters of an id at most, as recommendations have them.
const LONGEST_ID: usize = 256;

/// `GET /_backend/health`.
pub(crate) async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// `GET /_backend/faults`.
pub(crate) async fn faults(State(app): State<Arc<App>>) -> Json<Faults> {
    Json(Faults::clone(&app.faults.now()))
}

/// `POST /_backend/faults`: these and no others from now on.
pub(crate) async fn set_faults(
    State(app): State<Arc<App>>,
    body: Result<Json<Faults>, JsonRejection>,
) -> Result<Json<Faults>, Refusal> {
    let Json(faults) = body.map_err(|error| unreadable(&error))?;
    faults.check()?;
    app.faults.set(faults.clone());
    Ok(Json(faults))
}

/// `DELETE /_backend/faults`.
pub(crate) async fn clear_faults(State(app): State<Arc<App>>) -> StatusCode {
    app.faults.set(Faults::default());
    StatusCode::NO_CONTENT
}

/// `GET /_backend/statistics`.
pub(crate) async fn statistics(State(app): State<Arc<App>>) -> Json<Totals> {
    Json(app.statistics.now())
}

/// `DELETE /_backend/statistics`.
pub(crate) async fn reset_statistics(State(app): State<Arc<App>>) -> StatusCode {
    app.statistics.reset();
    StatusCode::NO_CONTENT
}

/// `PUT /_backend/products/{id}`: creates or changes.
pub(crate) async fn put(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    body: Result<Json<Change>, JsonRejection>,
) -> Result<Json<Value>, Refusal> {
    let Json(change) = body.map_err(|error| unreadable(&error))?;
    check(&id, &change)?;
    let stored = write(&app, move |database| database.put(&id, change, now())).await?;
    let product = stored.ok_or_else(|| Refusal::bad("a new product needs a name"))?;
    notify(&app, Topic::Updated, &product);
    Ok(Json(products_api::shown(&Faults::default().shown(product))))
}

/// `DELETE /_backend/products/{id}`: takes off the list.
pub(crate) async fn withdraw(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let missing = Refusal::missing(format!("there is no product {} on the list", cited(&id)));
    let withdrawn = write(&app, move |database| database.withdraw(&id, now())).await?;
    notify(&app, Topic::Deleted, &withdrawn.ok_or(missing)?);
    Ok(StatusCode::NO_CONTENT)
}

fn check(id: &str, change: &Change) -> Result<(), Refusal> {
    if id.chars().count() > LONGEST_ID {
        return Err(Refusal::bad(format!(
            "an id has at most {LONGEST_ID} characters"
        )));
    }
    if change
        .name
        .as_ref()
        .is_some_and(|name| name.trim().is_empty())
    {
        return Err(Refusal::bad("a product needs a name"));
    }
    match change.price {
        Some(Some(price)) if price < 0.0 => Err(Refusal::bad("a price is not below zero")),
        _ => Ok(()),
    }
}

async fn write<T: Send + 'static>(
    app: &Arc<App>,
    work: impl FnOnce(&Database) -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, Refusal> {
    let app = Arc::clone(app);
    let written = tokio::task::spawn_blocking(move || work(&app.database)).await;
    Ok(written.map_err(|error| Refusal::internal(&error))??)
}

fn notify(app: &App, topic: Topic, product: &Listed) {
    if let Some(webhook) = &app.webhook {
        webhook.send(topic, product);
    }
}

/// Why a body is none, in a form of our own.
fn unreadable(rejection: &JsonRejection) -> Refusal {
    Refusal::new(rejection.status(), rejection.body_text())
}
