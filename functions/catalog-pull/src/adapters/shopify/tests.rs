use serde_json::json;

use super::*;
use crate::adapters::testing::{
    broken, catalog, changed, changes, full, product, recorded, shape, told,
};

fn shop(settings: &[(&str, &str)]) -> Shopify {
    Shopify::new(&catalog("shopify", settings)).unwrap()
}

fn at(place: Value) -> Position {
    Position(place)
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(request.body().unwrap()).unwrap()
}

/// The page of the file's first `length` bytes from `start` on, as a range.
fn range(start: usize, length: usize, file: &[u8]) -> Answer {
    let end = (start + length).min(file.len());
    let header = format!("bytes {start}-{}/{}", end - 1, file.len());
    Answer::new(
        206,
        &[("Content-Range", header.as_str())],
        file[start..end].to_vec(),
    )
}

#[test]
fn a_full_pull_begins_a_bulk_operation() {
    let shop = shop(&[]);
    let Plan::Parts(parts) = shop.plan(&full()).unwrap() else {
        panic!("it asks");
    };
    assert_eq!(
        parts,
        [at(json!({"step": "start", "waits": 0, "failures": 0}))]
    );
    let request = shop.request(&full(), &parts[0]).unwrap();
    assert_eq!(request.path(), "/admin/api/2026-07/graphql.json");
    let body = body(&request);
    assert!(
        body["query"]
            .as_str()
            .unwrap()
            .contains("bulkOperationRunQuery(query: $query, groupObjects: true)")
    );
    let products = body["variables"]["query"].as_str().unwrap();
    assert!(
        products.starts_with("{ products(query: \"status:active\") { edges { node { id title"),
        "{products}"
    );
    assert!(
        products.contains("variants { edges { node { id price availableForSale } } }"),
        "{products}"
    );
    assert!(!products.contains("collections"), "{products}");
    assert_eq!(products.matches('{').count(), products.matches('}').count());
    assert_eq!(
        shop.auth(),
        Auth::Header {
            name: "X-Shopify-Access-Token".to_owned(),
            member: "accessToken".to_owned()
        }
    );
}

#[test]
fn a_bulk_operation_is_waited_for_and_then_its_file_is_read() {
    let shop = shop(&[]);
    let start = at(json!({"step": "start", "waits": 0, "failures": 0}));
    let page = shop
        .page(&full(), &start, &shape("shopify/started.json"), &[])
        .unwrap();
    let poll = page.next.unwrap();
    assert_eq!(poll.0["id"], "gid://shopify/BulkOperation/720918");
    let request = shop.request(&full(), &poll).unwrap();
    assert_eq!(
        body(&request)["variables"],
        json!({"id": "gid://shopify/BulkOperation/720918"})
    );
    let mut waits = Vec::new();
    let mut here = poll;
    for _ in 0..8 {
        let page = shop
            .page(&full(), &here, &shape("shopify/running.json"), &[])
            .unwrap();
        assert!(page.entries.is_empty());
        waits.push(page.wait.unwrap().as_secs());
        here = page.next.unwrap();
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30, 30]);
    let file = shop
        .page(&full(), &here, &shape("shopify/completed.json"), &[])
        .unwrap()
        .next
        .unwrap();
    let request = shop.request(&full(), &file).unwrap();
    let url = file.0["url"].as_str().unwrap();
    let expected =
        Request::outside(url, &["storage.googleapis.com"]).header("Range", "bytes=0-4194303");
    assert_eq!(request, expected);
    let empty = shop
        .page(&full(), &here, &shape("shopify/completed_empty.json"), &[])
        .unwrap();
    assert_eq!(empty, Page::default());
}

#[test]
fn another_bulk_operation_is_waited_for_and_a_user_s_error_is_reported() {
    let shop = shop(&[]);
    let start = |waits| at(json!({"step": "start", "waits": waits, "failures": 1}));
    let busy = shape("shopify/in_progress.json");
    let page = shop.page(&full(), &start(0), &busy, &[]).unwrap();
    assert_eq!(page.next, Some(start(1)));
    assert_eq!(page.wait, Some(Duration::from_secs(30)));
    let error = shop
        .page(&full(), &start(MOST_WAITS), &busy, &[])
        .unwrap_err();
    assert!(error.to_string().contains("still running"), "{error}");
    let error = shop
        .page(&full(), &start(0), &shape("shopify/user_error.json"), &[])
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("Shopify refuses the request: Invalid bulk query: Field 'pric'"),
        "{error}"
    );
}

