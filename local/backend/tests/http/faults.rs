//! What goes wrong when it is asked for.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::shop::{Shop, answer, json as with, texts};

async fn statuses(shop: &Shop, path: &str) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..100 {
        statuses.push(shop.ask(path).send().await.unwrap().status().as_u16());
    }
    statuses
}

#[tokio::test]
async fn requests_fail_as_often_as_asked_and_again_the_same() {
    let shop = Shop::open().await;
    let faults = json!({ "throttle": 20, "retryAfter": 3, "error": 10, "seed": 7 });
    shop.faults(faults.clone()).await;
    let first = statuses(&shop, "/api/products?limit=1").await;
    let count = |status| first.iter().filter(|other| **other == status).count();
    assert!((10..=30).contains(&count(429)), "{first:?}");
    assert!((2..=20).contains(&count(500)), "{first:?}");
    shop.faults(faults).await;
    assert_eq!(statuses(&shop, "/api/products?limit=1").await, first);
    shop.faults(json!({ "throttle": 100, "retryAfter": 3 }))
        .await;
    let refused = shop.ask("/api/products").send().await.unwrap();
    assert_eq!(refused.headers()["retry-after"], "3");
    assert_eq!(
        shop.get("/_backend/health").await["status"],
        "ok",
        "controls never fail"
    );
    assert_eq!(shop.get("/_backend/faults").await["throttle"], 100.0);
    shop.request(Method::DELETE, "/_backend/faults")
        .send()
        .await
        .unwrap();
    assert!(
        statuses(&shop, "/api/products?limit=1")
            .await
            .iter()
            .all(|status| *status == 200)
    );
}

#[tokio::test]
async fn answers_are_late_or_cut() {
    let shop = Shop::open().await;
    shop.faults(json!({ "delay": 150 })).await;
    let begun = Instant::now();
    shop.get("/api/products?limit=1").await;
    assert!(begun.elapsed() >= Duration::from_millis(150));
    shop.faults(json!({ "cut": 100 })).await;
    let whole = shop
        .ask("/api/tables/events?limit=1000")
        .send()
        .await
        .unwrap();
    assert_eq!(whole.status(), StatusCode::OK);
    assert!(whole.content_length().unwrap() > 100_000);
    let error = whole.bytes().await.unwrap_err();
    assert!(error.is_body() || error.is_decode(), "{error:?}");
}

#[tokio::test]
async fn products_are_broken_in_their_share() {
    let shop = Shop::open().await;
    shop.faults(json!({ "stringPrices": true, "missingTitle": 20 }))
        .await;
    let products = &shop.get("/api/products").await["products"];
    let products = products.as_array().unwrap();
    assert!(
        products
            .iter()
            .all(|product| product["price"].as_str().unwrap().parse::<f64>().is_ok())
    );
    let nameless: Vec<&Value> = products
        .iter()
        .filter(|product| product.get("name").is_none())
        .collect();
    assert!((3..=25).contains(&nameless.len()), "{}", nameless.len());
    let id = nameless[0]["id"].as_str().unwrap();
    let again = shop.get(&format!("/api/products/{id}")).await;
    assert!(again.get("name").is_none(), "the same product every time");

    shop.faults(json!({ "badUtf8": 20 })).await;
    let bytes = shop
        .ask("/api/products")
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert!(std::str::from_utf8(&bytes).is_err());
    let text = String::from_utf8_lossy(&bytes);
    let bad = text.matches('\u{FFFD}').count();
    assert!((3..=25).contains(&bad), "{bad}");
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["products"].as_array().unwrap().len(), 60);
}

#[tokio::test]
async fn a_page_comes_twice_and_nothing_is_lost() {
    let shop = Shop::open().await;
    shop.faults(json!({ "repeatPage": 2 })).await;
    let mut ids = Vec::new();
    let mut pages = 0;
    for page in 1..10 {
        let answer = shop
            .get(&format!("/api/products?limit=25&page={page}"))
            .await;
        ids.extend(
            texts(&answer["products"], "id")
                .into_iter()
                .map(str::to_owned),
        );
        pages = page;
        if answer["pages"] == page {
            break;
        }
    }
    assert_eq!((pages, ids.len()), (4, 85));
    assert_eq!(ids[25..50], ids[50..75]);
    ids.dedup();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 60);

    let mut rows = 0;
    let mut cursor = String::new();
    loop {
        let page = shop
            .get(&format!("/api/tables/events?limit=500&cursor={cursor}"))
            .await;
        rows += page["rows"].as_array().unwrap().len();
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    assert_eq!(rows, 2500);
}

#[tokio::test]
async fn every_backend_refuses_in_its_own_words() {
    let shop = Shop::open().await;
    shop.faults(json!({ "throttle": 100, "retryAfter": 2 }))
        .await;
    for (path, member, header) in [
        ("/shop/product-projections", "/statusCode", "retry-after"),
        (
            "/stores/s/v3/catalog/products",
            "/status",
            "x-rate-limit-time-reset-ms",
        ),
        ("/wp-json/wc/v3/products", "/data/status", "retry-after"),
        ("/rest/default/V1/products", "/message", "retry-after"),
        (
            "/product/products/v1/organizations/o/products/1",
            "/title",
            "retry-after",
        ),
    ] {
        let response = shop.ask(path).send().await.unwrap();
        assert_eq!(response.status(), 429, "{path}");
        assert!(response.headers().contains_key(header), "{path}");
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert!(body.pointer(member).is_some(), "{path}: {body}");
    }
    let mut ways = (0, 0);
    for _ in 0..20 {
        let request = shop.request(Method::POST, "/admin/api/2026-07/graphql.json");
        let (status, body) = answer(with(request, &json!({ "query": "{ a }" }))).await;
        match status {
            429 => ways.0 += 1,
            _ => {
                assert_eq!(body["errors"][0]["extensions"]["code"], "THROTTLED");
                assert_eq!(
                    body["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"],
                    450
                );
                ways.1 += 1;
            }
        }
    }
    assert!(ways.0 > 0 && ways.1 > 0, "{ways:?}");
}
