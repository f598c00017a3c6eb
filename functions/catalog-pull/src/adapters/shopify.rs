//! Shopify, by the GraphQL Admin API.
//!
//! - A full pull is a bulk operation: Shopify writes all active products with their variants into a
//!   file of JSON lines, which is read in ranges of bytes. One part.
//! - A pull of changes asks `products(query: "updated_at:>=...")` by cursor. Products that are no
//!   longer active (`DRAFT`, `ARCHIVED`, `UNLISTED`) are withdrawn. Deleted ones are not listed: only a
//!   full pull sees that they are gone (and the webhook `products/delete`).
//! - An item is a product, with the number of its global id: `1001` of `gid://shopify/Product/1001`, as
//!   in Shopify's webhooks. Its price is its lowest variant's.
//!
//! Settings: `apiVersion` (2026-07), `category` (`productType`, `taxonomy` or `collection`),
//! `onlineStoreOnly` (`false`; with `true` products without a page in the online store are left out).
//! Secret: `accessToken`, of a custom app with the scope `read_products`.

mod bulk;
mod graphql;
mod node;
mod query;

use std::time::Duration;

use backend::{Answer, Auth, Request};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::config::backend::Catalog;

use self::graphql::Reply;
use crate::{
    adapter::{Adapter, AdapterError, Entry, Mode, Page, Plan, Position, Scope},
    adapters::{
        listing::shape,
        position::{keep, place},
        settings::{Settings, wrong},
        variants::each,
    },
};

const NAME: &str = "Shopify";
/// The API's version without a setting. Each is served for at least twelve months.
const API_VERSION: &str = "2026-07";
/// Products of an answer with changes: with 30 variants each, below the 1,000 points a query may cost.
const PAGE: u32 = 20;
/// More products of an answer would cost too much.
const MOST: u32 = 25;
/// How often another bulk operation is waited for, half a minute each: an hour.
const MOST_WAITS: u32 = 120;
/// How often a bulk operation that failed is begun again.
const MOST_FAILURES: u32 = 3;

/// A shop of Shopify.
#[derive(Debug, Clone)]
pub(crate) struct Shopify {
    path: String,
    category: Category,
    online_store_only: bool,
}

/// What is a product's category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Category {
    /// The type the shop gives it.
    ProductType,
    /// Its place in Shopify's own taxonomy.
    Taxonomy,
    /// The first of its collections.
    Collection,
}

/// Where a pull is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "step",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
enum Place {
    /// Before the bulk operation, behind others `waits` times, after `failures` of its own.
    Start { waits: u32, failures: u32 },
    /// While it runs.
    Poll {
        id: String,
        polls: u32,
        failures: u32,
    },
    /// In its file, at a byte.
    File { url: String, at: u64 },
    /// In the list of changes.
    Changes { after: Option<String> },
}

impl Shopify {
    /// The adapter, as configured.
    pub(crate) fn new(catalog: &Catalog) -> Result<Self, AdapterError> {
        let known = ["apiVersion", "category", "onlineStoreOnly"];
        let settings = Settings::new(&catalog.settings, &known)?;
        let version = settings.optional("apiVersion").unwrap_or(API_VERSION);
        if !is_version(version) {
            let message = format!(
                "is `{version}`; it has to be a version of the Admin API, like {API_VERSION}"
            );
            return Err(wrong("apiVersion", message));
        }
        let category = settings.choice(
            "category",
            ("productType", Category::ProductType),
            &[
                ("taxonomy", Category::Taxonomy),
                ("collection", Category::Collection),
            ],
        )?;
        Ok(Self {
            path: format!("/admin/api/{version}/graphql.json"),
            category,
            online_store_only: settings.truth("onlineStoreOnly", false)?,
        })
    }

    fn ask(&self, query: &str, variables: &Value) -> Request {
        Request::post(&self.path, &json!({"query": query, "variables": variables}))
    }

    fn with_collections(&self) -> bool {
        self.category == Category::Collection
    }

