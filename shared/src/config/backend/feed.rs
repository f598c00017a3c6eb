//! An endpoint that lists records, described: how it is asked, how it goes on, what is in an answer.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::auth::Auth;

/// An endpoint with a list of records.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Feed {
    /// Its path at the backend, with a `/` first.
    pub path: String,
    /// What an answer is.
    #[serde(default)]
    pub format: Format,
    /// The name of the element that is a record; XML only, and needed there.
    pub record: Option<String>,
    /// What is between the values, a comma without it; CSV only.
    pub delimiter: Option<char>,
    /// How it is asked.
    #[serde(default)]
    pub method: Method,
    /// Query parameters of every request; members of the JSON body with `method: POST`.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// Headers of every request. No secrets: those are `auth`.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// How requests say who sends them.
    #[serde(default)]
    pub auth: Auth,
    /// JMESPath to the list; the document itself without it. JSON only.
    pub items: Option<String>,
    /// How the list goes on.
    #[serde(default)]
    pub pagination: Pagination,
    /// How many records a request asks for.
    pub page_size: Option<PageSize>,
    /// JMESPath to the number of all records: lets a full pull be split, with `page` and `offset`.
    pub total: Option<String>,
    /// JMESPath to the number of all pages: the same, with `page`.
    pub total_pages: Option<String>,
    /// How only what changed is asked for; without it every pull of products is a full one.
    pub updated_since: Option<UpdatedSince>,
    /// How one product is asked for. Products only; without it nothing is pulled for a webhook.
    pub one: Option<OneProduct>,
    /// Where a product's members are in a record. Products only.
    pub fields: Option<Fields>,
}

/// What an answer is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Format {
    /// One JSON document.
    #[default]
    Json,
    /// Comma separated values with a header; a record has a text for each column.
    Csv,
    /// XML; a record has its elements as members, attributes begin with `@`, text beside them is `#text`.
    Xml,
}

/// How an endpoint is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// By a URL.
    #[default]
    Get,
    /// By a JSON body.
    Post,
}

/// How a list goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Pagination {
    /// One answer has it all.
    #[default]
    None,
    /// By the number of a page, until one is empty or the total is reached.
    Page {
        /// The parameter with the number.
        parameter: String,
        /// The first page's number, 0 or 1.
        #[serde(default = "one")]
        first: u32,
    },
    /// By how many records were read, until there are none or the total is reached.
    Offset {
        /// The parameter with the number.
        parameter: String,
    },
    /// By what the answer before gives.
    Cursor {
        /// The parameter with it.
        parameter: String,
        /// JMESPath to it in the answer; null or empty at the end.
        next: String,
    },
    /// By the `Link` header with `rel="next"` (RFC 8288).
    Link,
    /// By a URL in the answer.
    Next {
        /// JMESPath to it; null or empty at the end.
        next: String,
    },
}

/// How many records a request asks for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PageSize {
    /// The parameter.
    pub parameter: String,
    /// The number.
    pub value: u32,
}

/// How only what changed is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdatedSince {
    /// The parameter with the time.
    pub parameter: String,
    /// How the time is written.
    #[serde(default)]
    pub format: TimeFormat,
}

/// How a time is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TimeFormat {
    /// `2026-11-29T23:30:00Z`.
    #[default]
    Rfc3339,
    /// `1796081400`.
    EpochSeconds,
}

/// How one product is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OneProduct {
    /// The path with `{id}` where the id belongs: `/api/products/{id}`.
    pub path: String,
    /// JMESPath to the product in the answer; the document itself (or its only record) without it.
    pub item: Option<String>,
}

/// JMESPath to each member of a product, within a record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fields {
    /// The same as Personalize's `ITEM_ID`.
    pub id: String,
    /// What a person reads.
    pub title: String,
    /// In units of the currency: a number, or a text like `12.50`.
    pub price: String,
    /// ISO 4217 code; `catalog.currency` without it.
    pub currency: Option<String>,
    /// The shop's category.
    pub category: Option<String>,
    /// The maker.
    pub brand: Option<String>,
    /// Text or HTML.
    pub description: Option<String>,
    /// Where a picture is.
    pub image_url: Option<String>,
    /// The product's page.
    pub url: Option<String>,
    /// Whether it can be bought now; every product can without it.
    pub available: Option<String>,
    /// When it came into the shop: RFC 3339 or epoch seconds.
    pub created_at: Option<String>,
    /// The markets it is sold in.
    pub markets: Option<String>,
    /// The channels it is sold through.
    pub channels: Option<String>,
    /// Whether the record says that the product has left the shop.
    pub deleted: Option<String>,
}

impl Fields {
    /// Every declared expression with its key.
    #[must_use]
    pub fn expressions(&self) -> Vec<(&'static str, &str)> {
        let optional = [
            ("currency", &self.currency),
            ("category", &self.category),
            ("brand", &self.brand),
            ("description", &self.description),
            ("imageUrl", &self.image_url),
            ("url", &self.url),
            ("available", &self.available),
            ("createdAt", &self.created_at),
            ("markets", &self.markets),
            ("channels", &self.channels),
            ("deleted", &self.deleted),
        ];
        let needed = [
            ("id", self.id.as_str()),
            ("title", &self.title),
            ("price", &self.price),
        ];
        let given = optional
            .into_iter()
            .filter_map(|(key, expression)| Some((key, expression.as_deref()?)));
        needed.into_iter().chain(given).collect()
    }
}

fn one() -> u32 {
    1
}
