//! Backends whose ids are numbers: BigCommerce, WooCommerce, Magento.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::shop::{Shop, answer, good, json as with, numbers, texts};

const STORE: &str = "/stores/abc/v3/catalog";

#[tokio::test]
async fn bigcommerce_pages_by_number_and_names_brands() {
    let shop = Shop::open().await;
    let ask = |path: String| {
        shop.ask(&format!("{STORE}/{path}"))
            .header("X-Auth-Token", "local")
    };
    let plan = good(ask(
        "products?include_fields=name&sort=id&direction=desc&limit=1&page=1".into(),
    ))
    .await;
    assert_eq!(
        (&plan["data"][0]["id"], &plan["meta"]["pagination"]["total"]),
        (&json!(60), &json!(60))
    );
    let mut last = 10;
    let mut found = Vec::new();
    loop {
        let page = format!(
            "products?include=variants,primary_image&sort=id&direction=asc&limit=15&page=1&id%3Agreater={last}&id%3Amax=50&is_visible=true"
        );
        let ids = numbers(&good(ask(page)).await["data"], "id");
        let Some(end) = ids.last() else { break };
        last = *end;
        found.extend(ids);
    }
    assert_eq!(found, (11..=50).collect::<Vec<_>>());
    shop.faults(json!({ "repeatPage": 2 })).await;
    let mut last = 0;
    let mut found = Vec::new();
    loop {
        let page = format!("products?sort=id&limit=25&id%3Agreater={last}");
        let ids = numbers(&good(ask(page)).await["data"], "id");
        let Some(end) = ids.last() else { break };
        last = *end;
        found.extend(ids);
    }
    let expected: Vec<i64> = (1..=50).chain(26..=60).collect();
    assert_eq!(found, expected, "the second page came twice");
    shop.faults(json!({})).await;
    let one = good(ask("products/8?include=variants".into())).await["data"].clone();
    let own = shop.get("/api/products/P000007").await;
    assert_eq!(
        (&one["sku"], &one["name"], &one["price"]),
        (&own["id"], &own["name"], &own["price"])
    );
    let brands = good(ask(format!(
        "brands?id%3Ain={},99999&include_fields=name&limit=250",
        one["brand_id"]
    )))
    .await;
    assert_eq!(
        brands["data"],
        json!([{ "id": one["brand_id"], "name": own["brand"] }])
    );
    let categories = good(ask(format!(
        "trees/categories?category_id%3Ain={}&limit=250",
        one["categories"][0]
    )))
    .await;
    assert_eq!(categories["data"][0]["name"], own["category"]);
    let before = jiff::Timestamp::now();
    shop.withdraw("P000007").await;
    let gone = good(ask(format!("products?date_modified%3Amin={before}"))).await;
    assert_eq!(
        (numbers(&gone["data"], "id"), &gone["data"][0]["is_visible"]),
        (vec![8], &json!(false))
    );
    let listed = good(ask("products?is_visible=true&limit=1".into())).await;
    assert_eq!(listed["meta"]["pagination"]["total"], 59);
    let (status, unreadable) = answer(ask("products/first".into())).await;
    assert_eq!((status, &unreadable["status"]), (400, &json!(400)));
    let (status, missing) = answer(ask("products/999".into())).await;
    assert_eq!((status, &missing["status"]), (404, &json!(404)));
    let wrong = shop
        .ask(&format!("{STORE}/products"))
        .header("X-Auth-Token", "x");
    assert_eq!(answer(wrong).await.0, 401);
}

#[tokio::test]
async fn woocommerce_pages_by_offset() {
    let shop = Shop::open().await;
    let ask = |path: &str| {
        shop.ask(&format!("/wp-json/wc/v3/products{path}"))
            .basic_auth("ck", Some("local"))
    };
    let plan = ask("?status=publish&per_page=1&offset=0&_fields=id")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            &plan.headers()["x-wp-total"],
            &plan.headers()["x-wp-totalpages"]
        ),
        (&"60".parse().unwrap(), &"60".parse().unwrap())
    );
    let mut found = Vec::new();
    for offset in [0, 25, 50, 75] {
        let path = format!("?status=publish&orderby=id&order=asc&per_page=25&offset={offset}");
        found.extend(numbers(&good(ask(&path)).await, "id"));
    }
    assert_eq!(found, (1..=60).collect::<Vec<_>>());
    let one = good(ask("/8")).await;
    let own = shop.get("/api/products/P000007").await;
    assert_eq!((&one["sku"], &one["name"]), (&own["id"], &own["name"]));
    assert_eq!(
        one["price"],
        format!("{:.2}", own["price"].as_f64().unwrap())
    );
    let before = jiff::Timestamp::now()
        .strftime("%Y-%m-%dT%H:%M:%S")
        .to_string();
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    shop.withdraw("P000007").await;
    shop.put("P000009", json!({ "brand": "Alder & Co" })).await;
    let path =
        format!("?status=any&modified_after={before}&dates_are_gmt=true&orderby=id&order=asc");
    let changed = good(ask(&path)).await;
    assert_eq!(texts(&changed, "status"), ["draft", "publish"]);
    assert_eq!(changed[1]["brands"][0]["name"], "Alder &amp; Co");
    let (status, missing) = answer(ask("/999")).await;
    assert_eq!(
        (status, &missing["code"]),
        (404, &json!("woocommerce_rest_product_invalid_id"))
    );
    let (status, wrong) = answer(
        shop.ask("/wp-json/wc/v3/products")
            .basic_auth("ck", Some("x")),
    )
    .await;
    assert_eq!((status, &wrong["data"]["status"]), (401, &json!(401)));
}