    /// The bulk operation was begun, or another is in its way.
    fn started(&self, data: &Value, waits: u32, failures: u32) -> Result<Page, AdapterError> {
        let payload = &data["bulkOperationRunQuery"];
        if let Some(error) = each(&payload["userErrors"]).first() {
            let message = error["message"].as_str().unwrap_or("without a message");
            if !message.contains("already in progress") {
                return Err(graphql::refused(message));
            }
            if waits >= MOST_WAITS {
                return Err(unfinished(
                    "another bulk operation of this app is still running",
                ));
            }
            let waits = waits + 1;
            return Ok(not_yet(
                &Place::Start { waits, failures },
                Duration::from_secs(30),
            ));
        }
        let id = payload["bulkOperation"]["id"].as_str().map(str::to_owned);
        let id = id.ok_or_else(|| shape(NAME, "bulkOperationRunQuery has no bulkOperation.id"))?;
        let place = Place::Poll {
            id,
            polls: 0,
            failures,
        };
        Ok(not_yet(&place, Duration::from_secs(1)))
    }

    /// The bulk operation runs, has run, or failed.
    fn polled(
        &self,
        data: &Value,
        id: String,
        polls: u32,
        failures: u32,
    ) -> Result<Page, AdapterError> {
        let operation = &data["node"];
        let status = operation["status"].as_str().unwrap_or("UNKNOWN");
        match (status, operation["url"].as_str()) {
            ("COMPLETED", Some(url)) => {
                let url = url.to_owned();
                Ok(not_yet(&Place::File { url, at: 0 }, Duration::ZERO))
            }
            // Without a product there is no file.
            ("COMPLETED", None) => Ok(Page::default()),
            ("CREATED" | "RUNNING" | "CANCELING", _) => {
                let wait = Duration::from_secs((1 << polls.min(5)).min(30));
                let polls = polls + 1;
                Ok(not_yet(
                    &Place::Poll {
                        id,
                        polls,
                        failures,
                    },
                    wait,
                ))
            }
            _ => {
                let code = operation["errorCode"].as_str().unwrap_or("no code");
                let message = format!("the bulk operation is {status} ({code})");
                if code == "ACCESS_DENIED" {
                    return Err(graphql::refused(&format!(
                        "{message}; the app needs read_products"
                    )));
                }
                if failures >= MOST_FAILURES {
                    return Err(unfinished(&message));
                }
                let place = Place::Start {
                    waits: 0,
                    failures: failures + 1,
                };
                Ok(not_yet(&place, Duration::from_secs(10)))
            }
        }
    }

    /// A page of changed products.
    fn changed(&self, scope: &Scope, data: &Value, repaired: bool) -> Result<Page, AdapterError> {
        let products = &data["products"];
        let Some(nodes) = products["nodes"].as_array() else {
            return Err(shape(NAME, "it has no list at `data.products.nodes`"));
        };
        let read = |(index, node)| self.listed(scope, index, node, repaired);
        let info = &products["pageInfo"];
        let next = match (info["hasNextPage"].as_bool(), info["endCursor"].as_str()) {
            (Some(true), Some(cursor)) => Some(Place::Changes {
                after: Some(cursor.to_owned()),
            }),
            (Some(true), None) => {
                return Err(shape(NAME, "a page with a next one has no endCursor"));
            }
            (Some(false), _) => None,
            (None, _) => {
                return Err(shape(
                    NAME,
                    "it has no `data.products.pageInfo.hasNextPage`",
                ));
            }
        };
        Ok(Page {
            entries: nodes.iter().enumerate().filter_map(read).collect(),
            next: next.as_ref().map(keep),
            wait: None,
        })
    }

    /// A product whose variants and collections are within it.
    fn listed(&self, scope: &Scope, index: usize, node: &Value, repaired: bool) -> Option<Entry> {
        let children = node::Children {
            variants: each(&node["variants"]["nodes"]).to_vec(),
            collections: each(&node["collections"]["nodes"]).to_vec(),
        };
        self.entry(scope, index, node, &children, repaired)
    }
}

