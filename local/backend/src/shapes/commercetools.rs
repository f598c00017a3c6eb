//! commercetools: product projections, found by predicates and sorted by id.

use std::sync::Arc;

use axum::{
    extract::{Form, Path, State, rejection::FormRejection},
    response::Response,
};
use serde_json::{Value, json};

use super::{CURRENCY, Grant, answer, client_credentials, slug, time};
use crate::{
    answer::Refusal,
    app::App,
    database::{Listed, Place, Span, Which},
    faults::Shown,
    parameters::{Parameters, cited, milliseconds},
};

/// Seconds that a token is good for.
const TOKEN_LIFE: u64 = 172_800;
/// Projections of a page unless the request says, and at most.
const USUAL: u64 = 20;
const MOST: u64 = 500;
/// No offset is beyond.
const FARTHEST: u64 = 10_000;
/// What stands before a product's number in its id: of the form of a UUID, and sorted as the numbers are.
const ID: &str = "00000000-0000-4000-8000-";
const TIME: &str = "%Y-%m-%dT%H:%M:%S%.3fZ";
/// Currencies without a smaller unit.
const WHOLE: [&str; 3] = ["JPY", "KRW", "VND"];

/// In which words and money products are described.
#[derive(Debug)]
struct Selection {
    locale: String,
    currency: Option<String>,
}

impl Selection {
    fn take(parameters: &mut Parameters) -> Result<Self, Refusal> {
        // Several locales may be asked for; this shop has one text for all.
        let locale = parameters.take_all("localeProjection").into_iter().next();
        let locale = locale.unwrap_or_else(|| "en-GB".to_owned());
        let currency = parameters.take("priceCurrency")?;
        Ok(Self { locale, currency })
    }
}

/// `POST /oauth/token`.
pub(crate) async fn token(
    State(app): State<Arc<App>>,
    grant: Result<Form<Grant>, FormRejection>,
) -> Result<Response, Refusal> {
    client_credentials(&app, grant, TOKEN_LIFE)
}

/// `GET /{project}/product-projections`.
pub(crate) async fn page(
    State(app): State<Arc<App>>,
    mut parameters: Parameters,
) -> Result<Response, Refusal> {
    let selection = Selection::take(&mut parameters)?;
    let limit = parameters.number("limit", USUAL, 1..=MOST)?;
    let offset = parameters.number("offset", 0, 0..=FARTHEST)?;
    let staged = parameters
        .take("staged")?
        .is_some_and(|staged| staged == "true");
    let total = parameters
        .take("withTotal")?
        .is_none_or(|total| total == "true");
    if let Some(sort) = parameters
        .take("sort")?
        .filter(|sort| sort != "id asc" && sort != "id")
    {
        return Err(Refusal::bad(format!(
            "products are not sorted by {} here",
            cited(&sort)
        )));
    }
    let which = if staged { Which::All } else { Which::Listed };
    let mut span = Span {
        which,
        ..Span::default()
    };
    for predicates in parameters.take_all("where") {
        for predicate in predicates.split(" and ") {
            let predicate = filled_in(predicate.trim(), &mut parameters)?;
            narrow(&mut span, &predicate)?;
        }
    }
    app.faults.again(&mut span);
    let faults = app.faults.now();
    let (count, products) = app
        .read(move |connection| {
            let count = if total {
                Some(span.count(connection)?)
            } else {
                None
            };
            Ok((count, span.products(connection, offset, limit)?))
        })
        .await?;
    app.statistics.served("catalogue", products.len() as u64);
    let results: Vec<Value> = products
        .into_iter()
        .map(|item| projection(&faults.shown(item), &selection))
        .collect();
    let mut page = json!({
        "limit": limit, "offset": offset, "count": results.len(), "results": results,
    });
    if let Some(count) = count {
        page["total"] = count.into();
    }
    answer(&faults, &page)
}

/// `GET /{project}/product-projections/{id}` and `.../key={key}`.
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    mut parameters: Parameters,
) -> Result<Response, Refusal> {
    let selection = Selection::take(&mut parameters)?;
    let staged = parameters
        .take("staged")?
        .is_some_and(|staged| staged == "true");
    let missing = Refusal::missing(format!("The Resource with ID '{id}' was not found."));
    let product = app.read(move |connection| {
        Ok(match (id.strip_prefix("key="), number(&id)) {
            (Some(key), _) => Listed::by_id(connection, key)?,
            (None, Some(number)) => Listed::by_number(connection, number)?,
            (None, None) => None,
        })
    });
    let product = product
        .await?
        .filter(|product| staged || product.deleted_at.is_none());
    let faults = app.faults.now();
    let shown = faults.shown(product.ok_or(missing)?);
    app.statistics.served("catalogue", 1);
    answer(&faults, &projection(&shown, &selection))
}

