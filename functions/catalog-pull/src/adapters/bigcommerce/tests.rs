use serde_json::json;

use super::*;
use crate::adapters::testing::{broken, catalog, changed, changes, full, product, shape, told};

const SETTINGS: &[(&str, &str)] = &[
    ("storeHash", "abc123"),
    ("productUrl", "https://shop.example/{slug}/"),
];

fn shop() -> Bigcommerce {
    Bigcommerce::new(&catalog("bigcommerce", SETTINGS)).unwrap()
}

fn names() -> [Answer; 2] {
    [
        shape("bigcommerce/brands.json"),
        shape("bigcommerce/categories.json"),
    ]
}

/// Four products in an answer, as in the recorded pages.
fn small(scope: Scope) -> Scope {
    Scope {
        page_size: Some(4),
        ..scope
    }
}

fn at(after: u64, to: Option<u64>) -> Position {
    keep(&Keyset::between(Some(after), to))
}

fn list(limit: u32) -> Request {
    Request::get("/stores/abc123/v3/catalog/products")
        .query("sort", "id")
        .query("limit", limit)
        .query("page", 1)
}

#[test]
fn a_full_pull_is_shared_out_by_ids() {
    let Plan::Ask(request) = shop().plan(&full()).unwrap() else {
        panic!("it asks nothing");
    };
    assert_eq!(
        request,
        list(1)
            .query("direction", "desc")
            .query("include_fields", "name")
    );
    let parts = shop()
        .parts(&full(), &shape("bigcommerce/highest.json"))
        .unwrap();
    assert_eq!(parts.len(), 3);
    assert_eq!(parts[0], at(0, Some(3_000)));
    assert_eq!(parts[2], at(6_000, None));
    let expected = list(250)
        .query("direction", "asc")
        .query("include", "variants,primary_image")
        .query("id:greater", 3_000)
        .query("id:max", 6_000)
        .query("is_visible", true);
    assert_eq!(shop().request(&full(), &parts[1]).unwrap(), expected);
    let empty = shop()
        .parts(&full(), &shape("bigcommerce/empty.json"))
        .unwrap();
    assert_eq!(empty, [at(0, None)]);
    assert!(
        shop()
            .parts(&full(), &Answer::new(200, &[], "{\"data\":[]}"))
            .is_err()
    );
}

