//! Magento / Adobe Commerce: products found by search criteria, attributes with numbers for values.

mod criteria;
mod names;
mod product;

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer;
use crate::{answer::Refusal, app::App, database::Listed, faults::Faults, parameters::Parameters};

use criteria::Criteria;
pub(crate) use names::{brands, categories};

/// Seconds that an administrator's token is good for.
const TOKEN_LIFE: u64 = 4 * 3600;
/// Products of a render-info at most.
const MOST: usize = 500;

/// Whose token is asked for.
#[derive(Deserialize)]
pub(crate) struct Login {
    username: String,
    password: String,
}

/// `POST /rest/{store}/V1/integration/admin/token`.
pub(crate) async fn token(
    State(app): State<Arc<App>>,
    login: Result<Json<Login>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(login) = login.map_err(|error| Refusal::new(error.status(), error.body_text()))?;
    if login.username.is_empty() || login.password != app.token {
        let message = "The account sign-in was incorrect or your account is disabled temporarily. Please wait and try again later.";
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, message));
    }
    let (token, _) = app.tokens.issue(&app.faults.now(), TOKEN_LIFE);
    answer(&Faults::default(), &token.into())
}

/// `GET /rest/{store}/V1/products`. A page beyond the last one is the last one again.
pub(crate) async fn page(
    State(app): State<Arc<App>>,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    let criteria = Criteria::parse(&parameters)?;
    let (mut span, limit) = (criteria.span()?, criteria.size);
    let keyed = span.after.is_some();
    if keyed {
        app.faults.again(&mut span);
    }
    let faults = app.faults.now();
    let asked = faults.page(criteria.page);
    let (total, products) = app
        .read(move |connection| {
            let total = span.count(connection)?;
            let page = asked.min(total.div_ceil(limit).max(1));
            Ok((total, span.products(connection, (page - 1) * limit, limit)?))
        })
        .await?;
    app.statistics.served("catalogue", products.len() as u64);
    let items: Vec<Value> = products
        .into_iter()
        .map(|item| product::item(&faults.shown(item)))
        .collect();
    let total = if keyed {
        total
    } else {
        faults.seeming(total, limit)
    };
    let search = json!({ "page_size": limit, "current_page": criteria.page });
    answer(
        &faults,
        &json!({ "items": items, "search_criteria": search, "total_count": total }),
    )
}

/// `GET /rest/{store}/V1/products/{sku}`.
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Path((_, sku)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let found = app
        .read(move |connection| Ok(Listed::by_id(connection, &sku)?))
        .await?;
    let message = "The product that was requested doesn't exist. Verify the product and try again.";
    let found = found.ok_or_else(|| Refusal::missing(message))?;
    let faults = app.faults.now();
    app.statistics.served("catalogue", 1);
    answer(&faults, &product::item(&faults.shown(found)))
}

/// `GET /rest/{store}/V1/products-render-info`.
pub(crate) async fn render_info(
    State(app): State<Arc<App>>,
    mut parameters: Parameters,
) -> Result<Response, Refusal> {
    let currency = parameters.take("currencyCode")?;
    let numbers = Criteria::parse(&parameters)?.numbers()?;
    if numbers.len() > MOST {
        return Err(Refusal::bad(format!("at most {MOST} products at once")));
    }
    let products = app
        .read(move |connection| {
            let found = numbers
                .into_iter()
                .map(|number| Listed::by_number(connection, number));
            Ok(found
                .filter_map(Result::transpose)
                .collect::<rusqlite::Result<Vec<Listed>>>()?)
        })
        .await?;
    let faults = app.faults.now();
    let items: Vec<Value> = products
        .into_iter()
        .map(|item| product::render_info(&faults.shown(item), currency.as_deref()))
        .collect();
    answer(&faults, &json!({ "items": items }))
}
