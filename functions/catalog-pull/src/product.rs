//! What makes a product, whatever the backend: the rules every adapter's finds go through.
//!
//! An adapter fills a [`Found`] with the values as the backend has them; [`Found::check`] turns it into
//! a product, or says why it is none. Nothing is guessed: a price that could be read in two ways is no
//! price.

mod text;
mod time;
mod value;

use serde::Serialize;
use serde_json::Value;

use crate::adapter::{Entry, Scope};

/// The longest id, in characters: Personalize's limit.
pub(crate) const MAX_ID: usize = 256;
/// The longest title, category, brand or address, in characters; longer ones are cut or refused.
const MAX_SHORT: usize = 1_000;
/// The longest description, in characters: the limit of Personalize's textual field.
const MAX_DESCRIPTION: usize = 20_000;
/// The longest address of a page or picture, in bytes.
const MAX_URL: usize = 2_048;
/// Markets or channels of one product.
const MAX_LIST: usize = 250;

/// A product, as a line of a page has it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Product {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) price: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) brand: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) image_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    pub(crate) available: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) markets: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) channels: Vec<String>,
    /// Epoch seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) created_at: Option<i64>,
}

/// What an adapter found of a product, before it is checked. Null, and text without a letter in it, is
/// the same as nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Found {
    /// A text or a whole number.
    pub(crate) id: Value,
    /// A text.
    pub(crate) title: Value,
    /// A number, or a text like `12.50`.
    pub(crate) price: Value,
    /// A text; the scope's currency without it.
    pub(crate) currency: Value,
    /// A text.
    pub(crate) category: Value,
    /// A text.
    pub(crate) brand: Value,
    /// A text, HTML or not.
    pub(crate) description: Value,
    /// A text.
    pub(crate) image_url: Value,
    /// A text.
    pub(crate) url: Value,
    /// A truth, a number (more than 0), or a text like `in_stock`. Nothing is true.
    pub(crate) available: Value,
    /// RFC 3339, a time without a zone (UTC), a day, or epoch seconds or milliseconds.
    pub(crate) created_at: Value,
    /// A list of texts, or one.
    pub(crate) markets: Value,
    /// A list of texts, or one.
    pub(crate) channels: Value,
}

/// Why something listed is no product. The names are those in `rejected/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Reason {
    /// Without an id, or with one of more than 256 characters.
    InvalidId,
    /// Without a title.
    InvalidTitle,
    /// Without a price, or with one that is below 0, no number, or could be read in two ways.
    InvalidPrice,
    /// A text in it is no UTF-8.
    InvalidText,
    /// Another member is not what it has to be.
    InvalidMember,
    /// The page has the id before; its first product counts.
    Duplicate,
}

/// Whether `text` can be a product's id, and asked for by a path.
pub(crate) fn is_id(text: &str) -> bool {
    value::id(&Value::from(text)).is_ok_and(|id| id == text)
        && text.bytes().any(|byte| byte != b'.')
}

/// Whether `value` says yes, in any of the words for it.
pub(crate) fn is_true(value: &Value) -> bool {
    value::truth("", value, false).unwrap_or(false)
}

impl Found {
    /// The product, or why it is none. `index` is its place in the answer; `repaired` is
    /// [`backend::Json::repaired`] or [`backend::Record::repaired`].
    pub(crate) fn check(&self, scope: &Scope, index: usize, repaired: bool) -> Entry {
        let id = value::id(&self.id);
        match self.product(scope, repaired) {
            Ok(product) => Entry::Product(product),
            Err((reason, message)) => Entry::Rejected {
                // An id that was repaired is not the one the shop has.
                id: id.ok().filter(|_| !value::has_replacement(&self.id)),
                index,
                reason,
                message,
            },
        }
    }

