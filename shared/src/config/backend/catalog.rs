//! Where the shop's products come from.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::feed::Feed;
use crate::config::Age;

/// The products of the backend.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Catalog {
    /// How products are listed.
    pub adapter: Adapter,
    /// ISO 4217 code of prices whose currency the backend does not say.
    pub currency: Option<String>,
    /// Products that no pull confirmed for so long are no longer shown; without it they stay.
    pub expire_after: Option<Age>,
    /// How much further back an incremental pull asks than the last pull began, for clocks that differ
    /// and for changes that were not yet visible.
    #[serde(default = "five_minutes")]
    pub overlap: Age,
    /// Products a request asks for; the adapter's own number without it. A feed has its own `pageSize`.
    pub page_size: Option<u32>,
    /// The endpoint, with `adapter: feed`.
    pub feed: Option<Feed>,
    /// What the adapter needs to know of the shop: `docs/catalog.md`.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// How the backend's calls about single products are checked. Without it none are taken.
    pub webhook: Option<Webhook>,
}

/// A way of listing products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Adapter {
    /// Any endpoint of JSON, CSV or XML that `feed` describes.
    Feed,
    /// Shopify.
    Shopify,
    /// commercetools.
    Commercetools,
    /// BigCommerce.
    Bigcommerce,
    /// WooCommerce.
    Woocommerce,
    /// Magento and Adobe Commerce.
    Magento,
    /// Salesforce B2C Commerce.
    Salesforce,
}

impl Adapter {
    /// Its name in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Shopify => "shopify",
            Self::Commercetools => "commercetools",
            Self::Bigcommerce => "bigcommerce",
            Self::Woocommerce => "woocommerce",
            Self::Magento => "magento",
            Self::Salesforce => "salesforce",
        }
    }
}

/// The backend's calls when a product changed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Webhook {
    /// How they are signed.
    pub kind: WebhookKind,
    /// The header with the signature; the kind's own without it. `hmac` needs one.
    pub header: Option<String>,
    /// How the signature is written; the kind's own without it.
    pub encoding: Option<Encoding>,
    /// JMESPath to the product's id in the body; the kind's own without it. `hmac` needs one.
    pub id: Option<String>,
}

/// How webhooks are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WebhookKind {
    /// As Shopify does it.
    Shopify,
    /// As WooCommerce does it.
    Woocommerce,
    /// As BigCommerce does it.
    Bigcommerce,
    /// HMAC-SHA256 of the body, in a header of the backend's own.
    Hmac,
}

/// How the bytes of a signature are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Encoding {
    /// Hexadecimal digits.
    Hex,
    /// Base64.
    Base64,
}

const fn five_minutes() -> Age {
    Age::from_seconds(300)
}