#[test]
fn a_bulk_operation_that_fails_is_begun_again_three_times() {
    let shop = shop(&[]);
    let poll = |failures| {
        at(
            json!({"step": "poll", "id": "gid://shopify/BulkOperation/1", "polls": 3, "failures": failures}),
        )
    };
    let failed = shape("shopify/failed.json");
    let page = shop.page(&full(), &poll(2), &failed, &[]).unwrap();
    assert_eq!(
        page.next.unwrap().0,
        json!({"step": "start", "waits": 0, "failures": 3})
    );
    let error = shop.page(&full(), &poll(3), &failed, &[]).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the bulk operation is FAILED (INTERNAL_SERVER_ERROR)"),
        "{error}"
    );
    let error = shop
        .page(&full(), &poll(0), &shape("shopify/denied.json"), &[])
        .unwrap_err();
    assert!(error.to_string().contains("read_products"), "{error}");
    let unknown = changed("shopify/running.json", |reply| {
        reply["data"]["node"] = Value::Null;
    });
    let page = shop.page(&full(), &poll(0), &unknown, &[]).unwrap();
    assert_eq!(page.next.unwrap().0["step"], "start");
}

#[test]
fn products_of_the_file_have_what_their_variants_say() {
    let shop = shop(&[]);
    let file = at(json!({"step": "file", "url": "https://storage.googleapis.com/a", "at": 0}));
    let bytes = recorded("shopify/bulk.jsonl");
    let page = shop
        .page(&full(), &file, &range(0, bytes.len(), &bytes), &[])
        .unwrap();
    assert_eq!(
        told(&page),
        [
            "1001: Cedar lantern, 24.5 GBP, Lanterns, Alder & Co, available",
            "1002: Linen tablecloth, 41 GBP, -, Alder & Co, sold out",
            "1003 at 2: InvalidTitle",
            "1004 at 3: InvalidPrice",
            "1005: Oak stool, 80 GBP, Lanterns, Alder & Co, available",
        ]
    );
    assert_eq!(page.next, None);
    let lantern = product(&page, 0);
    assert_eq!(
        lantern.description.as_deref(),
        Some("Warm light for long evenings.")
    );
    assert_eq!(
        lantern.url.as_deref(),
        Some("https://shop.example/products/1001")
    );
    assert_eq!(
        lantern.image_url.as_deref(),
        Some("https://cdn.shop.example/1001.jpg")
    );
    assert_eq!(lantern.created_at, Some(1_772_359_200));
    // A server that knows no ranges gives all of it.
    let whole = Answer::new(200, &[], bytes);
    assert_eq!(shop.page(&full(), &file, &whole, &[]).unwrap(), page);
}

#[test]
fn wherever_the_file_is_cut_every_product_is_read_once() {
    let shop = shop(&[("category", "collection")]);
    let bytes = recorded("shopify/bulk.jsonl");
    let read = |length: usize| {
        let mut listed = Vec::new();
        let mut here = Some(at(
            json!({"step": "file", "url": "https://storage.googleapis.com/a", "at": 0}),
        ));
        while let Some(file) = here {
            let start = usize::try_from(file.0["at"].as_u64().unwrap()).unwrap();
            let page = shop
                .page(&full(), &file, &range(start, length, &bytes), &[])
                .unwrap();
            listed.extend(
                told(&page)
                    .into_iter()
                    .map(|one| one.split(" at").next().unwrap().to_owned()),
            );
            here = page.next;
        }
        listed
    };
    let whole = read(bytes.len());
    assert_eq!(
        whole[0],
        "1001: Cedar lantern, 24.5 GBP, Autumn, Alder & Co, available"
    );
    let longest = bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::len)
        .max()
        .unwrap()
        * 2;
    for length in longest + 200..bytes.len() {
        assert_eq!(read(length), whole, "{length}");
    }
}

