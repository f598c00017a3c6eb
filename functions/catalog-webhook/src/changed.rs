//! Which product a call is about. Of the body only ids are taken; whether the product is gone is what
//! the backend says when it is asked for it.

use http::HeaderMap;
use jmespath::Variable;
use serde_json::Value;
use shared::config::backend::{Webhook, WebhookKind};

use crate::error::WebhookError;

const MAX_ID_CHARACTERS: usize = 256;
/// The most products of one call.
const MAX_PRODUCTS: usize = 100;

/// The products a call is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Changed {
    /// Their ids, at least one.
    pub(crate) ids: Vec<String>,
    /// Whether the backend says that it has them no more.
    pub(crate) deleted: bool,
}

/// What a call is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Products.
    Products(Changed),
    /// Something else, like orders, that the backend was told to report, too.
    Other,
    /// Nobody knows: there is no id.
    Unknown,
}

/// What the call with `headers` and `body` is about.
///
/// # Errors
/// When the configuration's path to the id is none.
pub(crate) fn subject(
    webhook: &Webhook,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Subject, WebhookError> {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return Ok(Subject::Unknown);
    };
    let topic = |name: &str| headers.get(name).and_then(|topic| topic.to_str().ok());
    let (topic, products, id) = match webhook.kind {
        WebhookKind::Shopify => (topic("x-shopify-topic"), "products/", &body["id"]),
        WebhookKind::Woocommerce => (topic("x-wc-webhook-topic"), "product.", woocommerce(&body)),
        WebhookKind::Bigcommerce => (body["scope"].as_str(), "store/", bigcommerce(&body)),
        WebhookKind::Hmac => (None, "", &Value::Null),
    };
    if topic.is_some_and(|topic| !topic.starts_with(products)) || is_of_another(webhook.kind, topic)
    {
        return Ok(Subject::Other);
    }
    let ids = match &webhook.id {
        Some(path) => ids(&found(path, &body)?),
        None if webhook.kind == WebhookKind::Hmac => return Err(WebhookError::Lacks("id")),
        None => ids(id),
    };
    let deleted = topic.is_some_and(is_deletion) || body["deleted"] == Value::Bool(true);
    Ok(match ids {
        Some(ids) => Subject::Products(Changed { ids, deleted }),
        None => Subject::Unknown,
    })
}

/// A variation's product is its parent: that is what is pulled.
fn woocommerce(body: &Value) -> &Value {
    let is_variation = body["type"] == "variation";
    &body[if is_variation { "parent_id" } else { "id" }]
}

/// Calls about a SKU, or about how many there are of it, name the product inside.
fn bigcommerce(body: &Value) -> &Value {
    let data = &body["data"];
    if data["type"] == "product" {
        return &data["id"];
    }
    let inside = ["sku", "inventory"].map(|part| &data[part]["product_id"]);
    inside
        .into_iter()
        .find(|id| !id.is_null())
        .unwrap_or(&Value::Null)
}

/// Whether BigCommerce's `topic` is about no product: the scopes of one are of two kinds.
fn is_of_another(kind: WebhookKind, topic: Option<&str>) -> bool {
    let is_product = |topic: &str| {
        let scopes = ["store/product/", "store/sku/"];
        scopes.iter().any(|scope| topic.starts_with(scope))
    };
    kind == WebhookKind::Bigcommerce && topic.is_some_and(|topic| !is_product(topic))
}

/// `products/delete`, `product.deleted`, `store/product/deleted`; a product whose SKU is gone is not.
fn is_deletion(topic: &str) -> bool {
    !topic.starts_with("store/sku/") && (topic.ends_with("/delete") || topic.ends_with("deleted"))
}

/// What `path` finds in `body`.
fn found(path: &str, body: &Value) -> Result<Value, WebhookError> {
    let expression = jmespath::compile(path).map_err(|_| WebhookError::Lacks("id"))?;
    let body = Variable::from_serializable(body);
    let found = body.and_then(|body| expression.search(body));
    // A path that does not suit this body finds nothing.
    Ok(found.map_or(Value::Null, |found| {
        serde_json::to_value(&found).unwrap_or_default()
    }))
}

/// The ids in `value`: one, or a list of them.
fn ids(value: &Value) -> Option<Vec<String>> {
    let ids = match value {
        Value::Array(values) => values.iter().map(id).collect::<Option<Vec<_>>>()?,
        value => vec![id(value)?],
    };
    (1..=MAX_PRODUCTS).contains(&ids.len()).then_some(ids)
}

