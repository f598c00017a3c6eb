//! Events of AppSync's direct Lambda resolvers, as a backend of the shop causes them.

use bytes::Bytes;
use serde_json::{Value, json};

/// Items of every answer.
pub const ITEMS: usize = 20;

/// The question for `placement` with `arguments` besides.
#[must_use]
pub fn recommendations(placement: &str, mut arguments: Value) -> Bytes {
    arguments["placement"] = placement.into();
    arguments["limit"] = ITEMS.into();
    event("Query", "recommendations", &arguments)
}

/// What `user` did: `interactions` of GraphQL's `InteractionInput`.
#[must_use]
pub fn track(user: &str, interactions: &Value) -> Bytes {
    let input = json!({"userId": user, "sessionId": "s", "interactions": interactions});
    event("Mutation", "trackInteractions", &json!({"input": input}))
}

/// Whether `answer` is [`ITEMS`] items of `source`, each described: not a fallback, not an error.
#[must_use]
pub fn is_described(answer: &Value, source: &str) -> bool {
    let items = answer["items"].as_array();
    let items = items.map(Vec::as_slice).unwrap_or_default();
    answer["source"] == source
        && items.len() == ITEMS
        && items.iter().all(|item| item["title"].is_string())
}

fn event(parent: &str, field: &str, arguments: &Value) -> Bytes {
    let role = "arn:aws:sts::000000000000:assumed-role/shop/backend";
    let event = json!({
        "arguments": arguments,
        "identity": {"accountId": "000000000000", "userArn": role, "sourceIp": ["192.0.2.1"]},
        "source": null,
        "request": {
            "headers": {
                "content-type": "application/json",
                "user-agent": "shop-backend/1.0",
                "cloudfront-viewer-country": "DE",
                "cloudfront-is-mobile-viewer": "true",
            },
            "domainName": null,
        },
        "prev": null,
        "info": {"fieldName": field, "parentTypeName": parent, "variables": {}},
        "stash": {},
    });
    Bytes::from(event.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fallbacks_and_bare_items_do_not_count() {
        let answer =
            |source: &str, item: Value| json!({"source": source, "items": vec![item; ITEMS]});
        let full = json!({"id": "a", "title": "A"});
        let bare = json!({"id": "a", "title": null});
        assert!(is_described(&answer("CACHE", full.clone()), "CACHE"));
        assert!(!is_described(&answer("POPULAR", full), "PERSONALIZE"));
        assert!(!is_described(&answer("PERSONALIZE", bare), "PERSONALIZE"));
        assert!(!is_described(
            &json!({"errorType": "Failed"}),
            "PERSONALIZE"
        ));
    }
}
