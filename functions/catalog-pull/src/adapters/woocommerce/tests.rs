use serde_json::json;

use super::*;
use crate::adapters::testing::{broken, catalog, changes, full, product, recorded, shape, told};

fn shop() -> Woocommerce {
    Woocommerce::new(&catalog("woocommerce", &[])).unwrap()
}

/// Five products in an answer, as in the recorded pages.
fn small(scope: Scope) -> Scope {
    Scope {
        page_size: Some(5),
        ..scope
    }
}

fn of_total(path: &str, total: &str) -> Answer {
    Answer::new(
        200,
        &[("X-WP-Total", total), ("X-WP-TotalPages", "2")],
        recorded(path),
    )
}

fn at(at: u64, last: Option<u64>) -> Position {
    Position(json!({"at": at, "end": null, "last": last, "repeats": 0, "back": false}))
}

#[test]
fn a_full_pull_is_shared_out_by_the_total() {
    let Plan::Ask(request) = shop().plan(&full()).unwrap() else {
        panic!("it asks nothing");
    };
    let list = |limit: u32, offset: u32| {
        Request::get("/wp-json/wc/v3/products")
            .query("orderby", "id")
            .query("order", "asc")
            .query("per_page", limit)
            .query("offset", offset)
    };
    assert_eq!(
        request,
        list(1, 0).query("status", "publish").query("_fields", "id")
    );
    let answer = Answer::new(200, &[("X-WP-Total", "100000")], "[{\"id\":11}]");
    let parts = shop().parts(&full(), &answer).unwrap();
    assert_eq!(parts.len(), 40);
    assert_eq!(
        parts[0].0,
        json!({"at": 0, "end": 2500, "last": null, "repeats": 0, "back": false})
    );
    assert_eq!(
        parts[1].0,
        json!({"at": 2480, "end": 5000, "last": null, "repeats": 0, "back": false})
    );
    assert_eq!(parts[39].0["end"], Value::Null);
    assert_eq!(
        shop().request(&full(), &parts[1]).unwrap(),
        list(100, 2480).query("status", "publish")
    );
    let end = Position(json!({"at": 4989, "end": 5000, "last": 9, "repeats": 0}));
    assert_eq!(
        shop().request(&full(), &end).unwrap(),
        list(11, 4989).query("status", "publish")
    );
    let error = shop()
        .parts(&full(), &shape("woocommerce/page.json"))
        .unwrap_err();
    assert!(error.to_string().contains("X-WP-Total"), "{error}");
    let auth = Auth::Basic {
        username: "consumerKey".to_owned(),
        password: "consumerSecret".to_owned(),
    };
    assert_eq!(shop().auth(), auth);
}

#[test]
fn pages_are_read_until_the_end_and_overlap_by_one_product() {
    let page = shop()
        .page(
            &small(full()),
            &at(0, None),
            &of_total("woocommerce/page.json", "6"),
            &[],
        )
        .unwrap();
    assert_eq!(
        told(&page),
        [
            "11: Cedar lantern – small, 24.5 GBP, Lamps & lanterns, Alder & Co, available",
            "12 at 1: InvalidPrice",
            "13 at 2: InvalidTitle",
            "14: Oak stool, 80 GBP, Lamps & lanterns, Alder & Co, sold out",
            "15 at 4: InvalidPrice",
        ]
    );
    let lantern = product(&page, 0);
    assert_eq!(
        lantern.url.as_deref(),
        Some("https://shop.example/product/p-11/")
    );
    assert_eq!(
        lantern.image_url.as_deref(),
        Some("https://cdn.shop.example/11.jpg")
    );
    assert_eq!(lantern.created_at, Some(1_772_359_200));
    assert_eq!(product(&page, 3).description.as_deref(), Some("Short."));
    let next = page.next.unwrap();
    assert_eq!(next, at(4, Some(15)));
    let page = shop()
        .page(
            &small(full()),
            &next,
            &of_total("woocommerce/next.json", "6"),
            &[],
        )
        .unwrap();
    assert_eq!(
        told(&page),
        ["16: Wool rug, 150 GBP, Lamps & lanterns, Alder & Co, available"]
    );
    assert_eq!(page.next, None);
}

