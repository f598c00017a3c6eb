//! The shop's backend: where its products come from, and the tables Athena reads from it.
//!
//! Only the shape is declared here. Its address and its secret belong to a deployment: they are
//! parameters of the template, and the functions have them as `BACKEND_URL` and `BACKEND_SECRET`.

mod auth;
mod catalog;
mod feed;
mod table;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use auth::{Auth, ClientAuth};
pub use catalog::{Adapter, Catalog, Encoding, Webhook, WebhookKind};
pub use feed::{
    Feed, Fields, Format, Method, OneProduct, PageSize, Pagination, TimeFormat, UpdatedSince,
};
pub use table::{Column, ColumnFilter, ColumnType, Parameter, Splits, Table};

/// The backend.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Backend {
    /// How many requests a second one process may send; as many as it can without it.
    pub requests_per_second: Option<f64>,
    /// The products. Without it none are pulled.
    pub catalog: Option<Catalog>,
    /// The tables of Athena's schema `shop`, by name.
    #[serde(default)]
    pub tables: BTreeMap<String, Table>,
}
