//! A query of Athena from its start to its rows.

use std::time::Duration;

use aws_sdk_athena::{Client, types::QueryExecutionState};

const PAUSE: Duration = Duration::from_millis(100);

/// The rows of `sql`, null as an empty text.
///
/// # Errors
/// Why it failed, or what the client says when Athena does not answer.
pub(crate) async fn query(
    client: &Client,
    workgroup: &str,
    sql: &str,
) -> Result<Vec<Vec<String>>, String> {
    let started = client
        .start_query_execution()
        .query_string(sql)
        .work_group(workgroup)
        .send()
        .await
        .map_err(|error| format!("{:?}", error.into_service_error()))?;
    let id = started.query_execution_id().unwrap_or_default();
    ended(client, id).await?;
    let mut pages = client
        .get_query_results()
        .query_execution_id(id)
        .into_paginator()
        .send();
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| format!("{:?}", error.into_service_error()))?;
        let page = page.result_set.and_then(|set| set.rows).unwrap_or_default();
        rows.extend(page.iter().map(|row| {
            let cells = row.data().iter();
            let cells = cells.map(|cell| cell.var_char_value().unwrap_or_default().to_owned());
            cells.collect::<Vec<_>>()
        }));
    }
    // The first row of a SELECT has the names of the columns.
    Ok(rows.into_iter().skip(1).collect())
}

async fn ended(client: &Client, id: &str) -> Result<(), String> {
    loop {
        let state = client
            .get_query_execution()
            .query_execution_id(id)
            .send()
            .await
            .map_err(|error| format!("{:?}", error.into_service_error()))?;
        let status = state
            .query_execution
            .and_then(|execution| execution.status)
            .ok_or("no status")?;
        match status.state {
            Some(QueryExecutionState::Queued | QueryExecutionState::Running) => {
                tokio::time::sleep(PAUSE).await;
            }
            Some(QueryExecutionState::Succeeded) => return Ok(()),
            other => {
                let reason = status.state_change_reason.unwrap_or_default();
                return Err(format!("{other:?}: {reason}"));
            }
        }
    }
}
