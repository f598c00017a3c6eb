//! WooCommerce, by its REST API v3.
//!
//! - A full pull lists the published products by ascending id, 100 at a time, in parts. WooCommerce
//!   counts (`offset`) and has no way to go on from an id; every page begins with the last product of
//!   the page before, so that a product that goes meanwhile, and moves those behind it, is noticed.
//! - A pull of changes asks with `modified_after` for products of any status: `draft`, `pending` and
//!   `private` ones, and ones hidden from the catalogue, are withdrawn. Trashed and deleted ones are not
//!   listed: only a full pull sees that they are gone (and the webhook `product.deleted`).
//! - An item is a product, with its number as id; the price of a variable one is its lowest variation's.
//!
//! Settings: none; the currency of prices is `catalog.currency`. Secret: `consumerKey`,
//! `consumerSecret` of a key that may read. WooCommerce takes them by HTTPS only.

mod counted;

use backend::{Answer, Auth, Request};
use serde_json::Value;
use shared::config::backend::Catalog;

use self::counted::{Count, Place};
use crate::{
    adapter::{Adapter, AdapterError, Entry, Mode, Page, Plan, Position, Scope},
    adapters::{
        listing::{Listing, id_number, not_for_sale, object, shape},
        position::{keep, place},
        settings::Settings,
        variants::{each, first_of},
    },
    parts,
    product::Found,
};

const NAME: &str = "WooCommerce";
const PATH: &str = "/wp-json/wc/v3/products";
/// The most products of an answer.
const MOST: u32 = 100;

/// A shop of WooCommerce.
#[derive(Debug, Clone)]
pub(crate) struct Woocommerce;

impl Woocommerce {
    /// The adapter, as configured.
    pub(crate) fn new(catalog: &Catalog) -> Result<Self, AdapterError> {
        match catalog.settings.keys().next() {
            None => Ok(Self),
            Some(_) => Settings::new(&catalog.settings, &[]).map(|_| Self),
        }
    }
}

impl Adapter for Woocommerce {
    fn auth(&self) -> Auth {
        Auth::Basic {
            username: "consumerKey".to_owned(),
            password: "consumerSecret".to_owned(),
        }
    }

    fn plan(&self, scope: &Scope) -> Result<Plan, AdapterError> {
        match scope.mode {
            Mode::Full => Ok(Plan::Ask(ask(scope, 0, 1).query("_fields", "id"))),
            Mode::Incremental => Ok(Plan::Parts(vec![keep(&Place::part(0, None))])),
        }
    }

    fn parts(&self, scope: &Scope, answer: &Answer) -> Result<Vec<Position>, AdapterError> {
        let total = total(answer).ok_or_else(|| shape(NAME, "it has no X-WP-Total"))?;
        let size = u64::from(limit(scope));
        let parts = parts::split(total.div_ceil(size));
        let place = |(first, end): (u64, Option<u64>)| {
            keep(&Place::part(first * size, end.map(|end| end * size)))
        };
        Ok(parts.into_iter().map(place).collect())
    }

    fn request(&self, scope: &Scope, position: &Position) -> Result<Request, AdapterError> {
        let place: Place = place(position)?;
        Ok(ask(scope, place.at, place.asks(limit(scope))))
    }

    fn page(
        &self,
        scope: &Scope,
        position: &Position,
        answer: &Answer,
        _besides: &[Answer],
    ) -> Result<Page, AdapterError> {
        let place: Place = place(position)?;
        let listing = Listing::read(NAME, answer, "")?;
        let entries = listing.entries(|index, product| {
            let is_new = place.is_new(id_number(&product["id"]));
            is_new.then(|| entry(scope, index, product, listing.repaired))?
        });
        let ids: Vec<u64> = listing
            .items
            .iter()
            .filter_map(|one| id_number(&one["id"]))
            .collect();
        let count = Count {
            listed: listing.items.len() as u64,
            asked: place.asks(limit(scope)),
            total: total(answer),
        };
        place.page(NAME, entries, &ids, count)
    }

    fn one(&self, id: &str) -> Result<Request, AdapterError> {
        Ok(Request::get(format!("{PATH}/{}", backend::segment(id))))
    }

    fn product(
        &self,
        scope: &Scope,
        id: &str,
        answer: &Answer,
        _besides: &[Answer],
    ) -> Result<Entry, AdapterError> {
        let (product, repaired) = object(NAME, answer, "")?;
        let entry = entry(scope, 0, &product, repaired);
        Ok(entry.unwrap_or_else(|| Entry::Withdrawn { id: id.to_owned() }))
    }
}

fn ask(scope: &Scope, offset: u64, limit: u64) -> Request {
    let request = Request::get(PATH)
        .query("orderby", "id")
        .query("order", "asc")
        .query("per_page", limit)
        .query("offset", offset);
    match scope.since {
        None => request.query("status", "publish"),
        // WooCommerce reads a time without a zone, and `dates_are_gmt` says which.
        Some(since) => request
            .query("status", "any")
            .query("modified_after", since.strftime("%Y-%m-%dT%H:%M:%S"))
            .query("dates_are_gmt", true),
    }
}

fn limit(scope: &Scope) -> u32 {
    scope.page_size.unwrap_or(MOST).clamp(2, MOST)
}

fn total(answer: &Answer) -> Option<u64> {
    answer.header("X-WP-Total")?.trim().parse().ok()
}

/// What the product is to a pull; `None` when a full pull leaves it out.
fn entry(scope: &Scope, index: usize, product: &Value, repaired: bool) -> Option<Entry> {
    let is = |member: &str, values: &[&str]| {
        product[member]
            .as_str()
            .is_some_and(|value| values.contains(&value))
    };
    let not_public = product["status"]
        .as_str()
        .is_some_and(|status| status != "publish");
    if not_public || is("catalog_visibility", &["hidden"]) {
        return not_for_sale(scope, &product["id"]);
    }
    let names = |member: &str| first_of(each(&product[member]).iter().map(|one| &one["name"]));
    let found = Found {
        id: product["id"].clone(),
        title: decoded(product["name"].clone()),
        price: product["price"].clone(),
        category: decoded(names("categories")),
        brand: decoded(names("brands")),
        description: first_of([&product["description"], &product["short_description"]]),
        image_url: first_of(each(&product["images"]).iter().map(|image| &image["src"])),
        url: product["permalink"].clone(),
        available: Value::from(!is("stock_status", &["outofstock"])),
        created_at: product["date_created_gmt"].clone(),
        ..Found::default()
    };
    Some(found.check(scope, index, repaired))
}

/// WordPress writes names as HTML: `Alder &amp; Co`.
fn decoded(text: Value) -> Value {
    match text {
        Value::String(text) => Value::from(html_escape::decode_html_entities(&text).into_owned()),
        other => other,
    }
}

#[cfg(test)]
mod tests;
