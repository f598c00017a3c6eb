//! Shopify's GraphQL Admin API, as far as products go: queries by page, one product, and bulk operations
//! whose result is a file.

mod bulk;
mod file;
mod product;
mod resolve;
mod search;
mod select;

use std::sync::Arc;

use async_graphql_parser::{
    parse_query,
    types::{OperationType, Selection},
};
use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer;
use crate::{answer::Refusal, app::App, faults::Faults};

pub(crate) use bulk::Bulk;
pub(crate) use file::file;

/// Points of the cost that come back in a second.
const RESTORE_RATE: u64 = 100;
/// What a throttled query would have cost.
const COST: u64 = 650;

/// A query and its variables.
#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    query: String,
    #[serde(default)]
    variables: Option<Map<String, Value>>,
    #[serde(rename = "operationName")]
    operation: Option<String>,
}

/// `POST /admin/api/{version}/graphql.json`.
pub(crate) async fn graphql(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Json<Request>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(request) = body.map_err(|error| Refusal::new(error.status(), error.body_text()))?;
    let faults = app.faults.now();
    let value = match data(&app, &app.origin(&headers), request).await {
        Ok(data) => json!({ "data": data, "extensions": { "cost": cost(10, Some(10), 1990) } }),
        Err(Problem::Query(message)) => json!({ "errors": [{ "message": message }] }),
        Err(Problem::Refused(refusal)) => return Err(refusal),
    };
    answer(&faults, &value)
}

/// The answer to a query for which there are no points: a 200.
pub(crate) fn throttled(faults: &Faults) -> Response {
    let available = COST.saturating_sub(RESTORE_RATE * faults.retry_after);
    let documentation = "https://shopify.dev/api/usage/rate-limits";
    let extensions = json!({ "code": "THROTTLED", "documentation": documentation });
    let errors = json!([{ "message": "Throttled", "extensions": extensions }]);
    let cost = cost(COST, None, available);
    Json(json!({ "errors": errors, "extensions": { "cost": cost } })).into_response()
}

fn cost(requested: u64, actual: Option<u64>, available: u64) -> Value {
    json!({
        "requestedQueryCost": requested,
        "actualQueryCost": actual,
        "throttleStatus": {
            "maximumAvailable": 2000.0,
            "currentlyAvailable": available,
            "restoreRate": RESTORE_RATE,
        },
    })
}

/// Why a query has no data.
#[derive(Debug)]
enum Problem {
    /// It is wrong; said with status 200, as GraphQL does.
    Query(String),
    Refused(Refusal),
}

impl From<String> for Problem {
    fn from(message: String) -> Self {
        Self::Query(message)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

async fn data(app: &Arc<App>, origin: &str, request: Request) -> Result<Value, Problem> {
    let document = parse_query(&request.query).map_err(|error| error.to_string())?;
    let mut operations = document.operations.iter();
    let operation = match &request.operation {
        Some(wanted) => {
            operations.find(|(name, _)| name.is_none_or(|name| name.as_str() == wanted))
        }
        None => operations.next(),
    };
    let (_, operation) = operation.ok_or_else(|| "there is no such operation".to_owned())?;
    let variables = request.variables.unwrap_or_default();
    let mut data = Map::new();
    for selection in &operation.node.selection_set.node.items {
        let Selection::Field(field) = &selection.node else {
            return Err("fragments are not known at the root of a query"
                .to_owned()
                .into());
        };
        let field = &field.node;
        let call = resolve::Call {
            app,
            origin,
            variables: &variables,
            field,
        };
        let mutation = operation.node.ty == OperationType::Mutation;
        let value = match (mutation, field.name.node.as_str()) {
            (false, "products") => call.products().await?,
            (false, "product") => call.product().await?,
            (false, "node" | "bulkOperation") => call.operation()?,
            (true, "bulkOperationRunQuery") => call.run_bulk()?,
            (_, name) => return Err(format!("Field '{name}' doesn't exist on the root").into()),
        };
        let selected = select::select(&value, &field.selection_set.node, &document.fragments)?;
        data.insert(field.response_key().node.to_string(), selected);
    }
    Ok(Value::Object(data))
}
