//! Around every request but those to the shop's controls: counted, delayed, refused or cut when a fault
//! asks for it, and allowed or not.

use std::{io, sync::Arc, time::Duration};

use axum::{
    body::{Body, HttpBody},
    extract::{Request, State},
    http::{StatusCode, header::CONTENT_LENGTH},
    middleware::Next,
    response::Response,
};
use futures::{StreamExt, stream};

use crate::{
    answer::Message, app::App, authorization, dialect::Dialect, dice, faults::Faults, shapes,
};

/// Time for the first half of an answer to get through before the connection ends.
const BEFORE_CUT: Duration = Duration::from_millis(20);

pub(crate) async fn around(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let Some(dialect) = Dialect::of(request.uri().path()) else {
        return next.run(request).await;
    };
    app.statistics.asked(dialect.kind(request.uri().path()));
    let faults = app.faults.now();
    let number = app.faults.request();
    if faults.delay > 0 {
        tokio::time::sleep(Duration::from_millis(faults.delay)).await;
    }
    let happens = |share, fault| dice::happens(share, faults.seed, fault, number);
    let graphql = request.uri().path().ends_with("/graphql.json");
    let response = if happens(faults.throttle, "throttle") {
        throttled(dialect, &faults, graphql, number)
    } else if happens(faults.error, "error") {
        dialect.refused(
            StatusCode::INTERNAL_SERVER_ERROR,
            "something went wrong, as was asked for",
        )
    } else if !authorization::allowed(&app, &faults, dialect, request.uri(), request.headers()) {
        dialect.unauthorized()
    } else {
        said(dialect, next.run(request).await)
    };
    app.statistics.answered(response.status().as_u16());
    if happens(faults.cut, "cut") {
        cut(response)
    } else {
        response
    }
}

/// Shopify has two ways to say it, and a client meets both.
fn throttled(dialect: Dialect, faults: &Faults, graphql: bool, number: u64) -> Response {
    if graphql && dice::happens(50.0, faults.seed, "throttled in 200", number) {
        return shapes::graphql_throttled(faults);
    }
    dialect.throttled(faults)
}

/// A refusal in the words of the backend.
fn said(dialect: Dialect, mut response: Response) -> Response {
    match response.extensions_mut().remove::<Message>() {
        Some(Message(message)) => dialect.refused(response.status(), &message),
        // A part of the path that is no number where it has to be one.
        None if response.status() == StatusCode::BAD_REQUEST => {
            dialect.refused(response.status(), "the path cannot be read")
        }
        None => response,
    }
}

/// The first half of an answer, then the end of the connection.
fn cut(response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    let length = body.size_hint().exact();
    let told = head
        .headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    let length = length.or(told).unwrap_or(1);
    head.headers.insert(CONTENT_LENGTH, length.into());
    let mut left = usize::try_from(length / 2).unwrap_or(usize::MAX);
    let half = body.into_data_stream().map(move |chunk| {
        let mut chunk = chunk.map_err(io::Error::other)?;
        chunk.truncate(left);
        left -= chunk.len();
        Ok(chunk)
    });
    // What is beyond the half is empty.
    let half = half.take_while(|chunk: &io::Result<bytes::Bytes>| {
        let goes_on = chunk.as_ref().is_ok_and(|chunk| !chunk.is_empty());
        std::future::ready(goes_on)
    });
    let end = stream::once(async {
        tokio::time::sleep(BEFORE_CUT).await;
        Err(io::Error::other("cut, as was asked for"))
    });
    Response::from_parts(head, Body::from_stream(half.chain(end)))
}
