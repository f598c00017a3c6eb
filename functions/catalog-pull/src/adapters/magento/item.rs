//! A product of Magento's as one of ours.

use jiff::Timestamp;
use serde_json::Value;

use super::{
    IdFrom, Magento,
    shown::{Shown, attribute, category_ids},
};
use crate::{
    adapter::{Entry, Scope},
    adapters::{
        listing::{id_number, not_for_sale},
        variants::{each, first_of, lowest},
    },
    product::Found,
};

/// The status of a product that is disabled.
const DISABLED: u64 = 2;
/// The visibility of a product that is shown only as a part of another.
const NOT_BY_ITSELF: u64 = 1;

impl Magento {
    /// What the product is to a pull; `None` when a full pull leaves it out.
    pub(super) fn entry(
        &self,
        scope: &Scope,
        index: usize,
        product: &Value,
        shown: &Shown,
        repaired: bool,
    ) -> Option<Entry> {
        let id = match self.id {
            IdFrom::Sku => &product["sku"],
            IdFrom::Entity => &product["id"],
        };
        let disabled = id_number(&product["status"]) == Some(DISABLED);
        if disabled || id_number(&product["visibility"]) == Some(NOT_BY_ITSELF) {
            return not_for_sale(scope, id);
        }
        let on_page = shown.product(&product["id"]);
        let address = self.page_address.of(id, attribute(product, "url_key"));
        let found = Found {
            id: id.clone(),
            title: product["name"].clone(),
            price: price(product, on_page, scope.until),
            currency: on_page["currency_code"].clone(),
            category: shown.categories.first_of(category_ids(product)),
            brand: self.brand(product, shown),
            description: first_of([
                attribute(product, "description"),
                attribute(product, "short_description"),
            ]),
            image_url: self.image(product, on_page),
            url: first_of([&on_page["url"], &address]),
            available: available(product, on_page),
            created_at: product["created_at"].clone(),
            ..Found::default()
        };
        Some(found.check(scope, index, repaired))
    }

    /// The label of an attribute with options; the value itself of one that is a text.
    fn brand(&self, product: &Value, shown: &Shown) -> Value {
        let Some(code) = &self.brand_attribute else {
            return Value::Null;
        };
        let value = attribute(product, code);
        let label = shown.brands.of(value);
        match value.as_str() {
            Some(text) if label.is_null() && text.parse::<u64>().is_err() => value.clone(),
            _ => label,
        }
    }

    fn image(&self, product: &Value, on_page: &Value) -> Value {
        let files = [
            attribute(product, "image"),
            attribute(product, "small_image"),
        ];
        let file = files
            .into_iter()
            .filter_map(Value::as_str)
            .find(|file| !file.is_empty() && *file != "no_selection");
        match (&self.media_url, file) {
            (Some(base), Some(file)) => {
                Value::from(format!("{base}/{}", file.trim_start_matches('/')))
            }
            _ => first_of(each(&on_page["images"]).iter().map(|image| &image["url"])),
        }
    }
}

/// The price on the page; without it the product's own, or its special one while that is valid.
fn price(product: &Value, on_page: &Value, now: Timestamp) -> Value {
    let shown = &on_page["price_info"];
    let shown = first_of([&shown["minimal_price"], &shown["final_price"]]);
    if !shown.is_null() {
        return shown;
    }
    let own = &product["price"];
    let is_made_of_others = product["type_id"]
        .as_str()
        .is_some_and(|kind| ["configurable", "bundle", "grouped"].contains(&kind));
    if is_made_of_others && own.as_f64().unwrap_or(0.0) <= 0.0 {
        // The list has 0 for them, which nobody pays.
        return Value::Null;
    }
    let special = attribute(product, "special_price");
    if special.is_null() || !is_special_now(product, now) {
        return own.clone();
    }
    lowest([own, special].into_iter())
}

/// Whether a special price is valid; its days are written as times in UTC.
fn is_special_now(product: &Value, now: Timestamp) -> bool {
    let now = now.strftime("%Y-%m-%d %H:%M:%S").to_string();
    let from = attribute(product, "special_from_date").as_str();
    // The last day counts to its end.
    let to = attribute(product, "special_to_date").as_str();
    let to = to.map(|to| to.replace("00:00:00", "23:59:59"));
    from.is_none_or(|from| from <= now.as_str()) && to.is_none_or(|to| now <= to)
}

/// What the page says, else the stock; null, which is available, when neither is known.
fn available(product: &Value, on_page: &Value) -> Value {
    let salable = &on_page["is_salable"];
    if salable.is_null() {
        return product["extension_attributes"]["stock_item"]["is_in_stock"].clone();
    }
    // PHP's truths: "1" and "".
    Value::from(salable == true || id_number(salable).is_some_and(|number| number > 0))
}
