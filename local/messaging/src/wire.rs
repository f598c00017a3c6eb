//! HTTP: connections that can be cut, routes, and how answers and errors look.

use std::{io, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::DefaultBodyLimit,
    http::{HeaderValue, Request, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};
use uuid::Uuid;

use crate::{
    api::Api, app::App, console, control, fault::Fault, faults::Outcome, links, pinpoint, ses, sms,
};

/// A message of SES has at most 40 MB; JSON writes some of its characters longer.
const BODY: usize = 64 << 20;
/// How long requests may take to end once the server stops.
const PATIENCE: Duration = Duration::from_secs(10);

/// All routes.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route(
            "/health",
            get(|| async { axum::Json(json!({ "status": "ok" })) }),
        )
        .route("/", get(console::list).post(sms::answer))
        .route("/console.css", get(console::style))
        .route("/messages/{id}", get(console::message))
        .route("/messages/{id}/html", get(console::html))
        .route("/v2/email/outbound-bulk-emails", post(ses::send_bulk_email))
        .route("/v2/email/outbound-emails", post(ses::send_email))
        .route("/v2/email/account", get(ses::get_account))
        .route("/v2/email/suppression/addresses", put(ses::put_suppressed))
        .route(
            "/v2/email/suppression/addresses/{address}",
            get(ses::get_suppressed).delete(ses::delete_suppressed),
        )
        .route("/v1/apps/{id}/messages", post(pinpoint::send_messages))
        .route("/v1/phone/number/validate", post(pinpoint::validate))
        .route(
            "/_messaging/messages",
            get(control::messages).delete(control::clear),
        )
        .route("/_messaging/counts", get(control::counts))
        .route(
            "/_messaging/faults",
            get(control::faults)
                .put(control::set_faults)
                .delete(control::no_faults),
        )
        .route(
            "/_messaging/limits",
            get(control::limits).put(control::set_limits),
        )
        .route(
            "/_messaging/destinations",
            get(control::destinations)
                .put(control::set_destinations)
                .delete(control::no_destinations),
        )
        .route("/_messaging/flush", post(control::flush))
        .route("/_messaging/bounce", post(control::bounce))
        .route("/_messaging/complaint", post(control::complaint))
        .route("/_messaging/reply", post(control::reply))
        .route("/links/{*rest}", get(links::follow).post(links::follow))
        .fallback(|| async { Fault::no_such_path() })
        .layer(DefaultBodyLimit::max(BODY))
        .with_state(app)
}

/// Serves connections until it is to stop, and lets requests end then.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, router.clone(), stopped.clone()));
                }
                Err(error) => {
                    // Too many open files, most of the time: some will be closed.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            _ = stopped.changed() => break,
        }
    }
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(PATIENCE, all).await.is_err() {
        tracing::warn!("requests that did not end are cut");
    }
}

/// One connection; [`Cut`] ends it without an answer, as an error of the service.
async fn converse(stream: TcpStream, router: Router, mut stopped: watch::Receiver<bool>) {
    let _ = stream.set_nodelay(true);
    let router = TowerToHyperService::new(router);
    let service = service_fn(|request: Request<Incoming>| {
        let answer = hyper::service::Service::call(&router, request);
        async move {
            match answer.await {
                Ok(response) if response.extensions().get::<Cut>().is_some() => {
                    Err(io::Error::from(io::ErrorKind::ConnectionAborted))
                }
                Ok(response) => Ok(response),
                Err(never) => match never {},
            }
        }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
}

/// Marks a response that is never to be sent: the connection ends in its place.
#[derive(Debug, Clone, Copy)]
struct Cut;

fn cut() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Cut);
    response
}

/// Carries out what sends, or what is to happen in its place. It runs where it may take time: bodies are large.
pub(crate) async fn sending(
    app: Arc<App>,
    api: Api,
    operation: &'static str,
    act: impl FnOnce(&App) -> Result<Value, Fault> + Send + 'static,
) -> Response {
    let (delay, outcome) = app.faults.throw(api);
    tokio::time::sleep(delay).await;
    match outcome {
        Some(Outcome::Throttle) => return Fault::injected_throttling(api).response(Some(api)),
        Some(Outcome::Error) => return Fault::injected(api).response(Some(api)),
        Some(Outcome::Cut) => return cut(),
        Some(Outcome::Lose) | None => {}
    }
    let done = tokio::task::spawn_blocking(move || act(&app)).await;
    let result = done.unwrap_or_else(|error| Err(Fault::internal(error)));
    tracing::debug!(
        operation,
        error = result.as_ref().err().map(|fault| fault.kind),
        "answered"
    );
    if outcome == Some(Outcome::Lose) {
        return cut();
    }
    answer(api, result)
}

/// An answer of one of the services.
pub(crate) fn answer(api: Api, result: Result<Value, Fault>) -> Response {
    let mut response = match result {
        Ok(value) => (StatusCode::OK, value.to_string()).into_response(),
        Err(fault) => {
            tracing::debug!(%fault, "refused");
            fault.response(Some(api))
        }
    };
    let headers = response.headers_mut();
    let json = HeaderValue::from_static(Api::content_type(Some(api)));
    headers.insert(header::CONTENT_TYPE, json);
    if let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}

/// The request of an operation.
///
/// # Errors
/// When it is not what the operation takes.
pub(crate) fn request<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(body)
        .map_err(|error| Fault::bad(format!("the request cannot be read: {}", place_of(&error))))
}

/// What is wrong with JSON, without what it says: that may be an address.
pub(crate) fn place_of(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Data => "a member is missing or of the wrong type",
        _ => "it is not JSON",
    };
    format!("{what}, at line {} column {}", error.line(), error.column())
}
