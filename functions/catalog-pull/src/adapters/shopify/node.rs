//! A product of Shopify's as one of ours.

use serde_json::Value;

use super::{Category, Shopify};
use crate::{
    adapter::{Entry, Scope},
    adapters::{
        listing::not_for_sale,
        variants::{first_of, lowest},
    },
    product::Found,
};

/// What a product's global id begins with.
pub(super) const PRODUCT_ID: &str = "gid://shopify/Product/";
/// What a variant's begins with.
pub(super) const VARIANT_ID: &str = "gid://shopify/ProductVariant/";
/// What a collection's begins with.
pub(super) const COLLECTION_ID: &str = "gid://shopify/Collection/";

/// What belongs to a product and is listed beside it.
#[derive(Debug, Default)]
pub(super) struct Children {
    pub(super) variants: Vec<Value>,
    pub(super) collections: Vec<Value>,
}

impl Shopify {
    /// What the product is to a pull; `None` when a full pull leaves it out.
    pub(super) fn entry(
        &self,
        scope: &Scope,
        index: usize,
        node: &Value,
        children: &Children,
        repaired: bool,
    ) -> Option<Entry> {
        let id = number(&node["id"]);
        let inactive = node["status"]
            .as_str()
            .is_some_and(|status| status != "ACTIVE");
        let unpublished = self.online_store_only && node["onlineStoreUrl"].is_null();
        if inactive || unpublished {
            return not_for_sale(scope, &id);
        }
        let price = &node["priceRangeV2"]["minVariantPrice"];
        let variants = children.variants.iter().map(|variant| &variant["price"]);
        let found = Found {
            id,
            title: node["title"].clone(),
            price: first_of([&price["amount"], &lowest(variants)]),
            currency: price["currencyCode"].clone(),
            category: self.category(node, children),
            brand: node["vendor"].clone(),
            description: node["descriptionHtml"].clone(),
            image_url: node["featuredMedia"]["preview"]["image"]["url"].clone(),
            url: node["onlineStoreUrl"].clone(),
            available: available(node, &children.variants),
            created_at: node["createdAt"].clone(),
            ..Found::default()
        };
        Some(found.check(scope, index, repaired))
    }

    fn category(&self, node: &Value, children: &Children) -> Value {
        match self.category {
            Category::ProductType => node["productType"].clone(),
            Category::Taxonomy => node["category"]["name"].clone(),
            Category::Collection => first_of(children.collections.iter().map(|one| &one["title"])),
        }
    }
}

/// `1001` of `gid://shopify/Product/1001`; null when it is none.
fn number(id: &Value) -> Value {
    let number = id.as_str().and_then(|id| id.strip_prefix(PRODUCT_ID));
    number.map_or(Value::Null, Value::from)
}

/// Whether any variant is for sale; the stock says so where the variants do not, as they may not all
/// be listed.
fn available(node: &Value, variants: &[Value]) -> Value {
    let untracked = node["tracksInventory"] == false;
    let in_stock = node["totalInventory"]
        .as_i64()
        .is_some_and(|stock| stock > 0);
    if variants.is_empty() {
        return Value::from(untracked || in_stock || node["totalInventory"].is_null());
    }
    let any = variants
        .iter()
        .any(|variant| variant["availableForSale"] == true);
    Value::from(any || (variants.len() >= MOST_VARIANTS && in_stock))
}

/// Variants that are listed within a product.
const MOST_VARIANTS: usize = 30;
