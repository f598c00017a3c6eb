//! One line of a page: a product as the backend describes it, or why it is none.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shared::catalog::CatalogItem;

const MAX_ID_CHARACTERS: usize = 256;

/// A product on a line of a page.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Product {
    /// The same as Personalize's `ITEM_ID`.
    pub(crate) id: String,
    title: String,
    price: f64,
    currency: Option<String>,
    category: Option<String>,
    brand: Option<String>,
    description: Option<String>,
    image_url: Option<String>,
    url: Option<String>,
    #[serde(default = "yes")]
    available: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    markets: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    channels: Vec<String>,
}

fn yes() -> bool {
    true
}

/// Why a line is no product. The names are those of the answer's `rejected`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Rejection {
    /// Longer than a line may be.
    LineTooLong,
    /// No JSON object.
    NotJson,
    /// Without an id, or with one of more than 256 characters.
    InvalidId,
    /// Without a title, or with an empty one.
    InvalidTitle,
    /// Without a price, or with one below 0.
    InvalidPrice,
    /// Another member is of the wrong type.
    InvalidMember,
    /// The page has the id before; its first line counts.
    Duplicate,
}

impl fmt::Display for Rejection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(formatter)
    }
}

impl Product {
    /// The product on `line`.
    pub(crate) fn parse(line: &[u8]) -> Result<Self, Rejection> {
        let value: serde_json::Value =
            serde_json::from_slice(line).map_err(|_| Rejection::NotJson)?;
        if !value.is_object() {
            return Err(Rejection::NotJson);
        }
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

    /// Hash of all that the backend says: another one means that something changed.
    pub(crate) fn content_hash(&self) -> String {
        // Members are written in the order they are declared: the same product, the same bytes.
        let json = serde_json::to_vec(self).unwrap_or_default();
        let digest = Sha256::digest(json);
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The table's item, as of `now` (epoch seconds); never a tombstone.
    pub(crate) fn into_item(self, content_hash: String, now: i64) -> CatalogItem {
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
            withdrawn_at: None,
            expires_at: None,
        }
    }
}

/// The id on `line`, be the rest of the product sound or not: what is listed has not left the shop.
pub(crate) fn id_on(line: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Listed {
        id: String,
    }
    let listed: Listed = serde_json::from_slice(line).ok()?;
    is_id(&listed.id).then_some(listed.id)
}

fn is_id(id: &str) -> bool {
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
    use super::*;

    const LANTERN: &str = r#"{"id":"a","title":"LANTERN","price":2.5,"available":true}"#;

    #[test]
    fn every_change_of_a_product_changes_its_hash() {
        let hash = |line: &str| Product::parse(line.as_bytes()).unwrap().content_hash();
        assert_eq!(hash(LANTERN).len(), 64);
        let reordered = r#"{"available":true,"price":2.50,"title":"LANTERN","id":"a"}"#;
        assert_eq!(hash(LANTERN), hash(reordered));
        assert_ne!(hash(LANTERN), hash(&LANTERN.replace("true", "false")));
        assert_ne!(hash(LANTERN), hash(&LANTERN.replace("2.5", "2.51")));
    }

    #[test]
    fn each_bad_line_has_its_reason() {
        for (line, reason) in [
            ("{\"id\":", "notJson"),
            ("[]", "notJson"),
            (&LANTERN.replace("\"a\"", "7"), "invalidId"),
            (&LANTERN.replace("\"a\"", "\"\""), "invalidId"),
            (&LANTERN.replace("LANTERN", " "), "invalidTitle"),
            (&LANTERN.replace("2.5", "-1"), "invalidPrice"),
            (&LANTERN.replace("2.5", "\"2.5\""), "invalidPrice"),
            (&LANTERN.replace("true", "\"yes\""), "invalidMember"),
        ] {
            let rejection = Product::parse(line.as_bytes()).unwrap_err();
            assert_eq!(rejection.to_string(), reason, "{line}");
        }
    }

    #[test]
    fn a_broken_product_is_still_listed() {
        let priceless = LANTERN.replace("2.5", "null");
        assert_eq!(id_on(priceless.as_bytes()).as_deref(), Some("a"));
        assert_eq!(id_on(b"{\"title\":\"LANTERN\"}"), None);
    }

    #[test]
    fn ids_are_told_apart_by_their_hashes() {
        assert_eq!(id_hash("a"), id_hash("a"));
        assert_ne!(id_hash("a"), id_hash("b"));
    }
}
