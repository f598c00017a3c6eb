//! The console: what was sent, as it would look. Messages are untrusted: everything of them is escaped, an email's
//! HTML has a document of its own that may run nothing, and no page has a script.

mod list;
mod message;
mod page;

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

pub(crate) use self::list::Asked;
use self::page::Page;
use crate::{app::App, ses::rendered};

/// Pages have a style sheet of ours, and frames of ours; pictures, where a message has them, are from anywhere.
const PAGES: &str = "default-src 'none'; style-src 'self'; frame-src 'self'; img-src http: https:; \
form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// An email has its own styles and pictures, and no origin: `sandbox` holds for it without a frame, too.
const EMAILS: &str = "default-src 'none'; style-src 'unsafe-inline' http: https:; font-src http: https: data:; \
img-src http: https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; \
sandbox allow-popups allow-popups-to-escape-sandbox";
const STYLE: &str = include_str!("style.css");

/// `GET /`
pub(crate) async fn list(State(app): State<Arc<App>>, Query(asked): Query<Asked>) -> Response {
    let page = tokio::task::spawn_blocking(move || list::page(&app, &asked)).await;
    match page {
        Ok(Ok(page)) => html_of(StatusCode::OK, &page.finish(), PAGES),
        Ok(Err(error)) => failed(&error),
        Err(error) => failed(&error),
    }
}

/// `GET /messages/<id>`
pub(crate) async fn message(State(app): State<Arc<App>>, Path(id): Path<String>) -> Response {
    match app.outbox.message(&id) {
        Ok(Some(found)) => html_of(StatusCode::OK, &message::page(&found).finish(), PAGES),
        Ok(None) => not_there(),
        Err(error) => failed(&error),
    }
}

/// `GET /messages/<id>/html`: the HTML part of an email.
pub(crate) async fn html(State(app): State<Arc<App>>, Path(id): Path<String>) -> Response {
    let found = match app.outbox.message(&id) {
        Ok(found) => found,
        Err(error) => return failed(&error),
    };
    let content = found
        .as_ref()
        .and_then(|found| Some((found.content.as_ref()?, found.data.as_deref())));
    match content.and_then(|(content, data)| rendered(content, data).1) {
        Some(html) => html_of(
            StatusCode::OK,
            &message::opening_links_outside(&html),
            EMAILS,
        ),
        None => not_there(),
    }
}

/// `GET /console.css`
pub(crate) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

fn html_of(status: StatusCode, html: &str, policy: &'static str) -> Response {
    let mut response = (status, html.to_owned()).into_response();
    let headers = response.headers_mut();
    let all = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in all {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn not_there() -> Response {
    let mut page = Page::new("No such message");
    page.raw("<p>It is not in the outbox, or no longer. <a href=\"/\">All messages</a></p>");
    html_of(StatusCode::NOT_FOUND, &page.finish(), PAGES)
}

fn failed(error: &dyn std::error::Error) -> Response {
    tracing::error!(%error, "the console cannot read the outbox");
    let mut page = Page::new("The outbox cannot be read");
    page.raw("<p>The log of messaging-local says why.</p>");
    html_of(StatusCode::INTERNAL_SERVER_ERROR, &page.finish(), PAGES)
}
