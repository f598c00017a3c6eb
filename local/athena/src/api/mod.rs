//! The operations of the API, by name.

mod catalogs;
mod executions;
pub(crate) mod metadata;
mod named_queries;
mod page;
mod prepared_statements;
mod results;
mod work_groups;

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{app::App, fault::Fault};

/// Performs an operation.
///
/// # Errors
/// What the API answers in place of the result.
pub(crate) async fn call(app: &Arc<App>, name: &str, body: &[u8]) -> Result<Value, Fault> {
    match name {
        "StartQueryExecution" => executions::start(app, input(body)?),
        "GetQueryExecution" => executions::get(app, &input(body)?),
        "BatchGetQueryExecution" => executions::batch_get(app, input(body)?),
        "ListQueryExecutions" => executions::list(app, &input(body)?),
        "StopQueryExecution" => executions::stop(app, &input(body)?),
        "GetQueryResults" => results::get(app, &input(body)?).await,
        "CreateNamedQuery" => named_queries::create(app, input(body)?),
        "GetNamedQuery" => named_queries::get(app, &input(body)?),
        "BatchGetNamedQuery" => named_queries::batch_get(app, input(body)?),
        "ListNamedQueries" => named_queries::list(app, &input(body)?),
        "UpdateNamedQuery" => named_queries::update(app, input(body)?),
        "DeleteNamedQuery" => named_queries::delete(app, &input(body)?),
        "CreatePreparedStatement" => prepared_statements::create(app, input(body)?),
        "GetPreparedStatement" => prepared_statements::get(app, &input(body)?),
        "ListPreparedStatements" => prepared_statements::list(app, &input(body)?),
        "UpdatePreparedStatement" => prepared_statements::update(app, input(body)?),
        "DeletePreparedStatement" => prepared_statements::delete(app, &input(body)?),
        "CreateWorkGroup" => work_groups::create(app, input(body)?),
        "GetWorkGroup" => work_groups::get(app, &input(body)?),
        "ListWorkGroups" => work_groups::list(app, &input(body)?),
        "UpdateWorkGroup" => work_groups::update(app, input(body)?),
        "DeleteWorkGroup" => work_groups::delete(app, &input(body)?),
        "CreateDataCatalog" => catalogs::create(app, input(body)?),
        "GetDataCatalog" => catalogs::get(app, &input(body)?),
        "ListDataCatalogs" => catalogs::list(app, &input(body)?),
        "UpdateDataCatalog" => catalogs::update(app, input(body)?),
        "DeleteDataCatalog" => catalogs::delete(app, &input(body)?),
        "ListDatabases" => metadata::list_databases(app, &input(body)?).await,
        "GetDatabase" => metadata::get_database(app, &input(body)?).await,
        "ListTableMetadata" => metadata::list_tables(app, &input(body)?).await,
        "GetTableMetadata" => metadata::get_table(app, &input(body)?).await,
        _ => Err(Fault::unknown_operation(name)),
    }
}

fn input<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| {
        Fault::invalid(format!(
            "1 validation error detected: the request cannot be read: {error}"
        ))
    })
}