/// An id: a text, or a whole number as one.
fn id(value: &Value) -> Option<String> {
    let id = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) if !number.is_f64() => number.to_string(),
        _ => return None,
    };
    (1..=MAX_ID_CHARACTERS)
        .contains(&id.chars().count())
        .then_some(id)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use serde_json::json;

    use super::*;

    fn of(declared: Value, topic: Option<(&'static str, &'static str)>, body: &Value) -> Subject {
        let webhook: Webhook = serde_json::from_value(declared).unwrap();
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = topic {
            headers.insert(name, HeaderValue::from_static(value));
        }
        subject(&webhook, &headers, body.to_string().as_bytes()).unwrap()
    }

    fn products(ids: &[&str], deleted: bool) -> Subject {
        Subject::Products(Changed {
            ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            deleted,
        })
    }

    #[test]
    fn shopify_names_the_product_and_what_became_of_it() {
        let of = |topic, body| {
            of(
                json!({"kind": "shopify"}),
                Some(("x-shopify-topic", topic)),
                &body,
            )
        };
        let large = json!({"id": 788_032_119_674_292_922_i64, "title": "Lantern"});
        assert_eq!(
            of("products/update", large),
            products(&["788032119674292922"], false)
        );
        assert_eq!(
            of("products/delete", json!({"id": 7})),
            products(&["7"], true)
        );
        assert_eq!(of("orders/create", json!({"id": 7})), Subject::Other);
        assert_eq!(
            of("products/update", json!({"title": "x"})),
            Subject::Unknown
        );
    }

    #[test]
    fn woocommerce_names_the_product_of_a_variation() {
        let of = |topic, body| {
            of(
                json!({"kind": "woocommerce"}),
                Some(("x-wc-webhook-topic", topic)),
                &body,
            )
        };
        let simple = json!({"id": 93, "type": "simple", "parent_id": 0});
        assert_eq!(of("product.updated", simple), products(&["93"], false));
        let variation = json!({"id": 94, "type": "variation", "parent_id": 93});
        assert_eq!(of("product.updated", variation), products(&["93"], false));
        assert_eq!(
            of("product.deleted", json!({"id": 93})),
            products(&["93"], true)
        );
        assert_eq!(of("order.updated", json!({"id": 1})), Subject::Other);
    }

    #[test]
    fn bigcommerce_names_the_product_of_a_sku() {
        let of = |scope: &str, data| {
            let body = json!({"producer": "stores/abc", "scope": scope, "data": data, "hash": "h"});
            of(json!({"kind": "bigcommerce"}), None, &body)
        };
        let product = json!({"type": "product", "id": 205});
        assert_eq!(
            of("store/product/updated", product.clone()),
            products(&["205"], false)
        );
        assert_eq!(
            of("store/product/deleted", product.clone()),
            products(&["205"], true)
        );
        let stock =
            json!({"type": "product", "id": 205, "inventory": {"product_id": 205, "value": 3}});
        assert_eq!(
            of("store/product/inventory/updated", stock),
            products(&["205"], false)
        );
        let sku = json!({"type": "sku", "id": 461, "sku": {"product_id": 205, "variant_id": 509}});
        assert_eq!(of("store/sku/deleted", sku), products(&["205"], false));
        let stock = json!({"type": "sku", "id": 461, "inventory": {"product_id": 205}});
        assert_eq!(
            of("store/sku/inventory/updated", stock),
            products(&["205"], false)
        );
        let order = json!({"type": "order", "id": 250});
        assert_eq!(of("store/order/created", order), Subject::Other);
        assert_eq!(of("store/product/updated", json!({})), Subject::Unknown);
    }

    #[test]
    fn others_say_where_the_id_is() {
        let of = |path: &str, body| of(json!({"kind": "hmac", "id": path}), None, &body);
        let body = json!({"event": {"product": {"sku": "A-1"}}, "deleted": true});
        assert_eq!(of("event.product.sku", body), products(&["A-1"], true));
        let list = json!({"changes": [{"id": 1}, {"id": 2}]});
        assert_eq!(
            of("changes[].id", list.clone()),
            products(&["1", "2"], false)
        );
        assert_eq!(of("changes[].sku", list), Subject::Unknown);
        assert_eq!(of("to_number(id)", json!({"id": "x"})), Subject::Unknown);
        let many: Vec<usize> = (0..101).collect();
        assert_eq!(of("ids", json!({"ids": many})), Subject::Unknown);
    }

    #[test]
    fn the_configured_path_counts_for_every_kind() {
        let declared = json!({"kind": "shopify", "id": "variants[0].sku"});
        let body = json!({"id": 7, "variants": [{"sku": "A-1"}]});
        assert_eq!(of(declared, None, &body), products(&["A-1"], false));
    }

    #[test]
    fn what_is_no_id_is_none() {
        for body in [
            json!({"id": ""}),
            json!({"id": " "}),
            json!({"id": 1.5}),
            json!({"id": null}),
            json!({"id": {"id": 1}}),
            json!({"id": "x".repeat(257)}),
            json!([]),
            json!("text"),
        ] {
            assert_eq!(
                of(json!({"kind": "shopify"}), None, &body),
                Subject::Unknown,
                "{body}"
            );
        }
        let webhook: Webhook = serde_json::from_value(json!({"kind": "shopify"})).unwrap();
        let subject = subject(&webhook, &HeaderMap::new(), b"webhook_id=7").unwrap();
        assert_eq!(subject, Subject::Unknown);
    }

    #[test]
    fn a_configuration_without_a_path_is_said_to_lack_it() {
        for declared in [json!({"kind": "hmac"}), json!({"kind": "hmac", "id": "]"})] {
            let webhook: Webhook = serde_json::from_value(declared).unwrap();
            let lacks = subject(&webhook, &HeaderMap::new(), b"{}").unwrap_err();
            assert!(lacks.to_string().contains("`id`"), "{lacks}");
        }
    }
}
