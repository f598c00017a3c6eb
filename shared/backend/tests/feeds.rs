//! Feeds as the configuration describes them, against a backend.

#![allow(clippy::unwrap_used, reason = "tests")]

mod shop;

use backend::{Answer, Auth, BackendError, Client, Feed, Pages, Position, Secrets};
use serde_json::{Value, json};

use crate::shop::{Reply, Shop};

fn feed(config: Value) -> Feed {
    Feed::new(&serde_json::from_value(config).unwrap()).unwrap()
}

fn client(shop: &Shop) -> Client {
    Client::new(&shop.url, Auth::None, Secrets::None, None).unwrap()
}

async fn all(mut pages: Pages<'_>) -> Result<Vec<Value>, BackendError> {
    let mut all = Vec::new();
    while let Some(page) = pages.next().await? {
        all.extend(page);
    }
    Ok(all)
}

fn json_replies(bodies: &[Value]) -> Vec<Reply> {
    bodies
        .iter()
        .map(|body| Reply::body(&body.to_string()))
        .collect()
}

#[tokio::test]
async fn cursors_are_followed_with_the_parameters_of_the_caller() {
    let replies = json_replies(&[
        json!({"rows": [{"id": 1}], "next": "a/b"}),
        json!({"rows": [], "next": "c"}),
        json!({"rows": [{"id": 2}], "next": null}),
    ]);
    let shop = Shop::open(replies).await;
    let feed = feed(
        json!({"path": "/api/tables/orders", "items": "rows", "query": {"v": "1"},
        "headers": {"x-shop": "uk"},
        "pagination": {"kind": "cursor", "parameter": "cursor", "next": "next"},
        "pageSize": {"parameter": "limit", "value": 1000}}),
    );
    let extra = vec![("status".to_owned(), "a&b".to_owned())];
    let rows = all(feed.pages(&client(&shop), extra)).await.unwrap();
    assert_eq!(rows, [json!({"id": 1}), json!({"id": 2})]);
    let seen = shop.seen();
    assert_eq!(
        seen[0].uri,
        "/api/tables/orders?v=1&status=a%26b&limit=1000"
    );
    assert!(seen[1].uri.ends_with("&cursor=a%2Fb"), "{}", seen[1].uri);
    assert_eq!(seen[2].header("x-shop").unwrap(), "uk");
}

#[tokio::test]
async fn a_list_that_leads_back_ends_with_an_error() {
    let shop = Shop::open(json_replies(&[
        json!({"rows": [1], "next": "a"}),
        json!({"rows": [2], "next": "b"}),
        json!({"rows": [1], "next": "a"}),
        json!({"rows": [2], "next": "b"}),
        json!({"rows": [1], "next": "a"}),
    ]))
    .await;
    let feed = feed(json!({"path": "/p", "items": "rows",
        "pagination": {"kind": "cursor", "parameter": "c", "next": "next"}}));
    let error = all(feed.pages(&client(&shop), Vec::new()))
        .await
        .unwrap_err();
    assert!(matches!(error, BackendError::Endless(_)), "{error}");
}

