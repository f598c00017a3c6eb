//! What is asked, and what an answer worth measuring has.

use bytes::Bytes;
use serde_json::{Value, json};

/// Items of every answer.
pub(crate) const ITEMS: usize = 20;

/// What every answer has to have.
pub(crate) const EXPECTED: &str = "20 items of Personalize, each with its title";

/// One way to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scenario {
    /// A few hundred customers: their products are in the process's cache.
    KnownProducts,
    /// Each customer another: all products are read from DynamoDB.
    NewProducts,
    /// A cart of three products: three questions to Personalize, merged.
    Cart,
}

impl Scenario {
    /// All, in the order they are measured.
    pub(crate) const ALL: [Self; 3] = [Self::KnownProducts, Self::NewProducts, Self::Cart];

    /// The name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::KnownProducts => "home, products cached",
            Self::NewProducts => "home, products read",
            Self::Cart => "cart of 3, products cached",
        }
    }

    /// The `n`th event.
    pub(crate) fn event(self, n: u32) -> Bytes {
        let arguments = match self {
            Self::KnownProducts => {
                json!({"placement": "home", "userId": format!("c{}", n % 50), "limit": ITEMS})
            }
            Self::NewProducts => {
                json!({"placement": "home", "userId": format!("n{n}"), "limit": ITEMS})
            }
            Self::Cart => {
                json!({"placement": "cart", "sessionId": "s", "itemIds": ["a", "b", "c"], "limit": ITEMS})
            }
        };
        let event = json!({
            "arguments": arguments,
            "identity": null,
            "source": null,
            "request": {"headers": {"content-type": "application/json"}, "domainName": null},
            "prev": null,
            "info": {"fieldName": "recommendations", "parentTypeName": "Query", "variables": {}},
            "stash": {},
        });
        Bytes::from(event.to_string())
    }
}

/// Whether `answer` is what is to be measured: not a fallback, not an error, all products described.
pub(crate) fn is_full(answer: &[u8]) -> bool {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let items = answer["items"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    answer["source"] == "PERSONALIZE"
        && items.len() == ITEMS
        && items.iter().all(|item| item["title"].is_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fallbacks_and_bare_items_do_not_count() {
        let answer = |source: &str, item: Value| {
            let items = vec![item; ITEMS];
            json!({"source": source, "items": items}).to_string()
        };
        let full = json!({"id": "a", "title": "A"});
        assert!(is_full(answer("PERSONALIZE", full.clone()).as_bytes()));
        assert!(!is_full(answer("POPULAR", full).as_bytes()));
        assert!(!is_full(
            answer("PERSONALIZE", json!({"id": "a", "title": null})).as_bytes()
        ));
        assert!(!is_full(b"{\"errorType\":\"Failed\"}"));
    }
}