/// A Magento request with filters `(field, condition, value)`.
fn criteria(
    shop: &Shop,
    path: &str,
    size: u64,
    page: u64,
    filters: &[(&str, &str, &str)],
) -> RequestBuilder {
    let mut pairs = vec![
        (
            "searchCriteria[sortOrders][0][field]".to_owned(),
            "entity_id".to_owned(),
        ),
        ("searchCriteria[pageSize]".to_owned(), size.to_string()),
        ("searchCriteria[currentPage]".to_owned(), page.to_string()),
    ];
    for (group, (field, condition, value)) in filters.iter().enumerate() {
        let base = format!("searchCriteria[filterGroups][{group}][filters][0]");
        pairs.push((format!("{base}[field]"), (*field).to_owned()));
        pairs.push((format!("{base}[conditionType]"), (*condition).to_owned()));
        pairs.push((format!("{base}[value]"), (*value).to_owned()));
    }
    let mut url = reqwest::Url::parse(&format!("{}/rest/default/V1/{path}", shop.url)).unwrap();
    url.query_pairs_mut().extend_pairs(pairs);
    shop.client.get(url).bearer_auth("local")
}

#[tokio::test]
async fn magento_searches_by_criteria_and_repeats_its_last_page() {
    let shop = Shop::open().await;
    let full = [
        ("entity_id", "gt", "10"),
        ("entity_id", "lteq", "50"),
        ("status", "eq", "1"),
        ("visibility", "in", "2,3,4"),
    ];
    let page = good(criteria(&shop, "products", 25, 1, &full)).await;
    assert_eq!(page["total_count"], 40);
    assert_eq!(numbers(&page["items"], "id"), (11..=35).collect::<Vec<_>>());
    let last = good(criteria(&shop, "products", 25, 2, &full)).await;
    assert_eq!(numbers(&last["items"], "id"), (36..=50).collect::<Vec<_>>());
    let beyond = good(criteria(&shop, "products", 25, 9, &full)).await;
    assert_eq!(beyond["items"], last["items"]);
    let descending = "/rest/default/V1/products?searchCriteria[sortOrders][0][field]=entity_id\
        &searchCriteria[sortOrders][0][direction]=DESC&searchCriteria[pageSize]=1&fields=items[id],total_count";
    let descending = good(shop.ask(descending).bearer_auth("local")).await;
    assert_eq!(descending["items"][0]["id"], 60);

    let own = shop.get("/api/products/P000007").await;
    let one = good(
        shop.ask("/rest/default/V1/products/P000007")
            .bearer_auth("local"),
    )
    .await;
    assert_eq!(
        (&one["id"], &one["name"], &one["price"]),
        (&json!(8), &own["name"], &own["price"])
    );
    let attribute = |code: &str| -> Value {
        let attributes = one["custom_attributes"].as_array().unwrap();
        attributes
            .iter()
            .find(|attribute| attribute["attribute_code"] == code)
            .unwrap()["value"]
            .clone()
    };
    let options = good(
        shop.ask("/rest/default/V1/products/attributes/manufacturer/options")
            .bearer_auth("local"),
    )
    .await;
    assert_eq!(options[0]["value"], "");
    let brand = options
        .as_array()
        .unwrap()
        .iter()
        .find(|option| option["value"] == attribute("manufacturer"));
    assert_eq!(brand.unwrap()["label"], own["brand"]);
    let category = attribute("category_ids")[0].as_str().unwrap().to_owned();
    let categories = good(criteria(
        &shop,
        "categories/list",
        100,
        1,
        &[("entity_id", "in", &category)],
    ))
    .await;
    assert_eq!(categories["items"][0]["name"], own["category"]);
    let shown = good(criteria(
        &shop,
        "products-render-info",
        100,
        1,
        &[("entity_id", "in", "8,9")],
    ))
    .await;
    assert_eq!(shown["items"][0]["price_info"]["final_price"], own["price"]);
    assert_eq!(shown["items"].as_array().unwrap().len(), 2);

    shop.withdraw("P000007").await;
    let gone = good(criteria(
        &shop,
        "products",
        25,
        1,
        &[("updated_at", "gteq", "2026-11-29 00:00:00")],
    ))
    .await;
    assert_eq!(
        (numbers(&gone["items"], "id"), &gone["items"][0]["status"]),
        (vec![8], &json!(2))
    );
    let odd = criteria(&shop, "products", 25, 1, &[("name", "like", "%mug%")]);
    assert_eq!(answer(odd).await.0, 400);
    let missing = answer(
        shop.ask("/rest/default/V1/products/none")
            .bearer_auth("local"),
    )
    .await;
    assert_eq!((missing.0, missing.1["message"].is_string()), (404, true));
}

#[tokio::test]
async fn magento_gives_tokens_to_administrators() {
    let shop = Shop::open().await;
    let login = |password: &str| {
        let request = shop.request(Method::POST, "/rest/default/V1/integration/admin/token");
        with(
            request,
            &json!({ "username": "admin", "password": password }),
        )
    };
    assert_eq!(answer(login("wrong")).await.0, 401);
    let token = good(login("local")).await;
    let path = "/rest/default/V1/products/P000001";
    good(shop.ask(path).bearer_auth(token.as_str().unwrap())).await;
    let (status, error) = answer(shop.ask(path).bearer_auth("wrong")).await;
    assert_eq!(
        (status, &error["parameters"]["resources"]),
        (401, &json!("Magento_Catalog::products"))
    );
}