#[tokio::test]
async fn a_page_that_comes_for_ever_ends_with_an_error_where_no_two_are_the_same() {
    let page = || Reply::body(r#"[{"id":1},{"id":2}]"#);
    let shop = Shop::open(vec![page()]).await;
    let feed = feed(json!({"path": "/p", "pagination": {"kind": "page", "parameter": "page"}}));
    let client = client(&shop);
    let error = all(feed.pages(&client, Vec::new()).distinct()).await;
    let error = error.unwrap_err();
    assert!(matches!(error, BackendError::Endless(_)), "{error}");
    assert!(error.to_string().contains("/p answers the same page again"));
    assert_eq!(shop.seen().len(), 2);

    // Of a few columns two pages may well be the same.
    let shop = Shop::open(vec![page(), page(), Reply::body("[]")]).await;
    let client = self::client(&shop);
    let rows = all(feed.pages(&client, Vec::new())).await.unwrap();
    assert_eq!(rows.len(), 4);
}

#[tokio::test]
async fn a_next_link_to_another_host_is_not_followed() {
    let elsewhere = r#"<http://evil.example/p?page=2>; rel="next""#;
    let shop = Shop::open(vec![Reply::body("[1]").header("link", elsewhere)]).await;
    let feed = feed(json!({"path": "/p", "pagination": {"kind": "link"}}));
    let client = client(&shop);
    let mut pages = feed.pages(&client, Vec::new());
    assert_eq!(pages.next().await.unwrap().unwrap(), [json!(1)]);
    let error = pages.next().await.unwrap_err().to_string();
    assert!(error.contains("leads to http://evil.example"), "{error}");
    assert_eq!(shop.seen().len(), 1);
}

#[tokio::test]
async fn links_at_the_backend_are() {
    let next = r#"</p?page=2>; rel="next", </p?page=9>; rel="last""#;
    let shop = Shop::open(vec![
        Reply::body("[1]").header("link", next),
        Reply::body("[2]"),
    ])
    .await;
    let feed = feed(json!({"path": "/p", "pagination": {"kind": "link"}}));
    let rows = all(feed.pages(&client(&shop), Vec::new())).await.unwrap();
    assert_eq!(rows, [json!(1), json!(2)]);
    assert_eq!(shop.seen()[1].uri, "/p?page=2");
}

#[tokio::test]
async fn numbered_pages_end_where_the_backend_says() {
    let body = |id: u32| json!({"products": [{"id": id}], "pages": 2});
    let shop = Shop::open(json_replies(&[body(1), body(2)])).await;
    let feed = feed(
        json!({"path": "/p", "items": "products", "totalPages": "pages",
        "pagination": {"kind": "page", "parameter": "page"}}),
    );
    let rows = all(feed.pages(&client(&shop), Vec::new())).await.unwrap();
    assert_eq!((rows.len(), shop.seen().len()), (2, 2));
}

#[tokio::test]
async fn csv_goes_on_until_a_page_has_no_rows() {
    let shop = Shop::open(vec![
        Reply::body("id,title\n1,A\n2,B\n"),
        Reply::body("id,title\n3,C\n"),
        Reply::body("id,title\n"),
    ])
    .await;
    let feed = feed(json!({"path": "/p.csv", "format": "csv",
        "pagination": {"kind": "offset", "parameter": "skip"}}));
    let rows = all(feed.pages(&client(&shop), Vec::new())).await.unwrap();
    assert_eq!(rows[2], json!({"id": "3", "title": "C"}));
    let uris: Vec<String> = shop.seen().into_iter().map(|seen| seen.uri).collect();
    assert_eq!(uris, ["/p.csv?skip=0", "/p.csv?skip=2", "/p.csv?skip=3"]);
}

#[tokio::test]
async fn a_post_has_its_parameters_in_the_body() {
    let shop = Shop::open(vec![Reply::body(r#"{"hits":[]}"#)]).await;
    let feed = feed(
        json!({"path": "/search", "method": "POST", "items": "hits", "query": {"q": "*"},
        "pagination": {"kind": "page", "parameter": "page", "first": 0},
        "pageSize": {"parameter": "size", "value": 50}}),
    );
    assert!(
        all(feed.pages(&client(&shop), Vec::new()))
            .await
            .unwrap()
            .is_empty()
    );
    let body: Value = serde_json::from_str(&shop.seen()[0].body).unwrap();
    assert_eq!(body, json!({"q": "*", "page": 0, "size": 50}));
}

#[tokio::test]
async fn bad_text_in_one_record_leaves_the_others() {
    let shop = Shop::open(vec![Reply::bytes(
        b"[{\"t\":\"caf\xE9\"},{\"t\":\"fine\"}]",
    )])
    .await;
    let feed = feed(json!({"path": "/p"}));
    let rows = all(feed.pages(&client(&shop), Vec::new())).await.unwrap();
    assert_eq!(rows, [json!({"t": "caf\u{fffd}"}), json!({"t": "fine"})]);
}

#[tokio::test]
async fn what_is_no_list_says_what_to_set() {
    let shop = Shop::open(vec![Reply::body(r#"{"products":[]}"#)]).await;
    for (items, hint) in [
        (None, "the document is no list"),
        (Some("items"), "`items` is no list"),
    ] {
        let feed = feed(json!({"path": "/p", "items": items}));
        let error = all(feed.pages(&client(&shop), Vec::new()))
            .await
            .unwrap_err();
        assert!(error.to_string().contains(hint), "{error}");
    }
}

#[test]
fn pages_are_counted_by_the_backend_s_total() {
    let by_page = json!({"path": "/p", "items": "items", "total": "total",
        "pagination": {"kind": "page", "parameter": "page"}, "pageSize": {"parameter": "n", "value": 100}});
    let answer = |items: usize| {
        let body = json!({"items": vec![0; items], "total": "1001"});
        Answer::new(200, &[], body.to_string())
    };
    let counted = feed(by_page);
    assert_eq!(counted.count(&answer(100)).unwrap(), Some(11));
    // It gives fifty whatever it is asked for.
    assert_eq!(counted.count(&answer(50)).unwrap(), Some(21));
    assert_eq!(counted.count(&answer(0)).unwrap(), None);
    let expected = Position::Page {
        number: 6,
        end: Some(11),
    };
    assert_eq!(counted.position(5, Some(10)), expected);
    let cursor = feed(json!({"path": "/p", "items": "items", "total": "total",
        "pagination": {"kind": "cursor", "parameter": "c", "next": "next"}}));
    assert_eq!(cursor.count(&answer(100)).unwrap(), None);
}
