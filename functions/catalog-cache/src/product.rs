//! A product as the backend describes it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shared::catalog::CatalogItem;

use crate::rejection::Rejection;

const MAX_ID_CHARACTERS: usize = 256;

/// A product on a line of a page.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Product {
    /// The same as Personalize's `ITEM_ID`.
    pub(crate) id: String,
    /// What a person reads.
    pub(crate) title: String,
    /// In units of `currency`, 0 or more.
    pub(crate) price: f64,
    /// ISO 4217 code.
    pub(crate) currency: Option<String>,
    /// The shop's category.
    pub(crate) category: Option<String>,
    /// The maker.
    pub(crate) brand: Option<String>,
    /// Plain text.
    pub(crate) description: Option<String>,
    image_url: Option<String>,
    url: Option<String>,
    /// Whether it can be bought now.
    #[serde(default = "yes")]
    pub(crate) available: bool,
    /// The markets it is sold in; all when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) markets: Vec<String>,
    /// The channels it is sold through; all when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) channels: Vec<String>,
    /// Epoch seconds since when the shop has it. Personalize is told, nobody is shown it: it is no part
    /// of the hash.
    #[serde(skip_serializing)]
    pub(crate) created_at: Option<i64>,
    /// Epoch milliseconds when the backend was asked; no part of the hash either.
    #[serde(skip_serializing)]
    pub(crate) as_of: Option<i64>,
}

fn yes() -> bool {
    true
}

impl Product {
    /// The product in `value`, which is a JSON object.
    pub(crate) fn from_value(value: serde_json::Value) -> Result<Self, Rejection> {
        // The members every product needs are looked at first, so that the reason names them.
        if value["id"].as_str().is_none_or(|id| !is_id(id)) {
            return Err(Rejection::InvalidId);
        }
        if value["title"]
            .as_str()
            .is_none_or(|title| title.trim().is_empty())
        {
            return Err(Rejection::InvalidTitle);
        }
        if value["price"].as_f64().is_none_or(|price| price < 0.0) {
            return Err(Rejection::InvalidPrice);
        }
        serde_json::from_value(value).map_err(|_| Rejection::InvalidMember)
    }

    /// Hash of all that is shown of it: another one means that something changed.
    pub(crate) fn content_hash(&self) -> String {
        // Members are written in the order they are declared: the same product, the same bytes.
        let json = serde_json::to_vec(self).unwrap_or_default();
        let digest = Sha256::digest(json);
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The table's item, written at `now` (epoch seconds), as the backend had it at `as_of` (epoch
    /// milliseconds); never a tombstone.
    pub(crate) fn into_item(
        self,
        content_hash: String,
        now: i64,
        as_of: i64,
        expires_at: Option<i64>,
    ) -> CatalogItem {
        CatalogItem {
            item_id: self.id,
            title: self.title,
            price: self.price,
            currency: self.currency,
            category: self.category,
            brand: self.brand,
            description: self.description,
            image_url: self.image_url,
            url: self.url,
            available: self.available,
            markets: self.markets,
            channels: self.channels,
            content_hash,
            updated_at: now,
            as_of: Some(as_of),
            withdrawn_at: None,
            expires_at,
        }
    }
}

/// Whether `id` is one: 1 to 256 characters.
pub(crate) fn is_id(id: &str) -> bool {
    (1..=MAX_ID_CHARACTERS).contains(&id.chars().count())
}

/// 64 bits that stand for an id where millions are compared.
pub(crate) fn id_hash(id: &str) -> u64 {
    let digest = Sha256::digest(id);
    digest
        .iter()
        .take(8)
        .fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn hash(changes: &Value) -> String {
        let mut product = json!({"id": "a", "title": "LANTERN", "price": 2.5, "available": true});
        for (name, value) in changes.as_object().unwrap() {
            product[name] = value.clone();
        }
        Product::from_value(product).unwrap().content_hash()
    }

    #[test]
    fn every_change_of_what_is_shown_changes_the_hash() {
        let lantern = hash(&json!({}));
        assert_eq!(lantern.len(), 64);
        for change in [
            json!({"title": "LANTERN "}),
            json!({"price": 2.51}),
            json!({"currency": "GBP"}),
            json!({"category": "Lights"}),
            json!({"brand": "Acme"}),
            json!({"description": "Red"}),
            json!({"imageUrl": "https://shop.example/a.jpg"}),
            json!({"url": "https://shop.example/a"}),
            json!({"available": false}),
            json!({"markets": ["de"]}),
            json!({"channels": ["app"]}),
        ] {
            assert_ne!(hash(&change), lantern, "{change}");
        }
    }

    #[test]
    fn when_it_was_made_and_asked_for_is_no_change() {
        let lantern = hash(&json!({}));
        assert_eq!(
            hash(&json!({"price": 2.50, "asOf": 1, "createdAt": 2})),
            lantern
        );
        // As it was before there were these members: an update of the function rewrites nothing.
        assert_eq!(
            lantern,
            "55db6e425dff6b5c9abe9db1b000f7bf9ab462334f5b0335f800b6f13266bd58"
        );
    }

    #[test]
    fn ids_are_told_apart_by_their_hashes() {
        assert_eq!(id_hash("a"), id_hash("a"));
        assert_ne!(id_hash("a"), id_hash("b"));
    }
}