#[test]
fn a_list_that_moved_is_read_from_further_ahead() {
    let moved = |ids: &[u64]| {
        let products: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
        let answer = Answer::new(200, &[("X-WP-Total", "20")], json!(products).to_string());
        shop()
            .page(&small(full()), &at(9, Some(19)), &answer, &[])
            .unwrap()
    };
    let page = moved(&[20, 21, 22, 23, 24]);
    assert!(
        page.entries.is_empty(),
        "they are listed from further ahead"
    );
    let back = Position(json!({"at": 6, "end": null, "last": 19, "repeats": 0, "back": true}));
    assert_eq!(page.next, Some(back.clone()));
    assert_eq!(moved(&[]).next, Some(back));
    assert_eq!(moved(&[18, 19, 20, 21, 22]).next, Some(at(13, Some(22))));
}

#[test]
fn changes_are_asked_for_by_time_in_utc_and_withdraw_what_is_hidden() {
    let Plan::Parts(parts) = shop().plan(&changes()).unwrap() else {
        panic!("it asks");
    };
    let expected = Request::get("/wp-json/wc/v3/products")
        .query("orderby", "id")
        .query("order", "asc")
        .query("per_page", 100)
        .query("offset", 0)
        .query("status", "any")
        .query("modified_after", "2026-11-29T23:25:00")
        .query("dates_are_gmt", true);
    assert_eq!(shop().request(&changes(), &parts[0]).unwrap(), expected);
    let answer = of_total("woocommerce/changes.json", "5");
    let page = shop().page(&changes(), &parts[0], &answer, &[]).unwrap();
    assert_eq!(
        told(&page),
        [
            "11: Cedar lantern, 19.9 GBP, Lamps & lanterns, Alder & Co, available",
            "12 withdrawn",
            "13 withdrawn",
            "14 withdrawn",
            "16: Wool rug, 150 GBP, Lamps & lanterns, Alder & Co, available",
        ]
    );
    assert_eq!(page.next, None);
    let full = shop().page(&full(), &parts[0], &answer, &[]).unwrap();
    assert_eq!(told(&full).len(), 2, "a full pull leaves them out");
}

#[test]
fn bad_shapes_reject_the_product_or_name_what_is_missing() {
    let page = |answer: &Answer| shop().page(&small(full()), &at(0, None), answer, &[]);
    let empty = Answer::new(200, &[("X-WP-Total", "0")], "[]");
    assert_eq!(page(&empty).unwrap(), Page::default());
    let text = broken("woocommerce/page.json", "Cedar lantern");
    assert_eq!(told(&page(&text).unwrap())[0], "11 at 0: InvalidText");
    let odd = Answer::new(
        200,
        &[],
        r#"[null,{"id":"x"},{"id":7,"name":["a"],"price":1,"categories":"none","images":{}}]"#,
    );
    assert_eq!(
        told(&page(&odd).unwrap()),
        [
            "nobody at 0: InvalidId",
            "x at 1: InvalidTitle",
            "7 at 2: InvalidTitle"
        ]
    );
    let error = page(&Answer::new(200, &[], r#"{"code":"rest_no_route"}"#)).unwrap_err();
    assert!(error.to_string().contains("no list at ``"), "{error}");
    let error = page(&Answer::new(200, &[], "[{}]")).unwrap_err();
    assert!(
        error.to_string().contains("no product of a page has an id"),
        "{error}"
    );
}

#[test]
fn one_product_is_read_and_a_trashed_one_is_withdrawn() {
    assert_eq!(
        shop().one("11").unwrap(),
        Request::get("/wp-json/wc/v3/products/11")
    );
    assert_eq!(
        shop().one("../x").unwrap().path(),
        "/wp-json/wc/v3/products/..%2Fx"
    );
    let entry = shop()
        .product(&changes(), "11", &shape("woocommerce/one.json"), &[])
        .unwrap();
    assert!(matches!(entry, Entry::Product(product) if product.id == "11"));
    let entry = shop()
        .product(&changes(), "11", &shape("woocommerce/trashed.json"), &[])
        .unwrap();
    assert_eq!(
        entry,
        Entry::Withdrawn {
            id: "11".to_owned()
        }
    );
}

#[test]
fn there_are_no_settings() {
    let error = Woocommerce::new(&catalog("woocommerce", &[("perPage", "5")])).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("settings.perPage: the adapter has no"),
        "{error}"
    );
}
