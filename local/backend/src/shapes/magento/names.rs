//! What the numbers of brands and categories mean.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use serde_json::{Value, json};

use super::{super::answer, criteria::Criteria};
use crate::{
    answer::Refusal,
    app::App,
    database::{all_names, names},
    parameters::Parameters,
};

/// Options of an attribute at most.
const MOST: u32 = 10_000;

/// `GET /rest/{store}/V1/products/attributes/manufacturer/options`.
pub(crate) async fn brands(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let brands = app
        .read(|connection| Ok(all_names(connection, "brand", MOST)?))
        .await?;
    // The first one stands for no brand.
    let mut options = vec![json!({ "label": " ", "value": "" })];
    let brands = brands.into_iter();
    options
        .extend(brands.map(|(number, name)| json!({ "label": name, "value": number.to_string() })));
    answer(&app.faults.now(), &Value::Array(options))
}

/// `GET /rest/{store}/V1/categories/list`.
pub(crate) async fn categories(
    State(app): State<Arc<App>>,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    let numbers = Criteria::parse(&parameters)?.numbers()?;
    let found = app
        .read(move |connection| Ok(names(connection, "category", &numbers)?))
        .await?;
    let items: Vec<Value> = found
        .into_iter()
        .map(|(number, name)| {
            json!({ "id": number, "parent_id": 2, "name": name, "is_active": true, "level": 2 })
        })
        .collect();
    let total = items.len();
    answer(
        &app.faults.now(),
        &json!({ "items": items, "total_count": total }),
    )
}