impl Adapter for Shopify {
    fn auth(&self) -> Auth {
        Auth::Header {
            name: "X-Shopify-Access-Token".to_owned(),
            member: "accessToken".to_owned(),
        }
    }

    fn plan(&self, scope: &Scope) -> Result<Plan, AdapterError> {
        let first = match scope.mode {
            Mode::Full => Place::Start {
                waits: 0,
                failures: 0,
            },
            Mode::Incremental => Place::Changes { after: None },
        };
        Ok(Plan::Parts(vec![keep(&first)]))
    }

    fn parts(&self, _scope: &Scope, _answer: &Answer) -> Result<Vec<Position>, AdapterError> {
        Err(shape(NAME, "its plan asks nothing"))
    }

    fn request(&self, scope: &Scope, position: &Position) -> Result<Request, AdapterError> {
        Ok(match place(position)? {
            Place::Start { .. } => {
                let products = query::bulk(self.with_collections());
                self.ask(query::START, &json!({"query": products}))
            }
            Place::Poll { id, .. } => self.ask(query::POLL, &json!({"id": id})),
            Place::File { url, at } => bulk::request(&url, at),
            Place::Changes { after } => {
                let first = scope.page_size.unwrap_or(PAGE).clamp(1, MOST);
                let since = scope.since.map(|since| format!("updated_at:>='{since}'"));
                let variables = json!({"first": first, "after": after, "query": since});
                self.ask(&query::changes(self.with_collections()), &variables)
            }
        })
    }

    fn page(
        &self,
        scope: &Scope,
        position: &Position,
        answer: &Answer,
        _besides: &[Answer],
    ) -> Result<Page, AdapterError> {
        let at = place(position)?;
        if let Place::File { url, at } = &at {
            return bulk::page(self, scope, url, *at, answer);
        }
        let (data, repaired) = match graphql::reply(answer)? {
            Reply::Data { data, repaired } => (data, repaired),
            Reply::Throttled(wait) => return Ok(not_yet(&at, wait)),
        };
        match at {
            Place::Start { waits, failures } => self.started(&data, waits, failures),
            Place::Poll {
                id,
                polls,
                failures,
            } => self.polled(&data, id, polls, failures),
            Place::Changes { .. } => self.changed(scope, &data, repaired),
            Place::File { .. } => Err(shape(NAME, "a file is no reply")),
        }
    }

    fn one(&self, id: &str) -> Result<Request, AdapterError> {
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(graphql::refused("a product's id is a number, like 1001"));
        }
        let id = format!("{}{id}", node::PRODUCT_ID);
        Ok(self.ask(&query::one(self.with_collections()), &json!({"id": id})))
    }

    fn product(
        &self,
        scope: &Scope,
        id: &str,
        answer: &Answer,
        _besides: &[Answer],
    ) -> Result<Entry, AdapterError> {
        let (data, repaired) = match graphql::reply(answer)? {
            Reply::Data { data, repaired } => (data, repaired),
            Reply::Throttled(_) => return Err(unfinished("it throttles")),
        };
        let withdrawn = Entry::Withdrawn { id: id.to_owned() };
        match data.get("product") {
            Some(Value::Null) => Ok(withdrawn),
            Some(node) => Ok(self.listed(scope, 0, node, repaired).unwrap_or(withdrawn)),
            None => Err(shape(NAME, "it has no `data.product`")),
        }
    }
}

/// The same again, or what comes before any product, after a while.
fn not_yet(next: &Place, wait: Duration) -> Page {
    Page {
        entries: Vec::new(),
        next: Some(keep(next)),
        wait: Some(wait),
    }
}

fn unfinished(message: &str) -> AdapterError {
    AdapterError::Unfinished {
        backend: NAME,
        message: message.to_owned(),
    }
}

/// `2026-07`: a year and the first month of a quarter.
fn is_version(text: &str) -> bool {
    let Some((year, month)) = text.split_once('-') else {
        return false;
    };
    let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    is_year && ["01", "04", "07", "10"].contains(&month)
}

#[cfg(test)]
mod tests;
