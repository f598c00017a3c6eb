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
    /// Epoch seconds since when the backend no longer lists it; a tombstone is never shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<i64>,
    /// Epoch seconds when DynamoDB may remove it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

impl CatalogItem {
    /// Whether a shopper may be shown it.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.available && self.withdrawn_at.is_none()
    }
}
