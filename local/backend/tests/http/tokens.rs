//! Backends with OAuth: commercetools and Salesforce.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::shop::{Shop, answer, good, json as with, texts};

const PROJECTIONS: &str = "/shop/product-projections?limit=25&withTotal=false&sort=id%20asc&localeProjection=en-GB&priceCurrency=GBP";
const SEARCH: &str = "/product/products/v1/organizations/f_ecom_abc/product-search?siteId=main";

fn grant(shop: &Shop, path: &str, secret: &str) -> RequestBuilder {
    shop.request(Method::POST, path)
        .basic_auth("client", Some(secret))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials&scope=view_products%3Ashop")
}

async fn token(shop: &Shop, path: &str) -> String {
    let answer = good(grant(shop, path, "local")).await;
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["scope"], "view_products:shop");
    answer["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn commercetools_pages_by_the_last_id() {
    let shop = Shop::open().await;
    let token = token(&shop, "/oauth/token").await;
    let ask = |rest: &str| {
        good(
            shop.ask(&format!("{PROJECTIONS}{rest}"))
                .bearer_auth(&token),
        )
    };
    let mut ids: Vec<String> = Vec::new();
    loop {
        let rest = ids
            .last()
            .map(|id| format!("&where=id%20%3E%20%22{id}%22"))
            .unwrap_or_default();
        let page = ask(&rest).await;
        assert_eq!(page.get("total"), None);
        let found = texts(&page["results"], "id");
        if found.is_empty() {
            break;
        }
        ids.extend(found.into_iter().map(str::to_owned));
    }
    assert_eq!(ids.len(), 60);
    assert!(ids.is_sorted());
    let first = &ask("").await["results"][0];
    let own = shop.get("/api/products/P000000").await;
    assert_eq!(first["key"], "P000000");
    assert_eq!(first["name"]["en-GB"], own["name"]);
    let cents = first["masterVariant"]["price"]["value"]["centAmount"]
        .as_f64()
        .unwrap();
    assert!((cents / 100.0 - own["price"].as_f64().unwrap()).abs() < 1e-9);
    assert_eq!(
        first["categories"][0]["obj"]["name"]["en-GB"],
        own["category"]
    );
    assert_eq!(
        first["masterVariant"]["attributes"][0]["value"],
        own["brand"]
    );

    let before = jiff::Timestamp::now();
    shop.withdraw("P000001").await;
    shop.put("P000002", json!({ "price": 5 })).await;
    let since = format!("&where=lastModifiedAt%20%3E%3D%20%22{before}%22");
    assert_eq!(texts(&ask(&since).await["results"], "key"), ["P000002"]);
    let gone = ask(&format!(
        "{since}&staged=true&where=published%20%3D%20false"
    ))
    .await;
    assert_eq!(texts(&gone["results"], "key"), ["P000001"]);
    let path = format!(
        "/shop/product-projections/{}?localeProjection=de-DE",
        ids[2]
    );
    let one = good(shop.ask(&path).bearer_auth(&token)).await;
    assert_eq!(one["masterVariant"]["price"]["value"]["centAmount"], 500);
    assert!(one["name"]["de-DE"].is_string());
    let by_key = good(
        shop.ask("/shop/product-projections/key=P000002")
            .bearer_auth(&token),
    )
    .await;
    assert_eq!(by_key["id"], one["id"]);
    let missing = answer(
        shop.ask("/shop/product-projections/key=P000001")
            .bearer_auth(&token),
    )
    .await;
    assert_eq!(
        (missing.0, &missing.1["errors"][0]["code"]),
        (404, &json!("ResourceNotFound"))
    );
    let wrong = answer(
        shop.ask("/shop/product-projections?where=name%20%3D%201")
            .bearer_auth(&token),
    )
    .await;
    assert_eq!((wrong.0, &wrong.1["statusCode"]), (400, &json!(400)));
}

