//! `/_messaging`: the outbox for machines, and what tests set. JSON.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Query, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json, value::RawValue};

use crate::{
    app::App,
    events::{self, About},
    fault::Fault,
    faults::ByApi,
    limits::Limits,
    outbox::{Channel, Filter},
    settings::Destinations,
    wire::request,
};

/// Messages of a page, unless asked for fewer or more.
const PAGE: usize = 1000;
const LARGEST_PAGE: usize = 10_000;

type Answer<T> = Result<Json<T>, Fault>;

/// Which messages, from which on, and how many.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    channel: Option<String>,
    to: Option<String>,
    campaign: Option<String>,
    run: Option<String>,
    person: Option<String>,
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Page {
    messages: Vec<Box<RawValue>>,
    /// To be given as `after` for the next page; none when this was the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// Messages in the order they came.
pub(crate) async fn messages(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
) -> Answer<Page> {
    let most = asked.limit.unwrap_or(PAGE);
    if !(1..=LARGEST_PAGE).contains(&most) {
        return Err(Fault::bad(format!("limit must be 1 to {LARGEST_PAGE}")));
    }
    let filter = Filter {
        channel: channel(asked.channel.as_deref())?,
        to: asked.to,
        campaign: asked.campaign,
        run: asked.run,
        person: asked.person,
    };
    let page = move || {
        let mut entries = app.outbox.after(asked.after, &filter, most + 1);
        let more = entries.len() > most;
        entries.truncate(most);
        let next = entries.last().filter(|_| more).map(|entry| entry.seq);
        let messages = app.outbox.json(&entries)?;
        Ok::<_, std::io::Error>(Page { messages, next })
    };
    let page = tokio::task::spawn_blocking(page).await;
    Ok(Json(
        page.map_err(Fault::internal)?.map_err(Fault::internal)?,
    ))
}

fn channel(name: Option<&str>) -> Result<Option<Channel>, Fault> {
    match name {
        None | Some("") => Ok(None),
        Some(name) => Channel::named(name)
            .map(Some)
            .ok_or_else(|| Fault::bad("channel must be email, sms or push")),
    }
}

pub(crate) async fn counts(State(app): State<Arc<App>>) -> Json<Value> {
    let counts = app.outbox.counts();
    let channels = counts.channels.into_iter();
    let channels: Map<_, _> = channels
        .map(|(channel, count)| (channel.name().to_owned(), json!(count)))
        .collect();
    Json(json!({ "channels": channels, "people": counts.people, "runs": counts.runs }))
}

pub(crate) async fn clear(State(app): State<Arc<App>>) -> Result<StatusCode, Fault> {
    app.outbox.clear().map_err(Fault::internal)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn faults(State(app): State<Arc<App>>) -> Json<ByApi> {
    Json(app.faults.get())
}

pub(crate) async fn set_faults(State(app): State<Arc<App>>, body: Bytes) -> Answer<ByApi> {
    app.faults.set(request(&body)?)?;
    Ok(Json(app.faults.get()))
}

pub(crate) async fn no_faults(State(app): State<Arc<App>>) -> Result<StatusCode, Fault> {
    app.faults.set(ByApi::new())?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn limits(State(app): State<Arc<App>>) -> Json<Limits> {
    Json(app.meter.limits())
}

pub(crate) async fn set_limits(State(app): State<Arc<App>>, body: Bytes) -> Answer<Limits> {
    let limits: Limits = request(&body)?;
    limits.check()?;
    app.meter.set(limits);
    Ok(Json(limits))
}

pub(crate) async fn destinations(State(app): State<Arc<App>>) -> Json<Destinations> {
    Json(app.settings.destinations())
}

pub(crate) async fn set_destinations(
    State(app): State<Arc<App>>,
    body: Bytes,
) -> Answer<Destinations> {
    let destinations: Destinations = request(&body)?;
    destinations.check()?;
    let set = destinations.clone();
    app.settings
        .change(|settings| settings.destinations = set)?;
    Ok(Json(destinations))
}

pub(crate) async fn no_destinations(State(app): State<Arc<App>>) -> Result<StatusCode, Fault> {
    let none = Destinations::default();
    app.settings
        .change(|settings| settings.destinations = none)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Delivers the events that wait, now.
pub(crate) async fn flush(State(app): State<Arc<App>>) -> Answer<Value> {
    let messages = events::deliver(&app).await?;
    Ok(Json(json!({ "messages": messages })))
}

pub(crate) async fn bounce(State(app): State<Arc<App>>, body: Bytes) -> Answer<Value> {
    happened(&app, &body, events::bounced).await
}

pub(crate) async fn complaint(State(app): State<Arc<App>>, body: Bytes) -> Answer<Value> {
    happened(&app, &body, events::complained).await
}

pub(crate) async fn reply(State(app): State<Arc<App>>, body: Bytes) -> Answer<Value> {
    happened(&app, &body, events::answered).await
}

/// Publishes what happens to a message, and answers with it.
async fn happened(
    app: &App,
    body: &[u8],
    event: impl FnOnce(&App, &About) -> Result<Value, Fault>,
) -> Answer<Value> {
    let event = event(app, &request(body)?)?;
    events::publish(app, &event).await?;
    Ok(Json(event))
}
