//! Executions of queries.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{page::Page, prepared_statements};
use crate::{
    app::{App, PRIMARY},
    executions::{Execution, State, now},
    fault::Fault,
    object_store::Location,
    query::run,
    resources::{ResultConfiguration, WorkGroup},
    sql::parse::{self, Parsed},
};

/// Bytes of a query string.
const QUERY: usize = 262_144;
/// Ids in a batch, and in a page.
const BATCH: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Start {
    query_string: String,
    #[serde(default)]
    client_request_token: Option<String>,
    #[serde(default)]
    query_execution_context: QueryContext,
    #[serde(default)]
    result_configuration: ResultConfiguration,
    #[serde(default)]
    work_group: Option<String>,
    #[serde(default)]
    execution_parameters: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct QueryContext {
    #[serde(default)]
    database: Option<String>,
    #[serde(default)]
    catalog: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct One {
    query_execution_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Several {
    query_execution_ids: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    #[serde(default)]
    work_group: Option<String>,
    #[serde(flatten)]
    page: Page,
}

pub(super) fn start(app: &Arc<App>, request: Start) -> Result<Value, Fault> {
    if request.query_string.trim().is_empty() || request.query_string.len() > QUERY {
        return Err(Fault::invalid(format!(
            "QueryString must have between 1 and {QUERY} bytes, and has {}",
            request.query_string.len()
        )));
    }
    let work_group = request.work_group.as_deref().unwrap_or(PRIMARY).to_owned();
    let group = enabled(app, &work_group)?;
    let executed = prepared_statements::executed(app, &work_group, &request.query_string)?;
    let (text, parameters) = match executed {
        Some((text, parameters)) => (text, parameters),
        None => (
            request.query_string.clone(),
            request.execution_parameters.clone(),
        ),
    };
    let parsed = parse::parse(&text, &parameters).map_err(Fault::malformed_query)?;
    let id = Uuid::now_v7().to_string();
    let (statement_type, substatement_type, extension) = match &parsed {
        Parsed::Query(_) => ("DML", "SELECT", "csv"),
        Parsed::Explain(_) => ("UTILITY", "EXPLAIN", "txt"),
        Parsed::Definition(one) => (one.statement_type(), one.substatement_type(), "txt"),
    };
    let folder = output_folder(app, &group, request.result_configuration)?;
    let execution = Execution {
        output_location: format!("{folder}{id}.{extension}"),
        id,
        query: request.query_string,
        parameters: request.execution_parameters,
        statement_type: statement_type.to_owned(),
        substatement_type: substatement_type.to_owned(),
        work_group,
        catalog: request.query_execution_context.catalog,
        database: request.query_execution_context.database,
        token: request.client_request_token,
        state: State::Queued,
        reason: None,
        error: None,
        submitted: now(),
        started: None,
        completed: None,
        planning_milliseconds: 0,
        scanned_bytes: 0,
        columns: Vec::new(),
    };
    let (id, stop) = app.executions.begin(execution.clone())?;
    if let Some(stop) = stop {
        let cutoff = group.configuration.bytes_scanned_cutoff_per_query;
        run::spawn(app, execution, parsed, cutoff, stop);
    }
    Ok(json!({ "QueryExecutionId": id }))
}

fn enabled(app: &App, name: &str) -> Result<WorkGroup, Fault> {
    let group = app.read(|estate| estate.work_groups.get(name).cloned());
    let group = group.ok_or_else(|| Fault::invalid(format!("WorkGroup {name} is not found.")))?;
    match group.state.as_str() {
        "ENABLED" => Ok(group),
        _ => Err(Fault::invalid(format!("WorkGroup {name} is disabled."))),
    }
}

/// Where the result goes, with a slash at its end.
fn output_folder(
    app: &App,
    group: &WorkGroup,
    wanted: ResultConfiguration,
) -> Result<String, Fault> {
    let of_group = group
        .configuration
        .result_configuration
        .output_location
        .clone();
    let enforced = group.configuration.enforce_work_group_configuration && of_group.is_some();
    let folder = match enforced {
        true => of_group,
        false => wanted
            .output_location
            .or(of_group)
            .or_else(|| app.output_location.clone()),
    };
    let folder = folder.ok_or_else(|| {
        Fault::invalid("No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.")
    })?;
    let folder = format!("{}/", folder.trim_end_matches('/'));
    let location = Location::parse(&folder);
    let usable = location.is_some_and(|location| {
        let key = location.key.trim_end_matches('/').to_owned();
        Location { key, ..location }.path().is_ok()
    });
    match usable {
        true => Ok(folder),
        false => Err(Fault::invalid(format!(
            "outputLocation is not a valid S3 path: {folder}"
        ))),
    }
}

pub(super) fn get(app: &App, request: &One) -> Result<Value, Fault> {
    let execution = app.executions.get(&request.query_execution_id)?;
    Ok(json!({ "QueryExecution": execution.answer() }))
}

pub(super) fn batch_get(app: &App, request: Several) -> Result<Value, Fault> {
    let ids = request.query_execution_ids;
    if ids.is_empty() || ids.len() > BATCH {
        return Err(Fault::invalid(format!(
            "QueryExecutionIds must have between 1 and {BATCH} members"
        )));
    }
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for id in ids {
        match app.executions.get(&id) {
            Ok(execution) => found.push(execution.answer()),
            Err(fault) => missing.push(json!({
                "QueryExecutionId": id,
                "ErrorCode": "INVALID_INPUT",
                "ErrorMessage": fault.message,
            })),
        }
    }
    Ok(json!({ "QueryExecutions": found, "UnprocessedQueryExecutionIds": missing }))
}

pub(super) fn list(app: &App, request: &List) -> Result<Value, Fault> {
    let work_group = request.work_group.as_deref().unwrap_or(PRIMARY);
    let ids = app.executions.ids(work_group);
    let (ids, next) = request.page.of(ids, BATCH, |id| id)?;
    let mut answer = json!({ "QueryExecutionIds": ids });
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

pub(super) fn stop(app: &App, request: &One) -> Result<Value, Fault> {
    app.executions.stop(&request.query_execution_id)?;
    Ok(json!({}))
}
