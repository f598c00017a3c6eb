//! BigCommerce's catalogue v3: products with numbers for brands and categories, whose names are asked for.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use serde_json::{Value, json};

use super::{answer, slug, time};
use crate::{
    answer::Refusal,
    app::App,
    database::{Listed, Order, Place, Span, Which, all_names, names},
    faults::Shown,
    parameters::{Parameters, cited, milliseconds},
};

/// Products or names of a page at most, and products unless the request says.
const MOST: u64 = 250;
const USUAL: u64 = 50;
/// No page is beyond.
const PAGES: u64 = 1 << 32;
const TIME: &str = "%Y-%m-%dT%H:%M:%S+00:00";

/// `GET /stores/{store}/v3/catalog/products`.
pub(crate) async fn page(
    State(app): State<Arc<App>>,
    mut parameters: Parameters,
) -> Result<Response, Refusal> {
    let limit = parameters.number("limit", USUAL, 1..=MOST)?;
    let page = parameters.number("page", 1, 1..=PAGES)?;
    let mut span = span(&mut parameters)?;
    let keyed = span.after.is_some();
    if keyed {
        app.faults.again(&mut span);
    }
    let faults = app.faults.now();
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
    let total = if keyed {
        total
    } else {
        faults.seeming(total, limit)
    };
    let count = products.len();
    let data: Vec<Value> = products
        .into_iter()
        .map(|item| product(&faults.shown(item)))
        .collect();
    let meta = meta(total, count, limit, page);
    answer(&faults, &json!({ "data": data, "meta": meta }))
}

/// `GET /stores/{store}/v3/catalog/products/{id}`.
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Path((_, number)): Path<(String, i64)>,
) -> Result<Response, Refusal> {
    let found = app
        .read(move |connection| Ok(Listed::by_number(connection, number)?))
        .await?;
    let found = found.ok_or_else(|| Refusal::missing("The product was not found"))?;
    let faults = app.faults.now();
    app.statistics.served("catalogue", 1);
    answer(
        &faults,
        &json!({ "data": product(&faults.shown(found)), "meta": {} }),
    )
}

/// `GET /stores/{store}/v3/catalog/brands`.
pub(crate) async fn brands(
    State(app): State<Arc<App>>,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    named(
        &app,
        parameters,
        "brand",
        "id:in",
        |number, name| json!({ "id": number, "name": name }),
    )
    .await
}

/// `GET /stores/{store}/v3/catalog/trees/categories`.
pub(crate) async fn categories(
    State(app): State<Arc<App>>,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    let category =
        |number, name| json!({ "category_id": number, "parent_id": 0, "tree_id": 1, "name": name });
    named(&app, parameters, "category", "category_id:in", category).await
}

async fn named(
    app: &Arc<App>,
    mut parameters: Parameters,
    kind: &'static str,
    filter: &str,
    shown: impl Fn(i64, String) -> Value,
) -> Result<Response, Refusal> {
    let limit = parameters.number("limit", USUAL, 1..=MOST)?;
    let numbers: Option<Vec<i64>> = match parameters.take(filter)? {
        Some(text) => Some(super::numbers(filter, &text)?),
        None => None,
    };
    let kept = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = app
        .read(move |connection| {
            Ok(match numbers {
                Some(numbers) => names(connection, kind, &numbers)?,
                None => all_names(connection, kind, u32::try_from(limit).unwrap_or(u32::MAX))?,
            })
        })
        .await?;
    found.truncate(kept);
    let count = found.len();
    let data: Vec<Value> = found
        .into_iter()
        .map(|(number, name)| shown(number, name))
        .collect();
    let meta = meta(count as u64, count, limit, 1);
    answer(&app.faults.now(), &json!({ "data": data, "meta": meta }))
}

fn meta(total: u64, count: usize, limit: u64, page: u64) -> Value {
    json!({ "pagination": {
        "total": total,
        "count": count,
        "per_page": limit,
        "current_page": page,
        "total_pages": total.div_ceil(limit),
        "links": { "current": format!("?page={page}&limit={limit}") },
    } })
}

fn span(parameters: &mut Parameters) -> Result<Span, Refusal> {
    let mut span = Span {
        which: Which::All,
        ..Span::default()
    };
    if let Some(sort) = parameters.take("sort")?.filter(|sort| sort != "id") {
        return Err(Refusal::bad(format!(
            "products are not sorted by {} here",
            cited(&sort)
        )));
    }
    if parameters.take("direction")?.as_deref() == Some("desc") {
        span.order = Order::NumberDown;
    }
    match parameters.take("is_visible")?.as_deref() {
        None => {}
        Some("true" | "1") => span.which = Which::Listed,
        Some("false" | "0") => span.which = Which::Withdrawn,
        Some(_) => return Err(Refusal::bad("is_visible must be true or false")),
    }
    let number = |name: &str, text: String| {
        text.parse::<i64>()
            .map_err(|_| Refusal::bad(format!("{name} must be a whole number")))
    };
    if let Some(text) = parameters.take("id:greater")? {
        span.after = Some(Place {
            changed: 0,
            number: number("id:greater", text)?,
        });
    }
    if let Some(text) = parameters.take("id:max")? {
        span.last = Some(number("id:max", text)?);
    }
    if let Some(text) = parameters.take("date_modified:min")? {
        span.changed_from = Some(milliseconds("date_modified:min", &text)?);
    }
    Ok(span)
}

fn product(shown: &Shown) -> Value {
    let product = &shown.product;
    let price = product.price.map(|price| shown.number(price));
    let stock = if product.available { 10 } else { 0 };
    let mut value = json!({
        "id": product.number,
        "type": "physical",
        "sku": product.id,
        "description": product.description.as_deref().unwrap_or_default(),
        "price": price,
        "sale_price": 0,
        "calculated_price": price,
        "categories": product.category_number.into_iter().collect::<Vec<_>>(),
        "brand_id": product.brand_number.unwrap_or_default(),
        "inventory_level": stock,
        "inventory_tracking": "product",
        "is_visible": product.deleted_at.is_none(),
        "availability": if product.available { "available" } else { "disabled" },
        "is_price_hidden": false,
        "date_created": time(product.created_at, TIME),
        "date_modified": time(product.updated_at, TIME),
        "custom_url": { "url": format!("/{}/", slug(&product.id)), "is_customized": false },
        "primary_image": product.image.as_ref().map(|image| json!({ "id": product.number, "url_standard": image })),
        "variants": [{
            "id": product.number,
            "product_id": product.number,
            "sku": product.id,
            "price": null,
            "calculated_price": price,
            "inventory_level": stock,
            "purchasing_disabled": !product.available,
        }],
    });
    if let Some(title) = &shown.title {
        value["name"] = title.as_str().into();
    }
    value
}
