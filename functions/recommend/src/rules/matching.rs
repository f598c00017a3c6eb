//! Whether a product can be sold in a situation, and whether a rule means it.

use shared::{
    catalog::CatalogItem,
    config::{ContextKey, Match},
};

use crate::situation::Situation;

/// Why `product` cannot be sold, if it cannot. A market or a channel that the request does not name
/// keeps nothing back.
pub(crate) fn unsaleable(product: &CatalogItem, situation: &Situation) -> Option<String> {
    if product.withdrawn_at.is_some() {
        return Some("has left the shop".to_owned());
    }
    if !product.available {
        return Some("is sold out".to_owned());
    }
    let elsewhere = |key: ContextKey, sold: &[String]| {
        let here = situation.get(key)?;
        let is_elsewhere = !sold.is_empty() && sold.iter().all(|known| known != here);
        is_elsewhere.then(|| format!("is not sold in the {} {here}", key.name()))
    };
    elsewhere(ContextKey::Market, &product.markets)
        .or_else(|| elsewhere(ContextKey::Channel, &product.channels))
}

/// Whether `which` means the item `id`, which the catalogue knows as `product`.
pub(crate) fn matches(which: &Match, id: &str, product: Option<&CatalogItem>) -> bool {
    let one_of = |named: &[String], value: Option<&str>| {
        named.is_empty() || value.is_some_and(|value| named.iter().any(|name| name == value))
    };
    let price = product.map(|product| product.price);
    one_of(&which.items, Some(id))
        && one_of(
            &which.categories,
            product.and_then(|known| known.category.as_deref()),
        )
        && one_of(
            &which.brands,
            product.and_then(|known| known.brand.as_deref()),
        )
        && which
            .price_from
            .is_none_or(|from| price.is_some_and(|price| price >= from))
        && which
            .price_below
            .is_none_or(|below| price.is_some_and(|price| price < below))
}

/// Whether `which` cannot be told of an item by its id alone.
pub(crate) fn reads_catalogue(which: &Match) -> bool {
    !which.categories.is_empty()
        || !which.brands.is_empty()
        || which.price_from.is_some()
        || which.price_below.is_some()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::products;

    #[test]
    fn all_that_is_given_has_to_hold() {
        let products = products(json!({"a": {"price": 5.0, "brand": "X"}}));
        let means = |which: serde_json::Value, id: &str| {
            let which = serde_json::from_value(which).unwrap();
            matches(&which, id, products.get(id))
        };
        assert!(means(json!({"brands": ["X"], "priceFrom": 5.0}), "a"));
        assert!(!means(json!({"brands": ["X"], "priceBelow": 5.0}), "a"));
        assert!(!means(json!({"brands": ["X"], "categories": ["c"]}), "a"));
        assert!(
            means(json!({"items": ["b"]}), "b"),
            "by its id, known or not"
        );
        assert!(
            !means(json!({"priceFrom": 0.0}), "b"),
            "its price is not known"
        );
    }
}
