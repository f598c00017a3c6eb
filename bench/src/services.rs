//! S3, DynamoDB and Personalize as `recommend` calls them, answering at once and counting the time
//! they take for it.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, StatusCode, body::Incoming};
use serde_json::{Value, json};

use crate::http::Handler;

const CONFIG: &str = include_str!("../../config/personalization.yaml");
const ETAG: &str = "\"1\"";

/// The services.
#[derive(Debug, Default)]
pub(crate) struct Services {
    nanoseconds: AtomicU64,
    calls: AtomicU64,
}

/// What the services did since they were asked last.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Served {
    /// In their handlers.
    pub(crate) time: Duration,
    /// Calls.
    pub(crate) calls: u64,
}

impl Services {
    /// What was done since the last call of this.
    pub(crate) fn take(&self) -> Served {
        Served {
            time: Duration::from_nanos(self.nanoseconds.swap(0, Ordering::SeqCst)),
            calls: self.calls.swap(0, Ordering::SeqCst),
        }
    }
}

impl Handler for Services {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let started = Instant::now();
        let (head, body) = request.into_parts();
        let body = body.collect().await;
        let body = body
            .map(http_body_util::Collected::to_bytes)
            .unwrap_or_default();
        let target = head
            .headers
            .get("x-amz-target")
            .and_then(|target| target.to_str().ok());
        let response = match (target, head.uri.path()) {
            (Some(target), _) => json_answer(&dynamodb(target, &parse(&body))),
            (None, "/recommendations") => json_answer(&personalize(&parse(&body))),
            (None, path) if path.ends_with("/config/personalization.yaml") => {
                config(head.headers.contains_key("if-none-match"))
            }
            _ => status(StatusCode::NOT_FOUND),
        };
        let took = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(took, Ordering::SeqCst);
        self.calls.fetch_add(1, Ordering::SeqCst);
        response
    }
}

fn parse(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_default()
}

/// Items of their own for every user and every product asked about.
fn personalize(question: &Value) -> Value {
    let about = question["itemId"].as_str().or(question["userId"].as_str());
    let about = about.unwrap_or_default();
    let results = question["numResults"].as_u64().unwrap_or(25);
    let item = |n: u64| json!({"itemId": format!("{about}-{n:03}"), "score": 1.0 / (n + 2) as f64});
    let items: Vec<Value> = (0..results).map(item).collect();
    json!({"recommendationId": "RID-bench", "itemList": items})
}

fn dynamodb(target: &str, request: &Value) -> Value {
    match target.rsplit('.').next() {
        Some("Query") => {
            let prefix = request["ExpressionAttributeValues"][":kind"]["S"].as_str();
            resources(prefix.unwrap_or_default())
        }
        Some("BatchGetItem") => products(request),
        _ => json!({}),
    }
}

/// The states of the campaigns or filters that `config/personalization.yaml` declares.
fn resources(prefix: &str) -> Value {
    let (kind, names): (&str, &[&str]) = match prefix {
        "campaign#" => (
            "campaign",
            &["user-personalization", "similar-items", "popularity"],
        ),
        _ => ("filter", &["not-purchased"]),
    };
    let state = |name: &&str| {
        json!({
            "pk": {"S": "estate#shop"},
            "sk": {"S": format!("{kind}#{name}")},
            "kind": {"S": kind},
            "name": {"S": name},
            "arn": {"S": format!("arn:aws:personalize:us-east-1:000000000000:{kind}/{name}")},
            "status": {"S": "ACTIVE"},
            "updatedAt": {"N": "1"},
        })
    };
    let items: Vec<Value> = names.iter().map(state).collect();
    json!({"Items": items, "Count": items.len(), "ScannedCount": items.len()})
}

/// Every product that is asked for, described at the usual length.
fn products(request: &Value) -> Value {
    let tables = request["RequestItems"].as_object();
    let Some((table, wanted)) = tables.and_then(|tables| tables.iter().next()) else {
        return json!({});
    };
    let product = |key: &Value| {
        let id = key["itemId"]["S"].as_str().unwrap_or_default();
        json!({
            "itemId": {"S": id},
            "title": {"S": format!("WHITE HANGING HEART T-LIGHT HOLDER {id}")},
            "price": {"N": "2.55"},
            "currency": {"S": "GBP"},
            "category": {"S": "Home and garden"},
            "brand": {"S": "Bench"},
            "imageUrl": {"S": format!("https://shop.example/images/{id}.jpg")},
            "url": {"S": format!("https://shop.example/products/{id}")},
            "available": {"BOOL": true},
            "contentHash": {"S": "0".repeat(64)},
            "updatedAt": {"N": "1790000000"},
        })
    };
    let keys = wanted["Keys"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let products: Vec<Value> = keys.iter().map(product).collect();
    json!({"Responses": {table: products}, "UnprocessedKeys": {}})
}

fn config(known: bool) -> Response<Full<Bytes>> {
    if known {
        return status(StatusCode::NOT_MODIFIED);
    }
    let mut response = Response::new(Full::from(CONFIG));
    let etag = hyper::header::HeaderValue::from_static(ETAG);
    response.headers_mut().insert("etag", etag);
    response
}

fn json_answer(value: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(value.to_string()));
    let json = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert("content-type", json);
    response
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resources_are_those_the_configuration_declares() {
        for prefix in ["campaign#", "filter#"] {
            for state in resources(prefix)["Items"].as_array().unwrap() {
                let name = state["name"]["S"].as_str().unwrap();
                assert!(CONFIG.contains(&format!("name: {name}")), "{name}");
            }
        }
    }

    #[test]
    fn every_product_asked_for_is_there() {
        let keys = json!([{"itemId": {"S": "a"}}, {"itemId": {"S": "b"}}]);
        let answer = products(&json!({"RequestItems": {"Catalog": {"Keys": keys}}}));
        assert_eq!(answer["Responses"]["Catalog"][1]["itemId"]["S"], "b");
    }
}
