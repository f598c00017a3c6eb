//! Descriptions that are sound, and what is said of others.

use serde_json::{Value, json};

use crate::config::parse;

fn with(change: impl FnOnce(&mut Value)) -> String {
    let mut backend = json!({
        "requestsPerSecond": 10,
        "catalog": {
            "adapter": "feed",
            "currency": "GBP",
            "expireAfter": "30d",
            "feed": {
                "path": "/api/products",
                "items": "products",
                "pagination": {"kind": "page", "parameter": "page"},
                "pageSize": {"parameter": "limit", "value": 250},
                "totalPages": "pages",
                "updatedSince": {"parameter": "updated_since"},
                "one": {"path": "/api/products/{id}"},
                "fields": {"id": "id", "title": "name", "price": "price"},
            },
            "webhook": {"kind": "hmac", "header": "X-Signature", "id": "product.id"},
        },
        "tables": {"orders": {
            "feed": {"path": "/api/tables/orders", "items": "rows",
                "pagination": {"kind": "cursor", "parameter": "cursor", "next": "next"}},
            "columns": {
                "order_id": {"type": "varchar"},
                "ordered_at": {"type": "timestamp", "filter": {"from": "a", "to": "b"}},
            },
            "splits": {"parameter": "shard", "count": 4},
        }},
    });
    change(&mut backend);
    let text = format!("{}backend: {backend}\n", without_backend());
    parse("test.yaml", &text).map_or_else(|error| error.to_string(), |_| String::new())
}

/// The shipped configuration without the backend that it may have.
fn without_backend() -> String {
    let shipped = include_str!("../../../../../config/personalization.yaml");
    let (mut text, mut within) = (String::new(), false);
    for line in shipped.lines() {
        if line.starts_with(|first: char| first.is_ascii_alphabetic()) {
            within = line.starts_with("backend:");
        }
        if !within {
            text += line;
            text.push('\n');
        }
    }
    text
}

#[test]
fn a_described_backend_is_sound() {
    assert_eq!(with(|_| {}), "");
    let shopify = json!({"adapter": "shopify", "settings": {"apiVersion": "2026-10"}});
    assert_eq!(with(|backend| backend["catalog"] = shopify), "");
}

#[test]
fn what_cannot_work_is_named_with_its_place() {
    let wrong = [
        (
            "/requestsPerSecond",
            json!(0),
            "backend.requestsPerSecond: is more than 0",
        ),
        (
            "/catalog/currency",
            json!("pounds"),
            "catalog.currency: is an ISO 4217 code",
        ),
        (
            "/catalog/feed",
            json!(null),
            "catalog.feed: is needed with `adapter: feed`",
        ),
        (
            "/catalog/feed/fields",
            json!(null),
            "feed.fields: is needed",
        ),
        (
            "/catalog/feed/fields/price",
            json!("price["),
            "feed.fields.price: `price[` is no JMESPath",
        ),
        (
            "/catalog/feed/path",
            json!("https://a.example"),
            "feed.path: begins with /",
        ),
        (
            "/catalog/feed/one/path",
            json!("/products"),
            "feed.one.path: has no {id}",
        ),
        (
            "/catalog/feed/format",
            json!("xml"),
            "feed.record: is needed",
        ),
        (
            "/catalog/feed/format",
            json!("csv"),
            "feed.items: is for JSON",
        ),
        (
            "/catalog/feed/pagination/first",
            json!(2),
            "feed.pagination.first: is 0 or 1",
        ),
        (
            "/catalog/feed/pageSize/value",
            json!(0),
            "feed.pageSize.value: is 1 to",
        ),
        ("/catalog/webhook/id", json!(null), "webhook.id: is needed"),
        (
            "/catalog/webhook/header",
            json!("X Y"),
            "is no name of a header",
        ),
        (
            "/catalog/adapter",
            json!("shopify"),
            "is for `adapter: feed`, and this is `shopify`",
        ),
        (
            "/tables/orders/columns",
            json!({}),
            "tables.orders.columns: are needed",
        ),
        (
            "/tables/orders/columns/order_id/from",
            json!("["),
            "columns.order_id.from",
        ),
        (
            "/tables/orders/splits/count",
            json!(1),
            "splits.count: is 2 to 64",
        ),
        (
            "/tables/orders/feed/one",
            json!({"path": "/{id}"}),
            "feed.one: is for products",
        ),
        (
            "/tables/orders/feed/auth",
            json!({"kind": "clientCredentials", "tokenUrl": "ftp://a"}),
            "tokenUrl",
        ),
    ];
    for (place, value, expected) in wrong {
        let message = with(|backend| {
            let (parent, key) = place.rsplit_once('/').unwrap();
            backend.pointer_mut(parent).unwrap()[key] = value.clone();
        });
        assert!(message.contains(expected), "{place}: {message}");
    }
}

#[test]
fn names_that_athena_does_not_know_are_refused() {
    let message = with(|backend| {
        let orders = backend["tables"]["orders"].take();
        backend["tables"] = json!({"Orders": orders});
    });
    assert!(
        message.contains("`Orders` is no name for Athena"),
        "{message}"
    );
}