fn search(shop: &Shop, token: &str, filters: &[Value], offset: u64) -> RequestBuilder {
    let terms = json!({ "termQuery": { "fields": ["type"], "operator": "one_of", "values": ["item", "master"] } });
    let query = match filters {
        [] => terms,
        [one] => json!({ "filteredQuery": { "query": terms, "filter": one } }),
        many => {
            let filter = json!({ "boolFilter": { "operator": "and", "filters": many } });
            json!({ "filteredQuery": { "query": terms, "filter": filter } })
        }
    };
    let sorts = json!([{ "field": "creationDate", "sortOrder": "asc" }, { "field": "id", "sortOrder": "asc" }]);
    let body = json!({ "query": query, "sorts": sorts, "limit": 25, "offset": offset });
    with(shop.request(Method::POST, SEARCH).bearer_auth(token), &body)
}

#[tokio::test]
async fn salesforce_searches_from_a_creation_date() {
    let shop = Shop::open().await;
    let token = token(&shop, "/dwsso/oauth2/access_token").await;
    let first = good(search(&shop, &token, &[], 0)).await;
    assert_eq!(
        (&first["total"], first["hits"].as_array().unwrap().len()),
        (&json!(60), 25)
    );
    let dates = texts(&first["hits"], "creationDate");
    assert!(dates.is_sorted());
    let from = json!({ "rangeFilter": { "field": "creationDate", "from": dates[24] } });
    let next = good(search(&shop, &token, std::slice::from_ref(&from), 0)).await;
    assert_eq!(next["hits"][0], first["hits"][24], "from is inclusive");
    assert_eq!(next["total"], 36);
    assert_eq!(
        good(search(&shop, &token, std::slice::from_ref(&from), 25)).await["hits"]
            .as_array()
            .unwrap()
            .len(),
        11
    );

    let before = jiff::Timestamp::now().to_string();
    shop.withdraw("P000001").await;
    let changed = json!({ "rangeFilter": { "field": "lastModified", "from": before } });
    let early =
        json!({ "rangeFilter": { "field": "creationDate", "from": "2000-01-01T00:00:00.000Z" } });
    let gone = good(search(&shop, &token, &[early, changed], 0)).await;
    assert_eq!(texts(&gone["hits"], "id"), ["P000001"]);
    assert_eq!(gone["hits"][0]["online"], false);
    let base = "/product/products/v1/organizations/f_ecom_abc/products";
    let one = good(
        shop.ask(&format!("{base}/P000007?siteId=main"))
            .bearer_auth(&token),
    )
    .await;
    let own = shop.get("/api/products/P000007").await;
    assert_eq!(
        (&one["name"]["default"], &one["price"]),
        (&own["name"], &own["price"])
    );
    let missing = answer(shop.ask(&format!("{base}/none")).bearer_auth(&token)).await;
    assert_eq!(
        (missing.0, &missing.1["title"]),
        (404, &json!("Product Not Found"))
    );
    let odd = json!({ "rangeFilter": { "field": "price", "from": "1" } });
    assert_eq!(answer(search(&shop, &token, &[odd], 0)).await.0, 400);
}

#[tokio::test]
async fn tokens_are_checked_and_expire() {
    let shop = Shop::open().await;
    assert_eq!(answer(grant(&shop, "/oauth/token", "wrong")).await.0, 401);
    assert_eq!(answer(shop.ask(PROJECTIONS)).await.0, 401);
    // The secret itself is no token there.
    assert_eq!(
        answer(shop.ask(PROJECTIONS).bearer_auth("local")).await.0,
        401
    );
    shop.faults(json!({ "expireTokensAfter": 2 })).await;
    let first = token(&shop, "/oauth/token").await;
    for status in [200, 200, 401, 401] {
        let (got, body) = answer(shop.ask(PROJECTIONS).bearer_auth(&first)).await;
        assert_eq!(got, status);
        if status == 401 {
            assert_eq!(body["errors"][0]["code"], "invalid_token");
        }
    }
    let second = token(&shop, "/oauth/token").await;
    assert_eq!(
        answer(shop.ask(PROJECTIONS).bearer_auth(&second)).await.0,
        200
    );
    shop.faults(json!({ "tokenSeconds": 1 })).await;
    let answered = good(grant(&shop, "/dwsso/oauth2/access_token", "local")).await;
    assert_eq!(answered["expires_in"], 1);
    tokio::time::sleep(std::time::Duration::from_millis(1050)).await;
    let expired = answered["access_token"].as_str().unwrap();
    let (status, body) = answer(search(&shop, expired, &[], 0)).await;
    assert_eq!(
        (status, &body["title"]),
        (401, &json!("Invalid Access Token"))
    );
}
