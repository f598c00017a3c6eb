//! The fields at the root of a query.

use std::sync::Arc;

use async_graphql_parser::types::Field;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Problem, product, search};
use crate::{
    app::App,
    database::{Listed, Order, Place},
};

/// Products of a page at most.
const MOST: u64 = 250;

/// A field at the root, with what it may need.
pub(super) struct Call<'c> {
    pub(super) app: &'c Arc<App>,
    pub(super) origin: &'c str,
    pub(super) variables: &'c Map<String, Value>,
    pub(super) field: &'c Field,
}

/// Where a page ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Cursor {
    changed: i64,
    number: i64,
    page: u64,
    /// Whether this is the page that comes twice, for the second time.
    #[serde(default)]
    repeated: bool,
}

impl Call<'_> {
    /// `products(first:, after:, query:, sortKey:)`.
    pub(super) async fn products(&self) -> Result<Value, Problem> {
        let first = self.argument("first")?.and_then(|first| first.as_u64());
        let first = first.filter(|first| (1..=MOST).contains(first));
        let first = first.ok_or_else(|| format!("first must be a number from 1 to {MOST}"))?;
        let after = match self.text("after")? {
            Some(text) => Some(
                Cursor::decode(&text)
                    .ok_or_else(|| "Invalid cursor for current pagination sort.".to_owned())?,
            ),
            None => None,
        };
        let mut span = search::search(&self.text("query")?.unwrap_or_default())?;
        span.order = match self.text("sortKey")?.as_deref() {
            Some("UPDATED_AT") => Order::Changed,
            Some("ID") | None => Order::Number,
            Some(other) => return Err(format!("products cannot be sorted by {other} here").into()),
        };
        span.after = after.as_ref().map(|after| Place {
            changed: after.changed,
            number: after.number,
        });
        let faults = self.app.faults.now();
        let mut products = self
            .app
            .read(move |connection| Ok(span.products(connection, 0, first + 1)?))
            .await?;
        let more = products.len() as u64 > first;
        products.truncate(usize::try_from(first).unwrap_or(usize::MAX));
        self.app
            .statistics
            .served("catalogue", products.len() as u64);
        let page = after.as_ref().map_or(1, |after| after.page + 1);
        let again = after.as_ref().is_some_and(|after| after.repeated);
        let cursors = products.iter().map(|product| {
            let (changed, number) = (product.updated_at, product.number);
            Cursor {
                changed,
                number,
                page,
                repeated: false,
            }
            .encode()
        });
        let cursors: Vec<String> = cursors.collect();
        let end = match after {
            // The same page again: its beginning is where the page before ended.
            _ if more && faults.repeat_page == page && !again => {
                let before = after.map_or((i64::MIN, 0), |after| (after.changed, after.number));
                let cursor = Cursor {
                    changed: before.0,
                    number: before.1,
                    page: page - 1,
                    repeated: true,
                };
                Some(cursor.encode())
            }
            _ => cursors.last().cloned(),
        };
        let nodes: Vec<Value> = products
            .into_iter()
            .map(|item| product::product(&faults.shown(item)))
            .collect();
        let edges: Vec<Value> = nodes
            .iter()
            .zip(&cursors)
            .map(|(node, cursor)| json!({ "__typename": "ProductEdge", "node": node, "cursor": cursor }))
            .collect();
        let info = json!({
            "__typename": "PageInfo",
            "hasNextPage": more,
            "hasPreviousPage": page > 1,
            "startCursor": cursors.first(),
            "endCursor": end,
        });
        let kind = "ProductConnection";
        Ok(json!({ "__typename": kind, "edges": edges, "nodes": nodes, "pageInfo": info }))
    }

    /// `product(id:)`.
    pub(super) async fn product(&self) -> Result<Value, Problem> {
        let id = self.text("id")?.unwrap_or_default();
        let number = id
            .strip_prefix("gid://shopify/Product/")
            .and_then(|number| number.parse().ok());
        let number = number.ok_or_else(|| format!("Invalid global id '{id}'"))?;
        let faults = self.app.faults.now();
        let product = self
            .app
            .read(move |connection| Ok(Listed::by_number(connection, number)?))
            .await?;
        self.app
            .statistics
            .served("catalogue", u64::from(product.is_some()));
        Ok(product.map_or(Value::Null, |item| product::product(&faults.shown(item))))
    }

    /// `bulkOperationRunQuery(query:)`.
    pub(super) fn run_bulk(&self) -> Result<Value, Problem> {
        let query = self
            .text("query")?
            .ok_or_else(|| "query is missing".to_owned())?;
        match self.app.bulk.run(self.app, &query)? {
            Ok(operation) => Ok(json!({ "bulkOperation": operation, "userErrors": [] })),
            Err(message) => Ok(json!({
                "bulkOperation": null,
                "userErrors": [{ "field": null, "message": message }],
            })),
        }
    }

    /// `node(id:)` of a bulk operation.
    pub(super) fn operation(&self) -> Result<Value, Problem> {
        let id = self.text("id")?.unwrap_or_default();
        Ok(self.app.bulk.poll(&id, self.origin).unwrap_or(Value::Null))
    }

    fn text(&self, name: &str) -> Result<Option<String>, Problem> {
        match self.argument(name)? {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("the argument {name} must be text").into()),
        }
    }

    /// The value of an argument, its variables filled in.
    fn argument(&self, name: &str) -> Result<Option<Value>, Problem> {
        let Some(value) = self.field.get_argument(name) else {
            return Ok(None);
        };
        let wrong =
            |error: serde_json::Error| format!("the argument {name} cannot be read: {error}");
        let constant = value.node.clone().into_const_with(|variable| {
            let value = self.variables.get(variable.as_str()).cloned();
            value.unwrap_or_default().try_into()
        });
        Ok(Some(constant.map_err(wrong)?.into_json().map_err(wrong)?))
    }
}

impl Cursor {
    fn encode(&self) -> String {
        BASE64_STANDARD.encode(json!(self).to_string())
    }

    fn decode(text: &str) -> Option<Self> {
        serde_json::from_slice(&BASE64_STANDARD.decode(text).ok()?).ok()
    }
}
