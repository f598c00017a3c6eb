//! Salesforce B2C Commerce: SCAPI's products, searched with a query in JSON.

use std::sync::Arc;

use axum::{
    Json,
    extract::{
        Form, Path, State,
        rejection::{FormRejection, JsonRejection},
    },
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{CURRENCY, Grant, answer, client_credentials, slug, time};
use crate::{
    answer::Refusal,
    app::App,
    database::{Listed, Order, Span, Which},
    faults::Shown,
    parameters::{cited, milliseconds},
};

/// Seconds that a token is good for.
const TOKEN_LIFE: u64 = 1799;
/// Products of a page at most, and the first one that no offset reaches.
const MOST: u64 = 200;
const BEYOND: u64 = 10_000;
const TIME: &str = "%Y-%m-%dT%H:%M:%S%.3fZ";

/// A search, as far as it is understood.
#[derive(Debug, Deserialize)]
pub(crate) struct Search {
    query: Value,
    #[serde(default)]
    sorts: Vec<Sort>,
    #[serde(default = "usual")]
    limit: u64,
    #[serde(default)]
    offset: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sort {
    field: String,
    sort_order: Option<String>,
}

fn usual() -> u64 {
    25
}

/// `POST /dwsso/oauth2/access_token`.
pub(crate) async fn token(
    State(app): State<Arc<App>>,
    grant: Result<Form<Grant>, FormRejection>,
) -> Result<Response, Refusal> {
    client_credentials(&app, grant, TOKEN_LIFE)
}

/// `POST /product/products/v1/organizations/{organization}/product-search`.
pub(crate) async fn search(
    State(app): State<Arc<App>>,
    search: Result<Json<Search>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(search) = search.map_err(|error| Refusal::new(error.status(), error.body_text()))?;
    let (limit, offset) = (search.limit, search.offset);
    if !(1..=MOST).contains(&limit) || offset + limit > BEYOND {
        return Err(Refusal::bad(format!(
            "limit is from 1 to {MOST}, and offset + limit at most {BEYOND}"
        )));
    }
    let span = span(&search)?;
    let faults = app.faults.now();
    let page = offset / limit + 1;
    let skip = offset - (page - app.faults.page_once(page)) * limit;
    let (total, products) = app
        .read(move |connection| {
            Ok((
                span.count(connection)?,
                span.products(connection, skip, limit)?,
            ))
        })
        .await?;
    app.statistics.served("catalogue", products.len() as u64);
    let hits: Vec<Value> = products
        .into_iter()
        .map(|item| product(&faults.shown(item)))
        .collect();
    let found = json!({
        "limit": limit, "offset": offset, "total": total, "hits": hits, "query": search.query,
    });
    answer(&faults, &found)
}

/// `GET /product/products/v1/organizations/{organization}/products/{id}`.
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let missing = Refusal::missing(format!("No product with ID {} was found.", cited(&id)));
    let found = app
        .read(move |connection| Ok(Listed::by_id(connection, &id)?))
        .await?;
    let faults = app.faults.now();
    let shown = faults.shown(found.ok_or(missing)?);
    app.statistics.served("catalogue", 1);
    answer(&faults, &product(&shown))
}

/// The products of a search. All are single items, so a term for the type changes nothing; other terms
/// and filters are refused, for leaving them out would find too much.
fn span(search: &Search) -> Result<Span, Refusal> {
    let mut span = Span {
        which: Which::All,
        order: Order::Created,
        ..Span::default()
    };
    let sorts: Vec<(&str, bool)> = search
        .sorts
        .iter()
        .map(|sort| {
            (
                sort.field.as_str(),
                sort.sort_order.as_deref() != Some("desc"),
            )
        })
        .collect();
    if !matches!(
        sorts[..],
        [] | [("creationDate", true)] | [("creationDate", true), ("id", true)]
    ) {
        return Err(Refusal::bad(
            "products are sorted by creationDate and id, ascending, here",
        ));
    }
    let terms = match search.query.get("filteredQuery") {
        Some(filtered) => {
            filter(&mut span, &filtered["filter"])?;
            &filtered["query"]
        }
        None => &search.query,
    };
    let types = terms.pointer("/termQuery/fields/0").and_then(Value::as_str) == Some("type");
    if types || terms.get("matchAllQuery").is_some() {
        Ok(span)
    } else {
        Err(Refusal::bad(
            "the query is none that is known here: a termQuery over type, filtered or not",
        ))
    }
}

fn filter(span: &mut Span, value: &Value) -> Result<(), Refusal> {
    if let Some(both) = value.get("boolFilter") {
        let filters = both["filters"].as_array();
        let filters = filters.filter(|_| both["operator"] == "and");
        let filters =
            filters.ok_or_else(|| Refusal::bad("a boolFilter must be of the operator and"))?;
        return filters.iter().try_for_each(|value| filter(span, value));
    }
    let range = &value["rangeFilter"];
    match (
        range["field"].as_str(),
        range["from"].as_str(),
        range.get("to"),
    ) {
        (Some(field @ "creationDate"), Some(from), None) => {
            span.created_from = Some(milliseconds(field, from)?);
        }
        (Some(field @ "lastModified"), Some(from), None) => {
            span.changed_from = Some(milliseconds(field, from)?);
        }
        _ => {
            return Err(Refusal::bad(
                "a filter must be a rangeFilter of creationDate or lastModified with from",
            ));
        }
    }
    Ok(())
}

fn product(shown: &Shown) -> Value {
    let product = &shown.product;
    let localized = |text: &str| json!({ "default": text });
    let category = product.category.as_ref().map(|name| slug(name));
    let assigned = category.as_ref().map(|id| json!({ "catalogId": "storefront", "categoryId": id, "name": localized(product.category.as_deref().unwrap_or_default()) }));
    let markup = product
        .description
        .as_ref()
        .map(|text| json!({ "default": { "markup": text, "source": text } }));
    let image = product
        .image
        .as_ref()
        .map(|image| json!({ "absUrl": image, "path": image }));
    let stock = if product.available { 10 } else { 0 };
    let mut value = json!({
        "id": product.id,
        "shortDescription": markup,
        "brand": product.brand,
        "type": { "item": true },
        "online": product.deleted_at.is_none(),
        "inStock": product.available,
        "ats": stock,
        "primaryCategoryId": category,
        "assignedCategories": assigned.into_iter().collect::<Vec<_>>(),
        "image": image,
        "creationDate": time(product.created_at, TIME),
        "lastModified": time(product.updated_at, TIME),
    });
    if let Some(title) = &shown.title {
        value["name"] = localized(title);
    }
    if let Some(price) = product.price {
        value["price"] = shown.number(price);
        value["priceCurrency"] = product.currency.as_deref().unwrap_or(CURRENCY).into();
    }
    value
}
