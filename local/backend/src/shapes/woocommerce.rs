//! WooCommerce's REST API v3: arrays of products, with the totals in headers.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{answer, slug, time};
use crate::{
    answer::Refusal,
    app::App,
    database::{Listed, Order, Span, Which},
    faults::Shown,
    parameters::{Parameters, cited, milliseconds},
};

/// Products of a page unless the request says, and at most.
const USUAL: u64 = 10;
const MOST: u64 = 100;
/// No page or offset is beyond.
const FARTHEST: u64 = 1 << 32;
const TIME: &str = "%Y-%m-%dT%H:%M:%S";

/// `GET /wp-json/wc/v3/products`.
pub(crate) async fn page(
    State(app): State<Arc<App>>,
    mut parameters: Parameters,
) -> Result<Response, Refusal> {
    let limit = parameters.number("per_page", USUAL, 1..=MOST)?;
    let page = parameters.number("page", 1, 1..=FARTHEST)?;
    let skip = parameters.number("offset", (page - 1) * limit, 0..=FARTHEST * MOST)?;
    let span = span(&mut parameters)?;
    let faults = app.faults.now();
    // Where in the pages an offset is.
    let page = skip / limit + 1;
    let skip = skip - (page - faults.page(page)) * limit;
    let (total, products) = app
        .read(move |connection| {
            Ok((
                span.count(connection)?,
                span.products(connection, skip, limit)?,
            ))
        })
        .await?;
    app.statistics.served("catalogue", products.len() as u64);
    let total = faults.seeming(total, limit);
    let products: Vec<Value> = products
        .into_iter()
        .map(|item| product(&faults.shown(item)))
        .collect();
    let totals = [
        ("X-WP-Total", total.to_string()),
        ("X-WP-TotalPages", total.div_ceil(limit).to_string()),
    ];
    Ok((totals, answer(&faults, &Value::Array(products))?).into_response())
}

/// `GET /wp-json/wc/v3/products/{id}`.
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Path(number): Path<i64>,
) -> Result<Response, Refusal> {
    let found = app
        .read(move |connection| Ok(Listed::by_number(connection, number)?))
        .await?;
    let found = found.ok_or_else(|| Refusal::missing("Invalid ID."))?;
    let faults = app.faults.now();
    app.statistics.served("catalogue", 1);
    answer(&faults, &product(&faults.shown(found)))
}

fn span(parameters: &mut Parameters) -> Result<Span, Refusal> {
    let mut span = Span {
        which: Which::All,
        ..Span::default()
    };
    match parameters.take("status")?.as_deref() {
        None | Some("any") => {}
        Some("publish") => span.which = Which::Listed,
        Some("draft") => span.which = Which::Withdrawn,
        Some(other) => {
            return Err(Refusal::bad(format!(
                "Invalid parameter(s): status: {}",
                cited(other)
            )));
        }
    }
    if let Some(order) = parameters.take("orderby")?.filter(|order| order != "id") {
        return Err(Refusal::bad(format!(
            "products are not sorted by {} here",
            cited(&order)
        )));
    }
    // The backend's own default is the newest first.
    if parameters.take("order")?.as_deref() != Some("asc") {
        span.order = Order::NumberDown;
    }
    if let Some(time) = parameters.take("modified_after")? {
        // Without a zone; only that of `dates_are_gmt` is known here.
        let zone = if time.ends_with('Z') { "" } else { "Z" };
        span.changed_from = Some(milliseconds("modified_after", &format!("{time}{zone}"))? + 1);
    }
    Ok(span)
}

fn product(shown: &Shown) -> Value {
    let product = &shown.product;
    let listed = product.deleted_at.is_none();
    let price = product
        .price
        .map(|price| format!("{price:.2}"))
        .unwrap_or_default();
    let named = |number: Option<i64>, name: &Option<String>| -> Vec<Value> {
        let named = number.zip(name.as_ref());
        named
            .map(|(number, name)| json!({ "id": number, "name": html(name), "slug": slug(name) }))
            .into_iter()
            .collect()
    };
    let image = product
        .image
        .as_ref()
        .map(|image| json!({ "id": product.number, "src": image }));
    let mut value = json!({
        "id": product.number,
        "slug": slug(&product.id),
        "permalink": product.url,
        "date_created_gmt": time(product.created_at, TIME),
        "date_modified_gmt": time(product.updated_at, TIME),
        "type": "simple",
        "status": if listed { "publish" } else { "draft" },
        "catalog_visibility": "visible",
        "description": product.description.as_deref().unwrap_or_default(),
        "short_description": "",
        "sku": product.id,
        "price": price,
        "regular_price": price,
        "sale_price": "",
        "purchasable": product.available && product.price.is_some(),
        "stock_status": if product.available { "instock" } else { "outofstock" },
        "categories": named(product.category_number, &product.category),
        "brands": named(product.brand_number, &product.brand),
        "images": image.into_iter().collect::<Vec<_>>(),
        "variations": [],
    });
    if let Some(title) = &shown.title {
        value["name"] = title.as_str().into();
    }
    value
}

/// Names of categories and brands are HTML there.
fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
