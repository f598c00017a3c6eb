//! DynamoDB: tables in which nobody ever wrote, but for the resources the configuration declares and the
//! products, of which there is every one that is asked for.

use serde_json::{Value, json};

/// The answer to the operation `target` names.
pub(super) fn answer(target: &str, request: &Value) -> Value {
    match target.rsplit('.').next() {
        Some("Query") => {
            let prefix = request["ExpressionAttributeValues"][":start"]["S"].as_str();
            resources(prefix.unwrap_or_default())
        }
        Some("GetItem") => item(request),
        Some("BatchGetItem") => items(request),
        Some("BatchWriteItem") => json!({"UnprocessedItems": {}}),
        Some("UpdateItem") => json!({"Attributes": {"generation": {"N": "1"}}}),
        _ => json!({}),
    }
}

/// The states of the campaigns or filters that the configuration declares.
fn resources(prefix: &str) -> Value {
    let (kind, names): (&str, &[&str]) = match prefix {
        "campaign#" => (
            "campaign",
            &["user-personalization", "similar-items", "popularity"],
        ),
        "filter#" => ("filter", &["not-purchased"]),
        _ => ("recommender", &[]),
    };
    let items: Vec<Value> = names.iter().map(|name| state(kind, name)).collect();
    json!({"Items": items, "Count": items.len(), "ScannedCount": items.len()})
}

fn state(kind: &str, name: &str) -> Value {
    json!({
        "pk": {"S": "estate#shop"},
        "sk": {"S": format!("{kind}#{name}")},
        "kind": {"S": kind},
        "name": {"S": name},
        "arn": {"S": format!("arn:aws:personalize:us-east-1:000000000000:{kind}/{name}")},
        "status": {"S": "ACTIVE"},
        "updatedAt": {"N": "1"},
    })
}

/// The event tracker; of everything else there is nothing.
fn item(request: &Value) -> Value {
    if request["Key"]["sk"]["S"] != "event-tracker#shop-events" {
        return json!({});
    }
    let mut tracker = state("event-tracker", "shop-events");
    tracker["trackingId"] = json!({"S": "bench"});
    json!({"Item": tracker})
}

/// Every product that is asked for, and none of what is kept of visitors.
fn items(request: &Value) -> Value {
    let tables = request["RequestItems"].as_object();
    let Some((table, wanted)) = tables.and_then(|tables| tables.iter().next()) else {
        return json!({});
    };
    let describe = match table.as_str() {
        "Catalog" => product,
        "PersonalizationApiItemMetadata_bench" => product_of_peer,
        _ => return json!({"Responses": {table: []}, "UnprocessedKeys": {}}),
    };
    let keys = wanted["Keys"].as_array();
    let products: Vec<Value> = keys.into_iter().flatten().map(describe).collect();
    json!({"Responses": {table: products}, "UnprocessedKeys": {}})
}

/// A product, described at the usual length.
fn product(key: &Value) -> Value {
    let mut product = description(key["itemId"]["S"].as_str().unwrap_or_default());
    product["itemId"] = key["itemId"].clone();
    product["contentHash"] = json!({"S": "0".repeat(64)});
    product["updatedAt"] = json!({"N": "1790000000"});
    product
}

/// The same, as personalization-apis keeps it.
fn product_of_peer(key: &Value) -> Value {
    let attributes = description(key["id"]["S"].as_str().unwrap_or_default());
    json!({"id": key["id"], "attributes": {"M": attributes}})
}

fn description(id: &str) -> Value {
    json!({
        "title": {"S": format!("WHITE HANGING HEART T-LIGHT HOLDER {id}")},
        "price": {"N": "2.55"},
        "currency": {"S": "GBP"},
        "category": {"S": "Home and garden"},
        "brand": {"S": "Bench"},
        "imageUrl": {"S": format!("https://shop.example/images/{id}.jpg")},
        "url": {"S": format!("https://shop.example/products/{id}")},
        "available": {"BOOL": true},
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::CONFIG;

    #[test]
    fn the_resources_are_those_the_configuration_declares() {
        for prefix in ["campaign#", "filter#"] {
            for state in resources(prefix)["Items"].as_array().unwrap() {
                let name = state["name"]["S"].as_str().unwrap();
                assert!(CONFIG.contains(&format!("name: {name}")), "{name}");
            }
        }
        assert!(CONFIG.contains("name: shop-events"));
    }

    #[test]
    fn every_product_asked_for_is_there() {
        let ask = |table: &str, key: &str| {
            let keys = json!([{key: {"S": "a"}}, {key: {"S": "b"}}]);
            items(&json!({"RequestItems": {table: {"Keys": keys}}}))["Responses"][table].clone()
        };
        assert_eq!(ask("Catalog", "itemId")[1]["itemId"]["S"], "b");
        let peer = ask("PersonalizationApiItemMetadata_bench", "id");
        assert_eq!(peer[0]["attributes"]["M"]["brand"]["S"], "Bench");
        assert_eq!(ask("Lists", "listKey"), json!([]));
    }
}
