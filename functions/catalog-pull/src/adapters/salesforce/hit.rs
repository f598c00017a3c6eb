//! A product of Salesforce's as one of ours.

use serde_json::Value;

use super::{Salesforce, plain};
use crate::{
    adapter::{Entry, Scope},
    adapters::{
        listing::not_for_sale,
        variants::{each, first_of, lowest},
    },
    product::Found,
};

impl Salesforce {
    /// What the product is to a pull; `None` when a full pull leaves it out.
    pub(super) fn entry(
        &self,
        scope: &Scope,
        index: usize,
        product: &Value,
        repaired: bool,
    ) -> Option<Entry> {
        let id = &product["id"];
        if self.is_offline(product) {
            return not_for_sale(scope, id);
        }
        let variants = each(&product["variants"]);
        let prices = variants.iter().map(|variant| &variant["price"]);
        let currencies = variants.iter().map(|variant| &variant["priceCurrency"]);
        let long = plain(self.locales.of(&product["longDescription"]));
        let short = plain(self.locales.of(&product["shortDescription"]));
        let found = Found {
            id: id.clone(),
            title: self.locales.of(&product["name"]),
            price: first_of([
                &product["price"],
                &product["master"]["price"],
                &lowest(prices),
            ]),
            currency: first_of(std::iter::once(&product["priceCurrency"]).chain(currencies)),
            category: category(product),
            brand: first_of([&product["brand"], &product["manufacturerName"]]),
            description: first_of([&short, &long]),
            image_url: image(product),
            url: self.page_address.of(id, id),
            available: available(product, variants),
            created_at: product["creationDate"].clone(),
            ..Found::default()
        };
        Some(found.check(scope, index, repaired))
    }

    /// `online` is what holds now for the site; the flag is what was set.
    fn is_offline(&self, product: &Value) -> bool {
        if let Some(online) = product["online"].as_bool() {
            return !online;
        }
        let flag = &product["onlineFlag"];
        first_of([&flag[self.site.as_str()], &flag["default"]]) == false
    }
}

/// The category the product is at home in, or the first it is assigned to.
fn category(product: &Value) -> Value {
    let assigned = each(&product["assignedCategories"]);
    let primary = each(&product["primaryCategories"]);
    let ids = primary.iter().chain(assigned).map(|one| &one["categoryId"]);
    first_of(std::iter::once(&product["primaryCategoryId"]).chain(ids))
}

fn image(product: &Value) -> Value {
    let groups = each(&product["imageGroups"]);
    let images = groups.iter().flat_map(|group| each(&group["images"]));
    let all = std::iter::once(&product["image"]).chain(images);
    first_of(all.flat_map(|image| [&image["absUrl"], &image["disBaseUrl"]]))
}

/// Nothing is null, which is available.
fn available(product: &Value, variants: &[Value]) -> Value {
    if product["inStock"].is_null() && !variants.is_empty() {
        return Value::from(variants.iter().any(|variant| variant["orderable"] != false));
    }
    product["inStock"].clone()
}
