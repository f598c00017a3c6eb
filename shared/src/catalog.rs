//! The item of the `Catalog` table: a product as the shop's answers show it.

use serde::{Deserialize, Serialize};

/// A product in the cache between the backend and recommendations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CatalogItem {
    /// The product's id, the same as Personalize's `ITEM_ID`; the table's key.
    pub item_id: String,
    /// What a person reads.
    pub title: String,
    /// In units of `currency`, 0 or more.
    pub price: f64,
    /// ISO 4217 code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The shop's category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The maker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// Plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where a picture is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// The product's page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whether it can be bought now.
    pub available: bool,
    /// The markets it is sold in; all when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub markets: Vec<String>,
    /// The channels it is sold through; all when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// Hash of what the backend said: an item is written only when this changes. Empty where only
    /// what is shown was read.
    #[serde(default)]
    pub content_hash: String,
    /// Epoch seconds of the last write.
    #[serde(default)]
    pub updated_at: i64,
    /// Epoch milliseconds when the backend said so: what it said before never replaces this. None where
    /// only what is shown was read, and of items that were written without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<i64>,
    /// Epoch seconds since when the backend no longer lists it; a tombstone is never shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<i64>,
    /// Epoch seconds when it is no longer shown unless the backend lists it again before, and when
    /// DynamoDB may remove it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

impl CatalogItem {
    /// The item as it stands at `now` (epoch seconds): what expired is withdrawn, though DynamoDB removes
    /// it up to days later.
    #[must_use]
    pub fn at(mut self, now: i64) -> Self {
        let expired = self.expires_at.filter(|at| *at <= now);
        self.withdrawn_at = self.withdrawn_at.or(expired);
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_expired_is_withdrawn() {
        let withdrawn_at = |member: &str, at: i64| {
            let item = json!({
                "itemId": "a", "title": "A", "price": 1, "available": true, (member): at,
            });
            let item: CatalogItem = serde_json::from_value(item).unwrap();
            item.at(5).withdrawn_at
        };
        assert_eq!(withdrawn_at("withdrawnAt", 1), Some(1));
        assert_eq!(withdrawn_at("expiresAt", 5), Some(5));
        assert_eq!(withdrawn_at("expiresAt", 6), None);
        assert_eq!(withdrawn_at("updatedAt", 1), None);
    }
}
