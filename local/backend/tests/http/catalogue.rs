//! The shop's own products and controls.

use reqwest::Method;
use serde_json::json;

use crate::shop::{Shop, answer, good, json as with, texts};

#[tokio::test]
async fn products_come_by_page() {
    let shop = Shop::open().await;
    let mut ids = Vec::new();
    for page in 1..=3 {
        let answer = shop
            .get(&format!("/api/products?page={page}&limit=25"))
            .await;
        assert_eq!(
            (&answer["page"], &answer["pages"]),
            (&json!(page), &json!(3))
        );
        ids.extend(
            texts(&answer["products"], "id")
                .into_iter()
                .map(str::to_owned),
        );
    }
    let expected: Vec<String> = (0..60).map(|number| format!("P{number:06}")).collect();
    assert_eq!(ids, expected);
    let beyond = shop.get("/api/products?page=4&limit=25").await;
    assert_eq!(beyond["products"], json!([]));
    let one = shop.get("/api/products/P000007").await;
    let all = shop.get("/api/products").await;
    assert_eq!(one, all["products"][7]);
    assert_eq!(one["currency"], "GBP");
    assert_eq!(one["created_at"], "2026-07-23T23:53:00Z");
    let (status, error) = answer(shop.ask("/api/products/none")).await;
    assert_eq!(
        (status, &error["error"]),
        (404, &json!("there is no product \"none\""))
    );
}

#[tokio::test]
async fn changes_show_in_incremental_pulls() {
    let shop = Shop::open().await;
    let before = jiff::Timestamp::now();
    let since = format!("/api/products?updated_since={before}");
    assert_eq!(shop.get(&since).await["products"], json!([]));
    let changed = shop
        .put("P000003", json!({ "price": 9.75, "brand": null }))
        .await;
    assert_eq!(
        (&changed["price"], &changed["brand"]),
        (&json!(9.75), &json!(null))
    );
    assert!(
        changed["name"].as_str().unwrap().len() > 3,
        "what is left out stays"
    );
    shop.put(
        "new%20&%20odd%2Fid",
        json!({ "name": "Newcomer", "category": "Novelties" }),
    )
    .await;
    shop.withdraw("P000001").await;
    let answer = shop.get(&since).await;
    assert_eq!(
        texts(&answer["products"], "id"),
        ["P000003", "new & odd/id", "P000001"]
    );
    assert_eq!(
        answer["products"][2],
        json!({ "id": "P000001", "deleted": true })
    );
    assert_eq!(answer["products"][1]["in_stock"], true);
    assert_eq!(
        shop.get("/api/products/new%20&%20odd%2Fid").await["price"],
        json!(null)
    );
    assert_eq!(
        shop.ask("/api/products/P000001")
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    assert_eq!(shop.get("/api/products?limit=1").await["pages"], 60);
    shop.put("P000001", json!({ "in_stock": false })).await;
    assert_eq!(shop.get("/api/products/P000001").await["in_stock"], false);
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let shop = Shop::open().await;
    for (path, wrong) in [
        ("/api/products?page=0", "page must be a whole number"),
        (
            "/api/products?limit=1001",
            "limit must be a whole number from 1 to 1000",
        ),
        (
            "/api/products?limit=5&limit=6",
            "the parameter limit is given twice",
        ),
        (
            "/api/products?updated_since=yesterday",
            "updated_since must be a time",
        ),
        (
            "/api/products?colour=red",
            "there is no parameter \"colour\"",
        ),
    ] {
        let (status, error) = answer(shop.ask(path)).await;
        assert_eq!(status, 400, "{path}");
        assert!(
            error["error"].as_str().unwrap().contains(wrong),
            "{path}: {error}"
        );
    }
    let put = |id: &str| shop.request(Method::PUT, &format!("/_backend/products/{id}"));
    for (request, status) in [
        (with(put("brand-new"), &json!({ "price": 1 })), 400),
        (with(put("P000001"), &json!({ "price": -1 })), 400),
        (with(put("P000001"), &json!({ "cost": 1 })), 422),
        (with(put("P000001"), &json!({ "name": " " })), 400),
        (put("P000001").body("{}"), 415),
        (with(put(&"x".repeat(257)), &json!({ "name": "Long" })), 400),
        (shop.request(Method::DELETE, "/_backend/products/none"), 404),
        (shop.request(Method::POST, "/api/products"), 405),
        (shop.ask("/nowhere"), 404),
        (
            with(
                shop.request(Method::POST, "/_backend/faults"),
                &json!({ "throttle": 101 }),
            ),
            400,
        ),
    ] {
        let (got, error) = answer(request).await;
        assert_eq!(got, status, "{error}");
        assert!(error["error"].is_string(), "{error}");
    }
}

#[tokio::test]
async fn wrong_credentials_are_refused() {
    let shop = Shop::open().await;
    let path = "/api/products?limit=1";
    for right in [
        shop.ask(path).bearer_auth("local"),
        shop.ask(path).basic_auth("anyone", Some("local")),
        shop.ask(path).header("X-Api-Key", "local"),
        shop.ask("/api/products?limit=1&api_key=local"),
    ] {
        good(right).await;
    }
    for wrong in [
        shop.ask(path).bearer_auth("remote"),
        shop.ask(path).basic_auth("anyone", Some("remote")),
        shop.ask(path).header("Authorization", "Digest x"),
        shop.ask(path).header("X-Api-Key", "remote"),
        shop.ask("/api/products?limit=1&api_key=remote"),
    ] {
        assert_eq!(answer(wrong).await.0, 401);
    }
}

#[tokio::test]
async fn statistics_count_and_start_anew() {
    let shop = Shop::open().await;
    shop.get("/api/products?limit=10").await;
    shop.get("/api/tables/events?limit=70").await;
    shop.get("/api/tables/events?limit=30").await;
    assert_eq!(
        shop.ask("/api/tables/secrets")
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    let counts = shop.get("/_backend/statistics").await;
    let expected = json!({
        "requests": { "other": 1, "products": 1, "tables/events": 2 },
        "answers": { "200": 3, "404": 1 },
        "rows": { "catalogue": 10, "events": 100 },
    });
    assert_eq!(counts, expected);
    shop.request(Method::DELETE, "/_backend/statistics")
        .send()
        .await
        .unwrap();
    assert_eq!(shop.get("/_backend/statistics").await["rows"], json!({}));
    assert_eq!(shop.get("/_backend/health").await["status"], "ok");
    shop.close().await;
}