#[test]
fn names_of_brands_and_categories_are_asked_for_beside_a_page() {
    let asked = shop()
        .besides(&full(), &shape("bigcommerce/page.json"))
        .unwrap();
    let brands = Request::get("/stores/abc123/v3/catalog/brands")
        .query("id:in", "36,37")
        .query("include_fields", "name")
        .query("limit", 250);
    let categories = Request::get("/stores/abc123/v3/catalog/trees/categories")
        .query("category_id:in", "21,23,99")
        .query("limit", 250);
    assert_eq!(asked, [brands, categories]);
    assert_eq!(
        shop()
            .besides(&full(), &shape("bigcommerce/one.json"))
            .unwrap()
            .len(),
        2
    );
    assert!(
        shop()
            .besides(&full(), &shape("bigcommerce/empty.json"))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn pages_are_read_until_the_end() {
    let scope = small(full());
    let page = shop()
        .page(
            &scope,
            &at(1_000, None),
            &shape("bigcommerce/page.json"),
            &names(),
        )
        .unwrap();
    assert_eq!(
        told(&page),
        [
            "1001: Cedar lantern, 22.5 GBP, Lanterns, Alder & Co, available",
            "1002: Linen tablecloth, 41 GBP, -, -, sold out",
            "1003 at 2: InvalidTitle",
            "1004 at 3: InvalidPrice",
        ]
    );
    let lantern = product(&page, 0);
    assert_eq!(
        lantern.url.as_deref(),
        Some("https://shop.example/lighting/1001/")
    );
    assert_eq!(
        lantern.image_url.as_deref(),
        Some("https://cdn.shop.example/1001.jpg")
    );
    assert_eq!(lantern.description.as_deref(), Some("Warm light."));
    assert_eq!(lantern.created_at, Some(1_772_359_200));
    let next = page.next.unwrap();
    assert_eq!(next, at(1_004, None));
    let page = shop()
        .page(&scope, &next, &shape("bigcommerce/last.json"), &names())
        .unwrap();
    assert_eq!(
        told(&page),
        ["1005: Wool rug, 24.5 GBP, Lanterns, Alder & Co, available"]
    );
    assert_eq!(page.next, None);
    let page = shop()
        .page(&scope, &next, &shape("bigcommerce/empty.json"), &[])
        .unwrap();
    assert_eq!(page, Page::default());
}

#[test]
fn a_page_that_repeats_is_asked_for_again() {
    let scope = small(full());
    let page = shop()
        .page(
            &scope,
            &at(1_004, None),
            &shape("bigcommerce/page.json"),
            &names(),
        )
        .unwrap();
    assert!(page.entries.is_empty() && page.wait.is_some());
    let again = shop().request(&scope, &page.next.unwrap()).unwrap();
    assert_eq!(again, shop().request(&scope, &at(1_004, None)).unwrap());
}

#[test]
fn changes_are_asked_for_by_time_and_withdraw_what_is_hidden() {
    assert_eq!(
        shop().plan(&changes()).unwrap(),
        Plan::Parts(vec![at(0, None)])
    );
    let expected = list(250)
        .query("direction", "asc")
        .query("include", "variants,primary_image")
        .query("id:greater", 0)
        .query("date_modified:min", "2026-11-29T23:25:00Z");
    assert_eq!(shop().request(&changes(), &at(0, None)).unwrap(), expected);
    let answer = shape("bigcommerce/changes.json");
    let page = shop()
        .page(&changes(), &at(0, None), &answer, &names())
        .unwrap();
    assert_eq!(
        told(&page),
        [
            "1001: Cedar lantern, small, 24.5 GBP, Lanterns, Alder & Co, available",
            "1002 withdrawn",
            "1006: Tin bucket, 24.5 GBP, Lanterns, Alder & Co, sold out",
        ]
    );
    let page = shop()
        .page(&full(), &at(0, None), &answer, &names())
        .unwrap();
    assert_eq!(told(&page).len(), 2, "a full pull leaves it out");
}

#[test]
fn a_product_can_be_bought_when_any_of_its_variants_can() {
    let variant = |level: i64, disabled: bool| json!({"inventory_level": level, "purchasing_disabled": disabled});
    let with = |tracking: &str, level: i64, variants: &[Value]| {
        is_available(
            &json!({"inventory_tracking": tracking, "inventory_level": level, "availability": "available", "variants": variants}),
        )
    };
    assert!(with("none", 0, &[]));
    assert!(with("none", 0, &[variant(0, true), variant(0, false)]));
    assert!(!with("none", 0, &[variant(0, true)]));
    assert!(!with("product", 0, &[variant(5, false)]));
    assert!(with("variant", 0, &[variant(0, false), variant(1, false)]));
    assert!(!with("variant", 9, &[variant(0, false), variant(1, true)]));
}

#[test]
fn bad_shapes_reject_the_product_or_name_what_is_missing() {
    let page = |answer: &Answer| shop().page(&full(), &at(0, None), answer, &names());
    let text = broken("bigcommerce/page.json", "Cedar lantern");
    let told_of_text = told(&page(&text).unwrap());
    assert_eq!(told_of_text[0], "1001 at 0: InvalidText");
    assert!(told_of_text[1].starts_with("1002: Linen"));
    let odd = changed("bigcommerce/page.json", |answer| {
        answer["data"] = json!([null, {"id": "x"}, {"id": 7, "name": 8, "price": "12,50", "variants": {}, "categories": 5}]);
    });
    assert_eq!(
        told(&page(&odd).unwrap()),
        [
            "nobody at 0: InvalidId",
            "x at 1: InvalidTitle",
            "7 at 2: InvalidPrice"
        ]
    );
    let error = page(&Answer::new(200, &[], "{\"data\":null}")).unwrap_err();
    assert!(error.to_string().contains("no list at `/data`"), "{error}");
    let error = shop().page(
        &full(),
        &at(0, None),
        &shape("bigcommerce/page.json"),
        &[Answer::new(200, &[], "{}")],
    );
    assert!(
        matches!(error, Err(AdapterError::Shape { .. })),
        "names are a list, too"
    );
}

#[test]
fn one_product_is_read_with_its_names() {
    let expected = Request::get("/stores/abc123/v3/catalog/products/1001")
        .query("include", "variants,primary_image");
    assert_eq!(shop().one("1001").unwrap(), expected);
    let entry = shop()
        .product(&changes(), "1001", &shape("bigcommerce/one.json"), &names())
        .unwrap();
    assert!(
        matches!(entry, Entry::Product(product) if product.brand.as_deref() == Some("Alder & Co"))
    );
    let hidden = changed("bigcommerce/one.json", |one| {
        one["data"]["is_visible"] = json!(false);
    });
    let entry = shop()
        .product(&changes(), "1001", &hidden, &names())
        .unwrap();
    assert_eq!(
        entry,
        Entry::Withdrawn {
            id: "1001".to_owned()
        }
    );
}

#[test]
fn settings_are_checked() {
    let refused = |settings: &[(&str, &str)]| {
        Bigcommerce::new(&catalog("bigcommerce", settings))
            .unwrap_err()
            .to_string()
    };
    assert!(refused(&[]).contains("settings.storeHash: is missing"));
    assert!(refused(&[("storeHash", "a/b")]).contains("settings.storeHash: is `a/b`"));
    assert!(refused(&[("storeHash", "a"), ("productUrl", "/p")]).contains("settings.productUrl"));
    let auth = Auth::Header {
        name: "X-Auth-Token".to_owned(),
        member: "accessToken".to_owned(),
    };
    assert_eq!(shop().auth(), auth);
}