    fn product(&self, scope: &Scope, repaired: bool) -> Result<Product, (Reason, String)> {
        let id = value::id(&self.id).map_err(|why| (Reason::InvalidId, why))?;
        if repaired && self.values().into_iter().any(value::has_replacement) {
            let message = "a text in it is no UTF-8, or is cut within a character".to_owned();
            return Err((Reason::InvalidText, message));
        }
        let member = |why| (Reason::InvalidMember, why);
        let title =
            value::short("title", &self.title).map_err(|why| (Reason::InvalidTitle, why))?;
        let title = title.ok_or((Reason::InvalidTitle, "it has no title".to_owned()))?;
        let (price, priced_in) =
            value::price(&self.price).map_err(|why| (Reason::InvalidPrice, why))?;
        let otherwise = priced_in.as_deref().or(scope.currency.as_deref());
        Ok(Product {
            id,
            title,
            price,
            currency: value::currency(&self.currency, otherwise).map_err(member)?,
            category: value::short("category", &self.category).map_err(member)?,
            brand: value::short("brand", &self.brand).map_err(member)?,
            description: value::description(&self.description).map_err(member)?,
            image_url: value::address("imageUrl", &self.image_url).map_err(member)?,
            url: value::address("url", &self.url).map_err(member)?,
            available: value::truth("available", &self.available, true).map_err(member)?,
            markets: value::list("markets", &self.markets).map_err(member)?,
            channels: value::list("channels", &self.channels).map_err(member)?,
            created_at: time::epoch_seconds(&self.created_at).map_err(member)?,
        })
    }

    fn values(&self) -> [&Value; 13] {
        [
            &self.id,
            &self.title,
            &self.price,
            &self.currency,
            &self.category,
            &self.brand,
            &self.description,
            &self.image_url,
            &self.url,
            &self.available,
            &self.created_at,
            &self.markets,
            &self.channels,
        ]
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::adapter::Mode;

    fn scope() -> Scope {
        Scope {
            mode: Mode::Full,
            since: None,
            until: Timestamp::UNIX_EPOCH,
            page_size: None,
            currency: Some("GBP".to_owned()),
        }
    }

    fn lantern() -> Found {
        Found {
            id: json!(7),
            title: json!("LANTERN"),
            price: json!("2.50"),
            ..Found::default()
        }
    }

    fn reason(change: impl FnOnce(&mut Found), repaired: bool) -> (Option<String>, Reason) {
        let mut found = lantern();
        change(&mut found);
        match found.check(&scope(), 3, repaired) {
            Entry::Rejected {
                id,
                index: 3,
                reason,
                ..
            } => (id, reason),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_least_a_product_has_is_id_title_and_price() {
        let Entry::Product(product) = lantern().check(&scope(), 0, false) else {
            panic!("it is a product")
        };
        let line = serde_json::to_value(product).unwrap();
        let expected = json!({"id": "7", "title": "LANTERN", "price": 2.5, "currency": "GBP", "available": true});
        assert_eq!(line, expected);
    }

    #[test]
    fn a_reason_is_given_and_the_id_kept_if_there_is_one() {
        let seven = Some("7".to_owned());
        let missing_title = reason(|found| found.title = json!(" "), false);
        assert_eq!(missing_title, (seven.clone(), Reason::InvalidTitle));
        let price = reason(|found| found.price = json!("1.234,50"), false);
        assert_eq!(price, (seven.clone(), Reason::InvalidPrice));
        let id = reason(|found| found.id = json!("x".repeat(257)), false);
        assert_eq!(id, (None, Reason::InvalidId));
        let member = reason(|found| found.available = json!({}), false);
        assert_eq!(member, (seven.clone(), Reason::InvalidMember));
        let text = reason(|found| found.brand = json!("caf\u{fffd}"), true);
        assert_eq!(text, (seven, Reason::InvalidText));
        let id = reason(|found| found.id = json!("caf\u{fffd}"), true);
        assert_eq!(id, (None, Reason::InvalidText));
    }

    #[test]
    fn a_replacement_character_that_the_shop_wrote_is_a_text() {
        let mut found = lantern();
        found.title = json!("? \u{fffd}");
        assert!(matches!(found.check(&scope(), 0, false), Entry::Product(_)));
    }
}
