//! The shop's tables as rows: what a report or a query engine asks for.
//!
//! A page goes on where the one before ended, by a key of the last row and not by a count of rows, so
//! rows that come or change meanwhile neither shift nor repeat others.

mod columns;
mod cursor;
mod page;
mod query;

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, State},
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};

use crate::{
    answer::Refusal,
    app::App,
    parameters::{Parameters, cited},
};

/// `GET /api/tables/{table}`.
pub(crate) async fn rows(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    let table = columns::table(&name)
        .ok_or_else(|| Refusal::missing(format!("there is no table {}", cited(&name))))?;
    let query = query::Query::parse(table, parameters)?;
    let repeat = app.faults.now().repeat_page;
    let page = app
        .read(move |connection| query.page(connection, repeat))
        .await?;
    app.statistics.served(table.name, page.rows);
    let headers = [(CONTENT_TYPE, "application/json")];
    Ok((headers, Body::from(page.body)).into_response())
}

/// Whether there is such a table.
pub(crate) fn known(name: &str) -> Option<&'static str> {
    columns::table(name).map(|table| table.name)
}
