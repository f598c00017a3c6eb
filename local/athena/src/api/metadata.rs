//! Databases and tables, of our catalog and of connectors.

use std::{collections::BTreeMap, sync::Arc};

use athena_federation::message;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::page::Page;
use crate::{
    app::App,
    fault::Fault,
    federated::connector::{Connector, Functions},
    query::{
        failure::Failure,
        plan::{Found, find, functions},
    },
    resources::Column,
    sql::{hive_type, parse::LAMBDA, relations::TableName},
};

/// Things in a page.
const PAGE: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListDatabases {
    catalog_name: String,
    #[serde(flatten)]
    page: Page,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetDatabase {
    catalog_name: String,
    database_name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListTables {
    catalog_name: String,
    database_name: String,
    #[serde(default)]
    expression: Option<String>,
    #[serde(flatten)]
    page: Page,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetTable {
    catalog_name: String,
    database_name: String,
    table_name: String,
}

pub(super) async fn list_databases(
    app: &Arc<App>,
    request: &ListDatabases,
) -> Result<Value, Fault> {
    let catalog = catalog(&request.catalog_name);
    let names = database_names(app, &catalog).await.map_err(fault)?;
    let (page, next): (Vec<String>, _) = request.page.of(names, PAGE, |name| name)?;
    let page = page.iter().map(|name| json!({ "Name": name }));
    let mut answer = json!({ "DatabaseList": page.collect::<Vec<_>>() });
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

pub(super) async fn get_database(app: &Arc<App>, request: &GetDatabase) -> Result<Value, Fault> {
    let catalog = catalog(&request.catalog_name);
    let names = database_names(app, &catalog).await.map_err(fault)?;
    let name = request.database_name.to_lowercase();
    match names.contains(&name) {
        true => Ok(json!({ "Database": { "Name": name } })),
        false => Err(Fault::metadata(format!("Database {name} not found"))),
    }
}

pub(super) async fn list_tables(app: &Arc<App>, request: &ListTables) -> Result<Value, Fault> {
    let catalog = catalog(&request.catalog_name);
    let database = request.database_name.to_lowercase();
    let mut names = table_names(app, &catalog, &database).await.map_err(fault)?;
    if let Some(expression) = &request.expression {
        let expression = regex_lite::Regex::new(&format!("^(?:{expression})$"));
        let expression = expression
            .map_err(|error| Fault::invalid(format!("Expression is not a regular one: {error}")))?;
        names.retain(|name| expression.is_match(name));
    }
    let (page, next): (Vec<String>, _) = request.page.of(names, PAGE, |name| name)?;
    let mut tables = Vec::new();
    for table in page {
        let name = TableName {
            catalog: catalog.clone(),
            database: database.clone(),
            table,
        };
        tables.push(described(app, &name).await.map_err(fault)?);
    }
    let mut answer = json!({ "TableMetadataList": tables });
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

pub(super) async fn get_table(app: &Arc<App>, request: &GetTable) -> Result<Value, Fault> {
    let name = TableName {
        catalog: catalog(&request.catalog_name),
        database: request.database_name.to_lowercase(),
        table: request.table_name.to_lowercase(),
    };
    let table = described(app, &name).await.map_err(fault)?;
    Ok(json!({ "TableMetadata": table }))
}

fn catalog(name: &str) -> String {
    match name.starts_with(LAMBDA) {
        true => name.to_owned(),
        false => name.to_lowercase(),
    }
}

fn fault(failure: Failure) -> Fault {
    match failure {
        Failure::User {
            code: "CATALOG_NOT_FOUND",
            message,
        } => Fault::invalid(message),
        other => Fault::metadata(other.to_string()),
    }
}

/// The names of a catalog's databases, in order.
///
/// # Errors
/// When there is no such catalog, or its connector does not answer.
pub(crate) async fn database_names(app: &Arc<App>, catalog: &str) -> Result<Vec<String>, Failure> {
    let Some(functions) = functions_of(app, catalog)? else {
        return Ok(app.read(|estate| estate.databases.keys().cloned().collect()));
    };
    let connector = connect(app, &functions, catalog).await?;
    let names = connector.client.schemas().await;
    let names = names.map_err(connector.failed("listing schemas"))?;
    Ok(lower_and_sorted(names))
}

/// The names of a database's tables, in order.
///
/// # Errors
/// When there is no such catalog or database, or the connector does not answer.
pub(crate) async fn table_names(
    app: &Arc<App>,
    catalog: &str,
    database: &str,
) -> Result<Vec<String>, Failure> {
    let Some(functions) = functions_of(app, catalog)? else {
        let names = app.read(|estate| {
            let database = estate.databases.get(database)?;
            Some(database.tables.keys().cloned().collect())
        });
        return names.ok_or_else(|| {
            Failure::user(
                "SCHEMA_NOT_FOUND",
                format!("Schema '{database}' does not exist"),
            )
        });
    };
    let connector = connect(app, &functions, catalog).await?;
    let names = connector.client.tables(database).await;
    let names = names.map_err(connector.failed("listing tables"))?;
    Ok(lower_and_sorted(
        names.into_iter().map(|name| name.table_name).collect(),
    ))
}

/// The columns and the partition columns of a table.
///
/// # Errors
/// When there is no such table, or the connector does not answer.
pub(crate) async fn columns(
    app: &Arc<App>,
    name: &TableName,
) -> Result<(Vec<Column>, Vec<Column>), Failure> {
    match app.read(|estate| find(estate, name)) {
        Found::Table(table) => Ok((table.columns, table.partition_keys)),
        Found::Nothing { code, what } => Err(Failure::user(code, format!("{what} does not exist"))),
        Found::Connector(functions) => {
            let connector = connect(app, &functions, &name.catalog).await?;
            let table = connector
                .client
                .table(&message::TableName::new(&name.database, &name.table))
                .await;
            let table = table.map_err(connector.failed("retrieving metadata"))?;
            let columns = table.schema.fields().iter().map(|field| Column {
                name: field.name().to_lowercase(),
                data_type: hive_type::name(field.data_type()),
                comment: None,
            });
            let is_partition = |column: &Column| {
                let mut names = table.partition_columns.iter();
                names.any(|name| name.eq_ignore_ascii_case(&column.name))
            };
            let (partitions, columns) = columns.partition(is_partition);
            Ok((columns, partitions))
        }
    }
}

async fn described(app: &Arc<App>, name: &TableName) -> Result<Value, Failure> {
    let (columns, partition_keys) = columns(app, name).await?;
    let mut answer = json!({
        "Name": name.table,
        "TableType": "EXTERNAL_TABLE",
        "Columns": columns,
        "PartitionKeys": partition_keys,
    });
    if let Found::Table(table) = app.read(|estate| find(estate, name)) {
        let mut parameters: BTreeMap<String, String> = table.parameters;
        parameters.insert("location".to_owned(), table.location);
        answer["CreateTime"] = json!(table.created);
        answer["Parameters"] = json!(parameters);
    }
    Ok(answer)
}

fn functions_of(app: &App, catalog: &str) -> Result<Option<Functions>, Failure> {
    let functions = app.read(|estate| functions(estate, catalog));
    functions.ok_or_else(|| {
        Failure::user(
            "CATALOG_NOT_FOUND",
            format!("Catalog '{catalog}' does not exist"),
        )
    })
}

async fn connect(
    app: &Arc<App>,
    functions: &Functions,
    catalog: &str,
) -> Result<Connector, Failure> {
    let query_id = Uuid::now_v7().to_string();
    Connector::connect(app, &functions.metadata, catalog, &query_id, None).await
}

fn lower_and_sorted(mut names: Vec<String>) -> Vec<String> {
    names
        .iter_mut()
        .for_each(|name| *name = name.to_lowercase());
    names.sort();
    names
}