#[test]
fn a_product_that_fills_a_range_is_read_once_with_what_is_in_it() {
    let shop = shop(&[]);
    let bytes = recorded("shopify/bulk.jsonl");
    let first = bytes.iter().position(|byte| *byte == b'\n').unwrap();
    let file = |start: usize| {
        at(json!({"step": "file", "url": "https://storage.googleapis.com/a", "at": start}))
    };
    let page = shop
        .page(&full(), &file(0), &range(0, first + 10, &bytes), &[])
        .unwrap();
    assert_eq!(told(&page).len(), 1);
    assert_eq!(page.next, Some(file(first + 1)));
    let rest = shop
        .page(
            &full(),
            &file(first + 1),
            &range(first + 1, bytes.len(), &bytes),
            &[],
        )
        .unwrap();
    assert_eq!(told(&rest).len(), 4, "its variants are passed over");
    let error = shop
        .page(&full(), &file(0), &range(0, first - 10, &bytes), &[])
        .unwrap_err();
    assert!(error.to_string().contains("more than 4 MiB"), "{error}");
}

#[test]
fn a_broken_line_is_rejected_and_the_others_are_read() {
    let shop = shop(&[]);
    let file = at(json!({"step": "file", "url": "https://storage.googleapis.com/a", "at": 0}));
    let mut bytes = broken("shopify/bulk.jsonl", "Cedar lantern").body.to_vec();
    bytes.extend(b"{\"id\": cut\n\n");
    let page = shop
        .page(&full(), &file, &Answer::new(200, &[], bytes), &[])
        .unwrap();
    let told = told(&page);
    assert_eq!(told[0], "1001 at 0: InvalidText");
    assert_eq!(
        told[1],
        "1002: Linen tablecloth, 41 GBP, -, Alder & Co, sold out"
    );
    assert_eq!(told[5], "nobody at 5: InvalidMember");
}

#[test]
fn another_range_than_was_asked_for_is_no_page() {
    let shop = shop(&[]);
    let bytes = recorded("shopify/bulk.jsonl");
    let file = at(json!({"step": "file", "url": "https://storage.googleapis.com/a", "at": 100}));
    for answer in [
        range(0, 500, &bytes),
        Answer::new(206, &[], bytes[100..].to_vec()),
        Answer::new(200, &[], "short"),
    ] {
        assert!(matches!(
            shop.page(&full(), &file, &answer, &[]),
            Err(AdapterError::Shape { .. })
        ));
    }
}

#[test]
fn changes_are_asked_for_by_cursor_and_inactive_products_are_withdrawn() {
    let shop = shop(&[("category", "collection"), ("apiVersion", "2026-10")]);
    let Plan::Parts(parts) = shop.plan(&changes()).unwrap() else {
        panic!("it asks");
    };
    let request = shop.request(&changes(), &parts[0]).unwrap();
    assert_eq!(request.path(), "/admin/api/2026-10/graphql.json");
    let sent = body(&request);
    assert_eq!(
        sent["variables"],
        json!({"first": 20, "after": null, "query": "updated_at:>='2026-11-29T23:25:00Z'"})
    );
    assert!(
        sent["query"]
            .as_str()
            .unwrap()
            .contains("products(first: $first, after: $after, query: $query, sortKey: ID)")
    );
    let page = shop
        .page(&changes(), &parts[0], &shape("shopify/changes.json"), &[])
        .unwrap();
    assert_eq!(
        told(&page),
        [
            "1001: Cedar lantern, small, 24.5 GBP, Autumn, Alder & Co, available",
            "1002 withdrawn",
            "1003 withdrawn",
            "1004 at 3: InvalidTitle",
        ]
    );
    let next = page.next.unwrap();
    let sent = body(&shop.request(&changes(), &next).unwrap());
    assert_eq!(sent["variables"]["after"], "eyJsYXN0X2lkIjoxMDA0fQ==");
    let page = shop
        .page(&changes(), &next, &shape("shopify/changes_last.json"), &[])
        .unwrap();
    assert_eq!(
        told(&page),
        ["1005: Oak stool, 80 GBP, -, Alder & Co, available"]
    );
    assert_eq!(page.next, None);
}

#[test]
fn a_full_pull_leaves_out_what_is_not_for_sale() {
    let inactive = changed("shopify/one.json", |reply| {
        reply["data"]["product"]["status"] = json!("UNLISTED");
    });
    let hidden = changed("shopify/one.json", |reply| {
        reply["data"]["product"]["onlineStoreUrl"] = Value::Null;
    });
    let node = |answer: &Answer| answer.json().unwrap().value["data"]["product"].clone();
    assert!(
        shop(&[])
            .listed(&full(), 0, &node(&inactive), false)
            .is_none()
    );
    assert!(
        shop(&[])
            .listed(&full(), 0, &node(&hidden), false)
            .is_some()
    );
    let only_online = shop(&[("onlineStoreOnly", "true")]);
    assert!(
        only_online
            .listed(&full(), 0, &node(&hidden), false)
            .is_none()
    );
}

