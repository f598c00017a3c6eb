use serde_json::json;

use super::*;
use crate::adapters::testing::{broken, catalog, changed, changes, full, product, shape, told};

const SETTINGS: &[(&str, &str)] = &[
    ("brandAttribute", "manufacturer"),
    ("mediaUrl", "https://shop.example/media/catalog/product/"),
    ("productUrl", "https://shop.example/{slug}.html"),
];

fn shop(more: &[(&str, &str)]) -> Magento {
    Magento::new(&catalog("magento", &[SETTINGS, more].concat())).unwrap()
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

/// The answers to what is asked beside `answer`.
fn names(shop: &Magento, answer: &Answer) -> Vec<Answer> {
    let asked = shop.besides(&full(), answer).unwrap();
    let answers = asked.iter().map(|request| match request.path() {
        "/rest/default/V1/categories/list" => shape("magento/categories.json"),
        "/rest/default/V1/products/attributes/manufacturer/options" => {
            shape("magento/options.json")
        }
        "/rest/default/V1/products-render-info" => shape("magento/shown.json"),
        other => panic!("{other}"),
    });
    answers.collect()
}

fn read(
    shop: &Magento,
    scope: &Scope,
    at: &Position,
    answer: &Answer,
) -> Result<Page, AdapterError> {
    shop.page(scope, at, answer, &names(shop, answer))
}

/// The query's pairs of a filter.
fn filtered(request: Request, group: usize, filter: [&str; 3]) -> Request {
    let name =
        |member: &str| format!("searchCriteria[filterGroups][{group}][filters][0][{member}]");
    request
        .query(name("field"), filter[0])
        .query(name("value"), filter[2])
        .query(name("conditionType"), filter[1])
}

fn sorted(request: Request, direction: &str, size: u32) -> Request {
    request
        .query("searchCriteria[sortOrders][0][field]", "entity_id")
        .query("searchCriteria[sortOrders][0][direction]", direction)
        .query("searchCriteria[pageSize]", size)
        .query("searchCriteria[currentPage]", 1)
}

#[test]
fn a_full_pull_is_shared_out_by_ids() {
    let shop = shop(&[("storeCode", "uk_en"), ("websiteId", "2")]);
    let list = || Request::get("/rest/uk_en/V1/products");
    let Plan::Ask(request) = shop.plan(&full()).unwrap() else {
        panic!("it asks nothing");
    };
    assert_eq!(
        request,
        sorted(list(), "DESC", 1).query("fields", "items[id],total_count")
    );
    let parts = shop.parts(&full(), &shape("magento/highest.json")).unwrap();
    assert_eq!(parts.len(), 7);
    assert_eq!(parts[0], at(0, Some(1_714)));
    assert_eq!(parts[6].0["to"], Value::Null);
    let mut expected = filtered(list(), 0, ["entity_id", "gt", "0"]);
    expected = filtered(expected, 1, ["entity_id", "lteq", "1714"]);
    expected = filtered(expected, 2, ["website_id", "eq", "2"]);
    expected = filtered(expected, 3, ["status", "eq", "1"]);
    expected = filtered(expected, 4, ["visibility", "in", "2,3,4"]);
    expected = sorted(expected, "ASC", 100).query("fields", FIELDS);
    assert_eq!(shop.request(&full(), &parts[0]).unwrap(), expected);
    let empty = Answer::new(200, &[], "{\"items\":[],\"total_count\":0}");
    assert_eq!(shop.parts(&full(), &empty).unwrap(), [at(0, None)]);
    assert_eq!(
        shop.auth(),
        Auth::Bearer {
            token: "accessToken".to_owned()
        }
    );
}

#[test]
fn names_and_prices_are_asked_for_beside_a_page() {
    let by_ids = |path: &str, ids: &str| {
        let request = Request::get(format!("/rest/default/V1/{path}"));
        sorted(filtered(request, 0, ["entity_id", "in", ids]), "ASC", 100)
    };
    let categories = by_ids("categories/list", "21,23");
    let options = Request::get("/rest/default/V1/products/attributes/manufacturer/options");
    let shown = by_ids("products-render-info", "101,102,103,104")
        .query("storeId", "1")
        .query("currencyCode", "GBP");
    let page = shape("magento/page.json");
    let asked = shop(&[("storeId", "1")]).besides(&full(), &page).unwrap();
    assert_eq!(asked, [categories.clone(), options, shown]);
    assert_eq!(
        shop(&[("brandAttribute", "")])
            .besides(&full(), &page)
            .unwrap(),
        [categories]
    );
    assert!(
        shop(&[])
            .besides(&full(), &shape("magento/none.json"))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn pages_are_read_until_the_end() {
    let shop = shop(&[]);
    let scope = small(full());
    let page = read(&shop, &scope, &at(100, None), &shape("magento/page.json")).unwrap();
    assert_eq!(
        told(&page),
        [
            "CL-1: Cedar lantern, 19.99 GBP, Lanterns, Alder & Co, available",
            "LT/1 red: Linen tablecloth, 41 GBP, Lanterns, -, sold out",
            "BT-1 at 2: InvalidTitle",
            "OS-1 at 3: InvalidPrice",
        ]
    );
    let lantern = product(&page, 0);
    assert_eq!(
        lantern.url.as_deref(),
        Some("https://shop.example/key-101.html")
    );
    assert_eq!(
        lantern.image_url.as_deref(),
        Some("https://shop.example/media/catalog/product/c/e/101.jpg")
    );
    assert_eq!(lantern.description.as_deref(), Some("Warm light."));
    assert_eq!(lantern.created_at, Some(1_772_359_200));
    assert_eq!(product(&page, 1).image_url, None);
    let next = page.next.unwrap();
    assert_eq!(next, at(104, None));
    let page = read(&shop, &scope, &next, &shape("magento/last.json")).unwrap();
    assert_eq!(
        told(&page),
        ["WR-1: Wool rug, 150 GBP, Lanterns, Loom & Sons, available"]
    );
    assert_eq!(page.next, None);
}

#[test]
fn with_a_store_products_are_as_its_pages_show_them() {
    let shop = shop(&[("storeId", "1"), ("mediaUrl", "")]);
    let page = read(
        &shop,
        &small(full()),
        &at(100, None),
        &shape("magento/page.json"),
    )
    .unwrap();
    assert_eq!(
        told(&page),
        [
            "CL-1: Cedar lantern, 19.99 GBP, Lanterns, Alder & Co, available",
            "LT/1 red: Linen tablecloth, 41 GBP, Lanterns, -, sold out",
            "BT-1 at 2: InvalidTitle",
            "OS-1: Oak stool, 80.5 GBP, Lanterns, Birch Works, available",
        ]
    );
    assert_eq!(
        product(&page, 0).url.as_deref(),
        Some("https://shop.example/shown-101.html")
    );
    assert_eq!(
        product(&page, 0).image_url.as_deref(),
        Some("https://shop.example/media/shown-101.jpg")
    );
}

#[test]
fn a_special_price_counts_while_it_is_valid() {
    let price = |until: &str| {
        let scope = Scope {
            until: until.parse().unwrap(),
            ..small(full())
        };
        let page = read(
            &shop(&[]),
            &scope,
            &at(100, None),
            &shape("magento/page.json"),
        )
        .unwrap();
        product(&page, 0).price.to_string()
    };
    assert_eq!(price("2026-10-31T23:59:59Z"), "24.5");
    assert_eq!(price("2026-11-01T00:00:00Z"), "19.99");
    assert_eq!(price("2026-11-29T23:59:59Z"), "19.99");
    assert_eq!(price("2026-11-30T00:00:00Z"), "24.5");
}

#[test]
fn the_last_page_that_repeats_beyond_the_end_is_not_taken_for_a_new_one() {
    let shop = shop(&[]);
    let scope = small(full());
    let page = read(&shop, &scope, &at(104, None), &shape("magento/page.json")).unwrap();
    assert!(page.entries.is_empty() && page.wait.is_some());
    let again = shop.request(&scope, &page.next.unwrap()).unwrap();
    assert_eq!(again, shop.request(&scope, &at(104, None)).unwrap());
}

#[test]
fn changes_are_asked_for_by_time_and_withdraw_what_is_disabled_or_hidden() {
    let shop = shop(&[]);
    assert_eq!(
        shop.plan(&changes()).unwrap(),
        Plan::Parts(vec![at(0, None)])
    );
    let mut expected = Request::get("/rest/default/V1/products");
    expected = filtered(expected, 0, ["entity_id", "gt", "0"]);
    expected = filtered(expected, 1, ["updated_at", "gteq", "2026-11-29 23:25:00"]);
    expected = sorted(expected, "ASC", 100).query("fields", FIELDS);
    assert_eq!(shop.request(&changes(), &at(0, None)).unwrap(), expected);
    let answer = shape("magento/changes.json");
    let page = read(&shop, &changes(), &at(0, None), &answer).unwrap();
    assert_eq!(
        told(&page),
        [
            "CL-1: Cedar lantern, small, 24.5 GBP, Lanterns, -, available",
            "LT/1 red withdrawn",
            "TB-1 withdrawn",
        ]
    );
    let page = read(&shop, &full(), &at(0, None), &answer).unwrap();
    assert_eq!(told(&page).len(), 1, "a full pull leaves them out");
}

#[test]
fn an_item_may_be_known_by_its_number() {
    let shop = shop(&[("id", "id")]);
    let page = read(
        &shop,
        &small(full()),
        &at(100, None),
        &shape("magento/page.json"),
    )
    .unwrap();
    assert!(told(&page)[0].starts_with("101: Cedar lantern"));
    let request = filtered(
        Request::get("/rest/default/V1/products"),
        0,
        ["entity_id", "eq", "101"],
    );
    assert_eq!(shop.one("101").unwrap(), sorted(request, "ASC", 1));
    let entry = shop
        .product(&changes(), "101", &shape("magento/none.json"), &[])
        .unwrap();
    assert_eq!(
        entry,
        Entry::Withdrawn {
            id: "101".to_owned()
        }
    );
}

#[test]
fn one_product_is_asked_for_by_its_sku() {
    let shop = shop(&[]);
    assert_eq!(
        shop.one("LT/1 red").unwrap(),
        Request::get("/rest/default/V1/products/LT%2F1%20red")
    );
    let answer = shape("magento/one.json");
    assert_eq!(shop.besides(&changes(), &answer).unwrap().len(), 1);
    let entry = shop
        .product(
            &changes(),
            "CL-1",
            &answer,
            &[shape("magento/categories.json")],
        )
        .unwrap();
    assert!(
        matches!(entry, Entry::Product(product) if product.category.as_deref() == Some("Lanterns") && product.available)
    );
    let disabled = changed("magento/one.json", |one| one["status"] = json!(2));
    let entry = shop.product(&changes(), "CL-1", &disabled, &[]).unwrap();
    assert_eq!(
        entry,
        Entry::Withdrawn {
            id: "CL-1".to_owned()
        }
    );
}

#[test]
fn bad_shapes_reject_the_product_or_name_what_is_missing() {
    let shop = shop(&[]);
    let page = |answer: &Answer| read(&shop, &full(), &at(0, None), answer);
    let text = broken("magento/page.json", "Cedar lantern");
    let told_of_text = told(&page(&text).unwrap());
    assert_eq!(told_of_text[0], "CL-1 at 0: InvalidText");
    assert!(told_of_text[1].starts_with("LT/1 red: Linen"));
    let odd = changed("magento/page.json", |answer| {
        answer["items"] = json!([null, {"id": 5}, {"id": 7, "sku": "A", "name": "A", "price": "12,50", "custom_attributes": 1, "extension_attributes": []}]);
    });
    assert_eq!(
        told(&page(&odd).unwrap()),
        [
            "nobody at 0: InvalidId",
            "nobody at 1: InvalidId",
            "A at 2: InvalidPrice"
        ]
    );
    assert_eq!(page(&shape("magento/none.json")).unwrap(), Page::default());
    let error = shop
        .page(
            &full(),
            &at(0, None),
            &Answer::new(200, &[], "{\"items\":5}"),
            &[],
        )
        .unwrap_err();
    assert!(error.to_string().contains("`items` are no list"), "{error}");
    let error = page(&Answer::new(200, &[], "{\"message\":\"x\"}")).unwrap_err();
    assert!(
        error.to_string().contains("no product of a page has an id"),
        "{error}"
    );
}

#[test]
fn settings_are_checked() {
    let refused = |settings: &[(&str, &str)]| {
        Magento::new(&catalog("magento", settings))
            .unwrap_err()
            .to_string()
    };
    assert!(refused(&[("storeCode", "a/b")]).contains("settings.storeCode: is `a/b`"));
    assert!(refused(&[("mediaUrl", "media")]).contains("settings.mediaUrl"));
    assert!(refused(&[("id", "key")]).contains("it can be sku or id"));
    let mut catalog = catalog("magento", &[("storeId", "1")]);
    catalog.currency = None;
    let error = Magento::new(&catalog).unwrap_err().to_string();
    assert!(
        error.starts_with("backend.catalog.currency: is missing"),
        "{error}"
    );
}
