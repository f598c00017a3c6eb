//! DynamoDB: tables in which nobody ever wrote, but for the resources the configuration declares and the
//! products, of which there is every one that is asked for.
//!
//! What is asked thousands of times is read and written as text: the services share the processors with
//! what is measured.

use std::{borrow::Cow, collections::HashMap, fmt::Write};

use serde::Deserialize;
use serde_json::{Value, json};

/// The answer to the operation `target` names.
pub(super) fn answer(target: &str, request: &[u8]) -> String {
    let parse = || serde_json::from_slice(request).unwrap_or_default();
    match target.rsplit('.').next() {
        Some("Query") => resources(&parse()).to_string(),
        Some("GetItem") => item(&parse()).to_string(),
        Some("BatchGetItem") => items(request),
        Some("BatchWriteItem") => r#"{"UnprocessedItems": {}}"#.to_owned(),
        Some("UpdateItem") => r#"{"Attributes": {"generation": {"N": "1"}}}"#.to_owned(),
        _ => "{}".to_owned(),
    }
}

/// The states of the campaigns or filters that the configuration declares.
fn resources(request: &Value) -> Value {
    let prefix = request["ExpressionAttributeValues"][":start"]["S"].as_str();
    let prefix = prefix.unwrap_or_default();
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

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BatchGet<'a> {
    #[serde(borrow)]
    request_items: HashMap<&'a str, Keys<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Keys<'a> {
    #[serde(borrow)]
    keys: Vec<HashMap<&'a str, Text<'a>>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Text<'a> {
    #[serde(borrow)]
    s: Cow<'a, str>,
}

/// Every product that is asked for, and none of what is kept of visitors.
fn items(request: &[u8]) -> String {
    let Ok(BatchGet { request_items }) = serde_json::from_slice(request) else {
        return "{}".to_owned();
    };
    let Some((table, wanted)) = request_items.into_iter().next() else {
        return "{}".to_owned();
    };
    let describe: fn(&mut String, &str) = match table {
        "Catalog" => product,
        "PersonalizationApiItemMetadata_bench" => product_of_peer,
        _ => |_, _| (),
    };
    let mut answer = format!(r#"{{"UnprocessedKeys": {{}}, "Responses": {{"{table}": ["#);
    let start = answer.len();
    for key in wanted.keys.iter().flat_map(HashMap::values) {
        let before = answer.len();
        describe(&mut answer, &key.s);
        if answer.len() > before && before > start {
            answer.insert(before, ',');
        }
    }
    answer.push_str("]}}");
    answer
}

/// A product, described at the usual length.
fn product(to: &mut String, id: &str) {
    let _ = write!(to, r#"{{"itemId": {{"S": "{id}"}}, {}}}"#, description(id));
}

/// The same, as personalization-apis keeps it.
fn product_of_peer(to: &mut String, id: &str) {
    let attributes = description(id);
    let _ = write!(
        to,
        r#"{{"id": {{"S": "{id}"}}, "attributes": {{"M": {{{attributes}}}}}}}"#
    );
}

fn description(id: &str) -> String {
    format!(
        r#""title": {{"S": "WHITE HANGING HEART T-LIGHT HOLDER {id}"}}, "price": {{"N": "2.55"}}, "currency": {{"S": "GBP"}}, "category": {{"S": "Home and garden"}}, "brand": {{"S": "Bench"}}, "imageUrl": {{"S": "https://shop.example/images/{id}.jpg"}}, "url": {{"S": "https://shop.example/products/{id}"}}, "available": {{"BOOL": true}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::CONFIG;

    #[test]
    fn the_resources_are_those_the_configuration_declares() {
        for prefix in ["campaign#", "filter#"] {
            let request = json!({"ExpressionAttributeValues": {":start": {"S": prefix}}});
            for state in resources(&request)["Items"].as_array().unwrap() {
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
            let request = json!({"RequestItems": {table: {"Keys": keys}}}).to_string();
            let answer: Value = serde_json::from_str(&items(request.as_bytes())).unwrap();
            answer["Responses"][table].clone()
        };
        assert_eq!(ask("Catalog", "itemId")[1]["itemId"]["S"], "b");
        let peer = ask("PersonalizationApiItemMetadata_bench", "id");
        assert_eq!(peer[0]["attributes"]["M"]["brand"]["S"], "Bench");
        assert_eq!(ask("Lists", "listKey"), json!([]));
    }
}
