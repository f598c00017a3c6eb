//! Shopify's GraphQL.

use reqwest::Method;
use serde_json::{Value, json};

use crate::shop::{Shop, answer, good, json as with, texts};

const PAGE: &str = "query Products($first: Int!, $after: String, $query: String) { \
    products(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) { \
        pageInfo { hasNextPage endCursor } \
        nodes { ...Own variants(first: 100) { nodes { id price availableForSale } } collections(first: 5) { nodes { title } } } } } \
    fragment Own on Product { id legacyResourceId title status updatedAt vendor kind: productType \
        priceRangeV2 { minVariantPrice { amount currencyCode } } }";
const RUN: &str = "mutation Run($query: String!) { bulkOperationRunQuery(query: $query, groupObjects: true) { \
    bulkOperation { id status } userErrors { field message } } }";
const POLL: &str = "query Poll($id: ID!) { node(id: $id) { ... on BulkOperation { \
    id status errorCode objectCount fileSize url partialDataUrl } ... on Product { title } } }";
const ALL: &str = "{ products(query: \"status:active\") { edges { node { id title variants { edges { node { id price } } } } } } }";

async fn ask(shop: &Shop, query: &str, variables: Value) -> Value {
    let request = shop.request(Method::POST, "/admin/api/2026-07/graphql.json");
    let request = request.header("X-Shopify-Access-Token", "local");
    good(with(
        request,
        &json!({ "query": query, "variables": variables }),
    ))
    .await
}

