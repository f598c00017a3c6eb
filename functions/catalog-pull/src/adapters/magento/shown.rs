//! What is asked for beside products: names of categories and brands, and how the storefront shows them.

use std::collections::BTreeMap;

use backend::{Answer, Request};
use serde_json::Value;

use super::{Magento, NAME, criteria::Criteria};
use crate::{
    adapter::AdapterError,
    adapters::{
        listing::{Listing, id_text},
        names::{Besides, Names, lists},
        variants::each,
    },
};

/// Ids in one request: they stand in its URL.
const MOST_IDS: usize = 100;

/// What has to be asked for beside some products.
pub(super) struct Beside {
    categories: Vec<String>,
    brands: bool,
    shown: Vec<String>,
}

/// What the answers say.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// Names of categories by id.
    pub(super) categories: Names,
    /// Names of brands by the option's id.
    pub(super) brands: Names,
    products: BTreeMap<String, Value>,
}

impl Beside {
    /// What `products` need.
    pub(super) fn wanted(shop: &Magento, products: &[Value]) -> Self {
        let categories = products.iter().flat_map(|one| category_ids(one));
        let brand = |one: &Value| {
            shop.brand_attribute
                .as_ref()
                .map(|code| attribute(one, code).clone())
        };
        let shown = if shop.store.is_some() {
            lists(products.iter().map(|one| &one["id"]), MOST_IDS)
        } else {
            Vec::new()
        };
        Self {
            categories: lists(categories, MOST_IDS),
            brands: products
                .iter()
                .filter_map(brand)
                .any(|value| !value.is_null()),
            shown,
        }
    }

    /// The requests, in the order in which [`Beside::read`] takes their answers.
    pub(super) fn requests(&self, shop: &Magento) -> Vec<Request> {
        let by_ids = |path: &str, ids: &String| {
            let mut criteria = Criteria::sorted("ASC", 100);
            criteria.filter("entity_id", "in", ids);
            criteria.on(Request::get(format!("{}/{path}", shop.path)))
        };
        let mut requests: Vec<Request> = Vec::new();
        requests.extend(
            self.categories
                .iter()
                .map(|ids| by_ids("categories/list", ids)),
        );
        if let Some(code) = shop.brand_attribute.as_ref().filter(|_| self.brands) {
            let path = format!("{}/products/attributes/{code}/options", shop.path);
            requests.push(Request::get(path));
        }
        if let Some(store) = &shop.store {
            let shown = self.shown.iter().map(|ids| {
                by_ids("products-render-info", ids)
                    .query("storeId", &store.id)
                    .query("currencyCode", &store.currency)
            });
            requests.extend(shown);
        }
        requests
    }

    /// What the answers to them say.
    pub(super) fn read(&self, answers: &[Answer]) -> Result<Shown, AdapterError> {
        let mut besides = Besides::new(NAME, answers);
        let categories = besides.names(self.categories.len(), "/items", ("id", "name"))?;
        let brands = besides.names(usize::from(self.brands), "", ("value", "label"))?;
        let mut products = BTreeMap::new();
        for answer in besides.rest() {
            for one in Listing::read(NAME, answer, "/items")?.items {
                products.extend(id_text(&one["id"]).map(|id| (id, one)));
            }
        }
        Ok(Shown {
            categories,
            brands,
            products,
        })
    }
}

impl Shown {
    /// The product as the storefront shows it; null when that was not asked for, or is not known.
    pub(super) fn product(&self, id: &Value) -> &Value {
        let shown = id_text(id).and_then(|id| self.products.get(&id));
        shown.unwrap_or(&Value::Null)
    }
}

/// The ids of a product's categories, in the shop's order.
pub(super) fn category_ids(product: &Value) -> Vec<&Value> {
    let links = each(&product["extension_attributes"]["category_links"]);
    if links.is_empty() {
        return each(attribute(product, "category_ids")).iter().collect();
    }
    links.iter().map(|link| &link["category_id"]).collect()
}

/// The value of a custom attribute; null without it.
pub(super) fn attribute<'a>(product: &'a Value, code: &str) -> &'a Value {
    let attributes = each(&product["custom_attributes"]);
    let found = attributes.iter().find(|one| one["attribute_code"] == code);
    found.map_or(&Value::Null, |one| &one["value"])
}
