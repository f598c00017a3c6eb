//! The shop's own catalogue: products by page, changes since a time, one by its id.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    answer::Refusal,
    app::App,
    database::{Listed, Order, Span, Which},
    faults::Shown,
    parameters::{Parameters, cited},
    shapes,
};

/// Products of a page unless the request says, and at most.
const USUAL: u64 = 250;
const MOST: u64 = 1000;
/// No page is beyond.
const PAGES: u64 = 1 << 40;

/// `GET /api/products`.
pub(crate) async fn page(
    State(app): State<Arc<App>>,
    mut parameters: Parameters,
) -> Result<Response, Refusal> {
    let page = parameters.number("page", 1, 1..=PAGES)?;
    let limit = parameters.number("limit", USUAL, 1..=MOST)?;
    let since = parameters.time("updated_since")?;
    parameters.end()?;
    let faults = app.faults.now();
    let span = match since {
        Some(_) => Span {
            which: Which::All,
            changed_from: since,
            order: Order::Changed,
            ..Span::default()
        },
        None => Span::default(),
    };
    let skip = (faults.page(page) - 1) * limit;
    let (total, products) = app
        .read(move |connection| {
            Ok((
                span.count(connection)?,
                span.products(connection, skip, limit)?,
            ))
        })
        .await?;
    app.statistics.served("catalogue", products.len() as u64);
    let pages = faults.seeming(total.div_ceil(limit), 1);
    let products: Vec<Value> = products
        .into_iter()
        .map(|product| match product.deleted_at {
            Some(_) => json!({ "id": product.id, "deleted": true }),
            None => shown(&faults.shown(product)),
        })
        .collect();
    shapes::answer(
        &faults,
        &json!({ "products": products, "page": page, "pages": pages }),
    )
}

/// `GET /api/products/{id}`.
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let faults = app.faults.now();
    let missing = Refusal::missing(format!("there is no product {}", cited(&id)));
    let product = app
        .read(move |connection| Ok(Listed::by_id(connection, &id)?))
        .await?;
    let product = product
        .filter(|product| product.deleted_at.is_none())
        .ok_or(missing)?;
    app.statistics.served("catalogue", 1);
    shapes::answer(&faults, &shown(&faults.shown(product)))
}

/// A product in the shop's own words.
pub(crate) fn shown(shown: &Shown) -> Value {
    let product = &shown.product;
    let mut value = json!({
        "id": product.id,
        "description": product.description,
        "price": product.price.map(|price| shown.number(price)),
        "currency": product.currency,
        "category": product.category,
        "brand": product.brand,
        "image": product.image,
        "url": product.url,
        "in_stock": product.available,
        "created_at": time(product.created_at),
        "updated_at": time(product.updated_at),
    });
    if let Some(title) = &shown.title {
        value["name"] = title.as_str().into();
    }
    value
}

fn time(milliseconds: i64) -> Option<String> {
    Timestamp::from_millisecond(milliseconds)
        .ok()
        .map(|time| time.to_string())
}