#[test]
fn a_throttled_query_is_asked_again_from_the_same_place() {
    let here = at(json!({"step": "changes", "after": "eyJ9"}));
    let page = shop(&[])
        .page(&changes(), &here, &shape("shopify/throttled.json"), &[])
        .unwrap();
    assert_eq!(page.next, Some(here));
    assert_eq!(page.wait, Some(Duration::from_secs(6)));
}

#[test]
fn bad_shapes_are_errors_that_say_what_is_missing() {
    let here = at(json!({"step": "changes", "after": null}));
    let page = |answer: &Answer| {
        shop(&[])
            .page(&changes(), &here, answer, &[])
            .unwrap_err()
            .to_string()
    };
    assert!(page(&shape("shopify/refused.json")).contains("Access denied for products field"));
    assert!(page(&Answer::new(200, &[], "<html>")).contains("no JSON"));
    assert!(page(&Answer::new(200, &[], "{\"data\":{}}")).contains("data.products.nodes"));
    let endless = changed("shopify/changes.json", |reply| {
        reply["data"]["products"]["pageInfo"]["endCursor"] = Value::Null;
    });
    assert!(page(&endless).contains("endCursor"));
    let cut = changed("shopify/changes.json", |reply| {
        reply["data"]["products"]["pageInfo"] = Value::Null;
    });
    assert!(page(&cut).contains("hasNextPage"));
    let odd = changed("shopify/changes_last.json", |reply| {
        reply["data"]["products"]["nodes"] = json!([null, 7, {"id": "gid://shopify/Product/1"}]);
    });
    let page = shop(&[]).page(&changes(), &here, &odd, &[]).unwrap();
    assert_eq!(
        told(&page),
        [
            "nobody at 0: InvalidId",
            "nobody at 1: InvalidId",
            "1 at 2: InvalidTitle"
        ]
    );
}

#[test]
fn one_product_is_asked_for_by_its_number() {
    let shop = shop(&[]);
    let request = shop.one("1001").unwrap();
    assert_eq!(
        body(&request)["variables"],
        json!({"id": "gid://shopify/Product/1001"})
    );
    let entry = shop
        .product(&changes(), "1001", &shape("shopify/one.json"), &[])
        .unwrap();
    assert!(matches!(entry, Entry::Product(product) if product.available && product.id == "1001"));
    let withdrawn = Entry::Withdrawn {
        id: "1001".to_owned(),
    };
    assert_eq!(
        shop.product(&changes(), "1001", &shape("shopify/gone.json"), &[])
            .unwrap(),
        withdrawn
    );
    let archived = changed("shopify/one.json", |reply| {
        reply["data"]["product"]["status"] = json!("ARCHIVED");
    });
    assert_eq!(
        shop.product(&changes(), "1001", &archived, &[]).unwrap(),
        withdrawn
    );
    assert!(
        shop.product(&changes(), "1001", &shape("shopify/throttled.json"), &[])
            .is_err()
    );
    for wrong in ["", "1001/../2", "gid://shopify/Product/1001", "1\" OR 1"] {
        assert!(shop.one(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn settings_are_checked() {
    let refused = |key, value| {
        Shopify::new(&catalog("shopify", &[(key, value)]))
            .unwrap_err()
            .to_string()
    };
    assert!(refused("apiVersion", "2026-05").contains("settings.apiVersion: is `2026-05`"));
    assert!(refused("category", "tag").contains("it can be productType or taxonomy or collection"));
    assert!(refused("shop", "x").contains("it has apiVersion, category, onlineStoreOnly"));
}

#[test]
fn a_position_of_another_adapter_is_refused() {
    let other = at(json!({"after": 7}));
    assert!(matches!(
        shop(&[]).request(&full(), &other),
        Err(AdapterError::Position(_))
    ));
}

#[test]
fn a_query_never_costs_more_than_it_may() {
    let scope = Scope {
        page_size: Some(250),
        ..changes()
    };
    let here = at(json!({"step": "changes", "after": null}));
    let request = shop(&[]).request(&scope, &here).unwrap();
    assert_eq!(body(&request)["variables"]["first"], 25);
}