/// A predicate with the value of its variable: `id > :after` has it in the parameter `var.after`.
fn filled_in(predicate: &str, parameters: &mut Parameters) -> Result<String, Refusal> {
    let Some((before, variable)) = predicate.split_once(" :") else {
        return Ok(predicate.to_owned());
    };
    let value = parameters.take(&format!("var.{variable}"))?;
    let missing = || Refusal::bad(format!("there is no var.{}", cited(variable)));
    Ok(format!("{before} {}", value.ok_or_else(missing)?))
}

/// Understands the predicates that pulls use; leaving others out would find too much.
fn narrow(span: &mut Span, predicate: &str) -> Result<(), Refusal> {
    let unknown = || Refusal::bad(format!("Malformed parameter: where: {}", cited(predicate)));
    let parts: Vec<&str> = predicate.splitn(3, ' ').collect();
    let [field, comparison, value] = parts[..] else {
        return Err(unknown());
    };
    let value = value.trim_matches('"');
    match (field, comparison) {
        ("id", ">") => {
            let number = number(value).ok_or_else(unknown)?;
            span.after = Some(Place { changed: 0, number });
        }
        ("lastModifiedAt", ">=") => span.changed_from = Some(milliseconds(field, value)?),
        ("lastModifiedAt", ">") => span.changed_from = Some(milliseconds(field, value)? + 1),
        ("published", "=") => {
            let published = value.parse().map_err(|_| unknown())?;
            span.which = match (span.which, published) {
                (Which::Listed, false) => {
                    return Err(Refusal::bad("published = false needs staged=true"));
                }
                (_, true) => Which::Listed,
                (_, false) => Which::Withdrawn,
            };
        }
        _ => return Err(unknown()),
    }
    Ok(())
}

fn id(number: i64) -> String {
    format!("{ID}{number:012x}")
}

fn number(id: &str) -> Option<i64> {
    i64::from_str_radix(id.strip_prefix(ID)?, 16).ok()
}

fn projection(shown: &Shown, selection: &Selection) -> Value {
    let product = &shown.product;
    let localized = |text: &str| json!({ &selection.locale: text });
    let category = product.category.as_ref().map(|name| {
        let id = product
            .category_number
            .map_or_else(String::new, |number| format!("category-{number}"));
        let category = json!({ "id": id, "name": localized(name), "slug": localized(&slug(name)) });
        json!({ "typeId": "category", "id": id, "obj": category })
    });
    let brand = product
        .brand
        .as_ref()
        .map(|brand| json!({ "name": "brand", "value": brand }));
    let image = product
        .image
        .as_ref()
        .map(|image| json!({ "url": image, "dimensions": { "w": 400, "h": 400 } }));
    let stock = if product.available { 10 } else { 0 };
    let mut variant = json!({
        "id": 1,
        "sku": product.id,
        "images": image.into_iter().collect::<Vec<_>>(),
        "attributes": brand.into_iter().collect::<Vec<_>>(),
        "availability": { "isOnStock": product.available, "availableQuantity": stock },
    });
    if let Some(price) = price(shown, selection) {
        variant["price"] = price;
    }
    let mut value = json!({
        "id": id(product.number),
        "version": 1,
        "key": product.id,
        "productType": { "typeId": "product-type", "id": "product" },
        "slug": localized(&slug(&product.id)),
        "categories": category.into_iter().collect::<Vec<_>>(),
        "masterVariant": variant,
        "variants": [],
        "published": product.deleted_at.is_none(),
        "hasStagedChanges": false,
        "createdAt": time(product.created_at, TIME),
        "lastModifiedAt": time(product.updated_at, TIME),
    });
    if let Some(title) = &shown.title {
        value["name"] = localized(title);
    }
    if let Some(description) = &product.description {
        value["description"] = localized(description);
    }
    value
}

/// The price in the currency that is asked for, in its smallest unit.
fn price(shown: &Shown, selection: &Selection) -> Option<Value> {
    let currency = shown.product.currency.as_deref().unwrap_or(CURRENCY);
    if selection
        .currency
        .as_deref()
        .is_some_and(|wanted| wanted != currency)
    {
        return None;
    }
    let digits = if WHOLE.contains(&currency) { 0 } else { 2 };
    let units = (shown.product.price? * 10_f64.powi(digits)).round();
    // A number of cents is whole.
    #[allow(clippy::cast_possible_truncation)]
    let amount = match shown.number(units) {
        Value::Number(_) => Value::from(units as i64),
        text => text,
    };
    let value = json!({
        "type": "centPrecision", "currencyCode": currency, "centAmount": amount, "fractionDigits": digits,
    });
    Some(json!({ "id": format!("price-{}", shown.product.number), "value": value }))
}