#[tokio::test]
async fn pages_hold_what_was_selected() {
    let shop = Shop::open().await;
    let mut ids = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = ask(
            &shop,
            PAGE,
            json!({ "first": 25, "after": after, "query": null }),
        )
        .await;
        let products = &page["data"]["products"];
        ids.extend(
            texts(&products["nodes"], "id")
                .into_iter()
                .map(str::to_owned),
        );
        assert_eq!(
            products["nodes"][0].as_object().unwrap().len(),
            10,
            "only what was selected"
        );
        after = products["pageInfo"]["endCursor"].clone();
        if products["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 60);

    let before = jiff::Timestamp::now();
    shop.withdraw("P000007").await;
    let query = format!("updated_at:>='{before}'");
    let page = ask(&shop, PAGE, json!({ "first": 25, "query": query })).await;
    let node = &page["data"]["products"]["nodes"][0];
    let own = shop.get("/api/tables/products?product_id=P000007").await["rows"][0].clone();
    assert_eq!(
        (&node["id"], &node["status"]),
        (&json!("gid://shopify/Product/8"), &json!("ARCHIVED"))
    );
    assert_eq!(
        (&node["title"], &node["kind"], &node["vendor"]),
        (&own["title"], &own["category"], &own["brand"])
    );
    let price = format!("{:.2}", own["price"].as_f64().unwrap());
    assert_eq!(node["variants"]["nodes"][0]["price"], price);
    assert_eq!(node["collections"]["nodes"][0]["title"], own["category"]);
    assert!(page["extensions"]["cost"]["throttleStatus"]["restoreRate"].is_number());

    let one = "query($id: ID!) { product(id: $id) { title } }";
    let found = ask(&shop, one, json!({ "id": "gid://shopify/Product/8" })).await;
    assert_eq!(found["data"]["product"], json!({ "title": own["title"] }));
    let missing = ask(&shop, one, json!({ "id": "gid://shopify/Product/999" })).await;
    assert_eq!(missing["data"], json!({ "product": null }));
}

#[tokio::test]
async fn wrong_queries_and_tokens_are_refused() {
    let shop = Shop::open().await;
    for (query, wrong) in [
        (
            "{ products(first: 1) { nodes { colour } } }",
            "Field 'colour' doesn't exist on type 'Product'",
        ),
        ("{ products(first: 1) }", "objects must have selections"),
        (
            "{ products(first: 0) { nodes { id } } }",
            "first must be a number",
        ),
        (
            "{ products(first: 1, after: \"x\") { nodes { id } } }",
            "Invalid cursor",
        ),
        ("{ shop { name } }", "Field 'shop' doesn't exist"),
        ("{ products(first: 1) { nodes { id }", "expected"),
        (
            "{ products(first: 1) { ...A } } fragment A on ProductConnection { ...A }",
            "fragments are nested too deep",
        ),
    ] {
        let body = ask(&shop, query, json!({})).await;
        let message = body["errors"][0]["message"]
            .as_str()
            .map(str::to_owned)
            .unwrap_or_default();
        assert!(message.contains(wrong), "{query}: {body}");
    }
    let request = shop.request(Method::POST, "/admin/api/2026-07/graphql.json");
    let request = with(
        request.header("X-Shopify-Access-Token", "x"),
        &json!({ "query": "{ a }" }),
    );
    let (status, body) = answer(request).await;
    assert_eq!(status, 401);
    assert!(
        body["errors"]
            .as_str()
            .unwrap()
            .starts_with("[API] Invalid API key")
    );
}

/// Polls until the operation is done; how often it was under way.
async fn finished(shop: &Shop, id: &Value) -> (Value, u32) {
    for polls in 0..500 {
        let node = ask(shop, POLL, json!({ "id": id })).await["data"]["node"].clone();
        if node["status"] != "RUNNING" {
            return (node, polls);
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the operation never ends");
}

#[tokio::test]
async fn a_bulk_operation_ends_in_a_file() {
    let shop = Shop::open().await;
    shop.withdraw("P000007").await;
    let run =
        ask(&shop, RUN, json!({ "query": ALL })).await["data"]["bulkOperationRunQuery"].clone();
    assert_eq!(
        (&run["bulkOperation"]["status"], &run["userErrors"]),
        (&json!("CREATED"), &json!([]))
    );
    let (done, polls) = finished(&shop, &run["bulkOperation"]["id"]).await;
    assert!(polls >= 1, "it is under way for a while");
    assert_eq!(
        (&done["status"], &done["objectCount"]),
        (&json!("COMPLETED"), &json!("118"))
    );
    let url = done["url"].as_str().unwrap();
    assert!(url.starts_with(&shop.url), "{url}");
    let whole = shop
        .client
        .get(url)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert_eq!(whole.len().to_string(), done["fileSize"].as_str().unwrap());
    let lines: Vec<Value> = whole
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 118);
    assert_eq!(lines[0].as_object().unwrap().len(), 2, "{}", lines[0]);
    assert_eq!(lines[1]["__parentId"], lines[0]["id"]);
    assert!(lines[1]["price"].is_string());

    let mut parts = String::new();
    while parts.len() < whole.len() {
        let range = format!("bytes={}-{}", parts.len(), parts.len() + 999);
        let part = shop
            .client
            .get(url)
            .header("Range", range)
            .send()
            .await
            .unwrap();
        assert_eq!(part.status(), 206);
        let end = (parts.len() + 999).min(whole.len() - 1);
        let expected = format!("bytes {}-{end}/{}", parts.len(), whole.len());
        assert_eq!(part.headers()["content-range"], expected.as_str());
        parts += &part.text().await.unwrap();
    }
    assert_eq!(parts, whole);
    let beyond = shop
        .client
        .get(url)
        .header("Range", format!("bytes={}-", whole.len()));
    assert_eq!(beyond.send().await.unwrap().status(), 416);
    let unsigned = shop
        .client
        .get(url.split('?').next().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(unsigned.status(), 403);
    let wrong = ask(
        &shop,
        RUN,
        json!({ "query": "{ orders { edges { node { id } } } }" }),
    )
    .await;
    assert!(
        wrong["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("a bulk query must be")
    );
}

#[tokio::test]
async fn a_page_that_comes_twice_and_titles_that_are_broken() {
    let shop = Shop::open().await;
    shop.faults(json!({ "repeatPage": 2, "missingTitle": 20 }))
        .await;
    let mut ids = Vec::new();
    let mut untitled = 0;
    let mut after = Value::Null;
    loop {
        let page = ask(&shop, PAGE, json!({ "first": 25, "after": after })).await;
        let products = &page["data"]["products"];
        ids.extend(
            texts(&products["nodes"], "id")
                .into_iter()
                .map(str::to_owned),
        );
        let nodes = products["nodes"].as_array().unwrap();
        untitled += nodes.iter().filter(|node| node["title"].is_null()).count();
        after = products["pageInfo"]["endCursor"].clone();
        if products["pageInfo"]["hasNextPage"] == false {
            break;
        }
        assert!(ids.len() < 200, "never ends");
    }
    assert_eq!(ids.len(), 85);
    assert_eq!(ids[25..50], ids[50..75]);
    assert!(untitled > 0);
    shop.faults(json!({ "badUtf8": 50 })).await;
    let run =
        ask(&shop, RUN, json!({ "query": ALL })).await["data"]["bulkOperationRunQuery"].clone();
    let (done, _) = finished(&shop, &run["bulkOperation"]["id"]).await;
    let bytes = shop
        .client
        .get(done["url"].as_str().unwrap())
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert!(std::str::from_utf8(&bytes).is_err());
    assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 120);
}
