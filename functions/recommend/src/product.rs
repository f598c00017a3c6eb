//! GraphQL's `Product`: what the catalogue knows of one, for `product` and `products`.

use std::sync::Arc;

use serde::Serialize;
use shared::catalog::CatalogItem;

/// The most products one question is about.
pub(crate) const MAX_PRODUCTS: usize = 100;

/// A product.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Product {
    id: String,
    title: String,
    price: f64,
    currency: Option<String>,
    category: Option<String>,
    brand: Option<String>,
    description: Option<String>,
    image_url: Option<String>,
    url: Option<String>,
    available: bool,
}

impl Product {
    /// The product, unless it has left the shop.
    pub(crate) fn shown(item: Arc<CatalogItem>) -> Option<Self> {
        let item = Arc::unwrap_or_clone(item);
        item.withdrawn_at.is_none().then_some(Self {
            id: item.item_id,
            title: item.title,
            price: item.price,
            currency: item.currency,
            category: item.category,
            brand: item.brand,
            description: item.description,
            image_url: item.image_url,
            url: item.url,
            available: item.available,
        })
    }
}
