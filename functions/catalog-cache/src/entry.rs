//! One line of a page: a product, one that left the shop, or why it is neither.

use serde::Deserialize;
use serde_json::Value;

use crate::{
    lines::Line,
    product::{Product, is_id},
    rejection::Rejection,
};

/// What a line says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Entry {
    /// The shop has it: `{"id", "title", "price", ...}`.
    Product(Box<Product>),
    /// It left: `{"id", "withdrawn": true}`.
    Withdrawn(Named),
}

/// An id, and when the backend was asked for it, in epoch milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Named {
    /// The product's.
    pub(crate) id: String,
    /// Absent when the pull did not write it.
    pub(crate) as_of: Option<i64>,
}

impl Entry {
    /// What `line` says. What the pull rejected (`{"id", "rejected": "<reason>"}`) is rejected here too.
    pub(crate) fn parse(line: &[u8]) -> Result<Self, Rejection> {
        let value: Value = serde_json::from_slice(line).map_err(|_| Rejection::NotJson)?;
        if !value.is_object() {
            return Err(Rejection::NotJson);
        }
        if let Some(reason) = value["rejected"].as_str() {
            return Err(Rejection::reported(reason));
        }
        if value["withdrawn"] == Value::Bool(true) {
            let named: Named = serde_json::from_value(value).map_err(|_| Rejection::InvalidId)?;
            let named = is_id(&named.id).then_some(named);
            return named.map(Self::Withdrawn).ok_or(Rejection::InvalidId);
        }
        let product = Product::from_value(value)?;
        Ok(Self::Product(Box::new(product)))
    }

    /// The product's id.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Product(product) => &product.id,
            Self::Withdrawn(named) => &named.id,
        }
    }
}

/// Who is in the shop by `line`, though it be broken.
pub(crate) fn present(line: &Line<'_>) -> Option<Named> {
    let Line::Whole(bytes) = line else {
        return None;
    };
    let value: Value = serde_json::from_slice(bytes).ok()?;
    let is_gone = value["withdrawn"] == Value::Bool(true);
    (!is_gone).then(|| listed(bytes)).flatten()
}

/// Whom `line` lists, be the rest of it sound or not: what is listed has not left the shop.
pub(crate) fn listed(line: &[u8]) -> Option<Named> {
    let named: Named = serde_json::from_slice(line).ok()?;
    is_id(&named.id).then_some(named)
}

/// Whom a line lists of which only the beginning is known. `catalog-pull` writes the id first.
pub(crate) fn begun(line: &[u8]) -> Option<Named> {
    let mut rest = line;
    for mark in ["{", "\"id\"", ":"] {
        rest = rest.trim_ascii_start().strip_prefix(mark.as_bytes())?;
    }
    let mut texts = serde_json::Deserializer::from_slice(rest).into_iter::<String>();
    let id = texts.next()?.ok().filter(|id| is_id(id))?;
    Some(Named { id, as_of: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANTERN: &str = r#"{"id":"a","title":"LANTERN","price":2.5,"available":true}"#;

    #[test]
    fn a_line_is_a_product_or_one_that_left() {
        let entry = Entry::parse(LANTERN.as_bytes()).unwrap();
        assert!(matches!(&entry, Entry::Product(product) if product.title == "LANTERN"));
        let entry = Entry::parse(br#"{"id":"a","withdrawn":true,"asOf":7}"#).unwrap();
        let named = Named {
            id: "a".to_owned(),
            as_of: Some(7),
        };
        assert_eq!(entry, Entry::Withdrawn(named));
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
            (
                &LANTERN.replace("true", "true,\"asOf\":\"now\""),
                "invalidMember",
            ),
            (r#"{"id":"a","rejected":"noPrice"}"#, "noPrice"),
            (r#"{"withdrawn":true}"#, "invalidId"),
            (r#"{"id":"","withdrawn":true}"#, "invalidId"),
        ] {
            let rejection = Entry::parse(line.as_bytes()).unwrap_err();
            assert_eq!(rejection.to_string(), reason, "{line}");
        }
    }

    #[test]
    fn a_line_that_was_cut_lists_whom_it_begins_with() {
        let id = |line: &str| begun(line.as_bytes()).map(|named| named.id);
        assert_eq!(id(r#" { "id" : "a\"b", "title": "LANT"#).unwrap(), "a\"b");
        for none in [r#"{"title":"a","id":"b"#, r#"{"id":7,"#, r#"{"id":"a"#, ""] {
            assert_eq!(id(none), None, "{none}");
        }
    }

    #[test]
    fn a_broken_product_is_still_listed() {
        let priceless = LANTERN.replace("2.5", "null");
        assert_eq!(listed(priceless.as_bytes()).unwrap().id, "a");
        assert_eq!(
            listed(br#"{"id":"b","rejected":"noPrice"}"#).unwrap().id,
            "b"
        );
        assert_eq!(listed(b"{\"title\":\"LANTERN\"}"), None);
        assert_eq!(present(&Line::Whole(priceless.as_bytes())).unwrap().id, "a");
        assert_eq!(
            present(&Line::Whole(br#"{"id":"a","withdrawn":true}"#)),
            None
        );
    }
}
