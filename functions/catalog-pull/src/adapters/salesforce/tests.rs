use serde_json::json;

use super::*;
use crate::adapters::testing::{broken, catalog, changed, changes, full, product, shape, told};

const SETTINGS: &[(&str, &str)] = &[
    ("organization", "f_ecom_zzte_053"),
    ("siteId", "RefArch"),
    ("locale", "en-GB"),
    ("productUrl", "https://shop.example/p/{id}.html"),
];

fn shop(more: &[(&str, &str)]) -> Salesforce {
    Salesforce::new(&catalog("salesforce", &[SETTINGS, more].concat())).unwrap()
}

fn start() -> Position {
    keep(&Place::default())
}

fn search(shop: &Salesforce, scope: &Scope, position: &Position) -> Value {
    let request = shop.request(scope, position).unwrap();
    serde_json::from_slice(request.body().unwrap()).unwrap()
}

fn small(scope: Scope) -> Scope {
    Scope {
        page_size: Some(4),
        ..scope
    }
}

/// Hits with these ids, created at these minutes.
fn hits(created: &[(&str, u32)], total: u64) -> Answer {
    let hits: Vec<Value> = created
        .iter()
        .map(|(id, minute)| json!({"id": id, "name": {"default": id}, "price": 1, "creationDate": format!("2026-03-01T10:{minute:02}:00.000Z")}))
        .collect();
    Answer::new(200, &[], json!({"hits": hits, "total": total}).to_string())
}

#[test]
fn a_search_is_for_the_wanted_types_in_the_order_of_creation() {
    let shop = shop(&[]);
    assert_eq!(shop.plan(&full()).unwrap(), Plan::Parts(vec![start()]));
    let request = shop.request(&full(), &start()).unwrap();
    assert_eq!(
        request.path(),
        "/product/products/v1/organizations/f_ecom_zzte_053/product-search"
    );
    assert_eq!(request.parameter("siteId"), Some("RefArch"));
    let wanted = json!({"termQuery": {"fields": ["type"], "operator": "one_of", "values": ["item", "master"]}});
    let expected = json!({
        "query": wanted,
        "sorts": [{"field": "creationDate", "sortOrder": "asc"}, {"field": "id", "sortOrder": "asc"}],
        "limit": 200,
        "offset": 0,
        "expand": ["availability", "categories", "images", "prices"],
    });
    assert_eq!(search(&shop, &full(), &start()), expected);
    let modified =
        json!({"rangeFilter": {"field": "lastModified", "from": "2026-11-29T23:25:00.000Z"}});
    let filtered = search(&shop, &changes(), &start());
    assert_eq!(
        filtered["query"],
        json!({"filteredQuery": {"query": wanted, "filter": modified}})
    );
    let later = Position(json!({"from": "2026-03-01T10:00:00Z", "offset": 0}));
    let created =
        json!({"rangeFilter": {"field": "creationDate", "from": "2026-03-01T10:00:00.000Z"}});
    let both = json!({"boolFilter": {"operator": "and", "filters": [created, modified]}});
    assert_eq!(
        search(&shop, &changes(), &later)["query"]["filteredQuery"]["filter"],
        both
    );
}

#[test]
fn tokens_are_account_manager_s() {
    let auth = |more: &[(&str, &str)]| match shop(more).auth() {
        Auth::ClientCredentials {
            token_url, scope, ..
        } => (token_url, scope.unwrap()),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        auth(&[]),
        (
            TOKEN_URL.to_owned(),
            "SALESFORCE_COMMERCE_API:zzte_053 sfcc.products".to_owned()
        )
    );
    let (url, scope) = auth(&[
        ("tokenUrl", "/dwsso/oauth2/access_token"),
        ("tenant", "zzte_prd"),
    ]);
    assert_eq!(
        (url.as_str(), scope.as_str()),
        (
            "/dwsso/oauth2/access_token",
            "SALESFORCE_COMMERCE_API:zzte_prd sfcc.products"
        )
    );
}

#[test]
fn pages_are_read_until_the_end() {
    let shop = shop(&[]);
    let scope = small(full());
    let page = shop
        .page(&scope, &start(), &shape("salesforce/page.json"), &[])
        .unwrap();
    assert_eq!(
        told(&page),
        [
            "cedar-lantern: Cedar lantern, small, 24.5 GBP, lanterns, Alder & Co, available",
            "linen-tablecloth: Linen tablecloth, 41 GBP, lanterns, Alder & Co, sold out",
            "birch-tray at 2: InvalidTitle",
            "oak-stool: Oak stool, 80 GBP, lanterns, Alder & Co, available",
        ]
    );
    let lantern = product(&page, 0);
    assert_eq!(
        lantern.url.as_deref(),
        Some("https://shop.example/p/cedar-lantern.html")
    );
    assert_eq!(
        lantern.image_url.as_deref(),
        Some("https://cdn.shop.example/cedar-lantern.jpg")
    );
    assert_eq!(lantern.description.as_deref(), Some("Warm light."));
    assert_eq!(lantern.created_at, Some(1_772_359_200));
    let next = page.next.unwrap();
    assert_eq!(search(&shop, &scope, &next)["offset"], 4);
    let page = shop
        .page(&scope, &next, &shape("salesforce/last.json"), &[])
        .unwrap();
    assert_eq!(
        told(&page),
        ["wool-rug: Wool rug, 150 GBP, lanterns, Alder & Co, available"]
    );
    assert_eq!(page.next, None);
    assert_eq!(
        shop.page(&scope, &start(), &shape("salesforce/empty.json"), &[])
            .unwrap(),
        Page::default()
    );
}

#[test]
fn a_long_list_goes_on_from_the_last_time_of_creation() {
    let shop = shop(&[]);
    let scope = Scope {
        page_size: Some(3),
        ..full()
    };
    let near = Position(json!({"from": null, "offset": 997, "last": "a"}));
    let page = shop
        .page(
            &scope,
            &near,
            &hits(&[("b", 1), ("c", 2), ("d", 2)], 1_005),
            &[],
        )
        .unwrap();
    let next = page.next.unwrap();
    assert_eq!(
        next.0,
        json!({"from": "2026-03-01T10:02:00Z", "offset": 0, "last": "d", "repeats": 0})
    );
    // The window begins with products of that moment; the last of them is not listed again.
    let page = shop
        .page(
            &scope,
            &next,
            &hits(&[("c", 2), ("d", 2), ("e", 3)], 4),
            &[],
        )
        .unwrap();
    let ids: Vec<String> = told(&page).iter().map(|one| one[..1].to_owned()).collect();
    assert_eq!(ids, ["c", "e"]);
    assert_eq!(page.next.unwrap().0["offset"], 3);
}

#[test]
fn a_window_of_one_moment_grows() {
    let shop = shop(&[]);
    let scope = Scope {
        page_size: Some(3),
        ..full()
    };
    let same = Position(json!({"from": "2026-03-01T10:02:00Z", "offset": 1_200, "last": "a"}));
    let page = shop
        .page(
            &scope,
            &same,
            &hits(&[("b", 2), ("c", 2), ("d", 2)], 5_000),
            &[],
        )
        .unwrap();
    assert_eq!(
        page.next.unwrap().0,
        json!({"from": "2026-03-01T10:02:00Z", "offset": 1_203, "last": "d", "repeats": 0})
    );
}

#[test]
fn a_page_that_repeats_is_asked_for_again_and_then_given_up() {
    let shop = shop(&[]);
    let scope = Scope {
        page_size: Some(2),
        ..full()
    };
    let answer = hits(&[("a", 1), ("b", 2)], 100);
    let mut here = shop
        .page(&scope, &start(), &answer, &[])
        .unwrap()
        .next
        .unwrap();
    for _ in 0..5 {
        let page = shop.page(&scope, &here, &answer, &[]).unwrap();
        assert!(page.entries.is_empty() && page.wait.is_some());
        here = page.next.unwrap();
        assert_eq!(here.0["offset"], 2);
    }
    let error = shop.page(&scope, &here, &answer, &[]).unwrap_err();
    assert!(error.to_string().contains("6 pages repeat"), "{error}");
    let page = shop
        .page(&scope, &here, &hits(&[("c", 3), ("d", 4)], 100), &[])
        .unwrap();
    assert_eq!(
        (told(&page).len(), &page.next.unwrap().0["repeats"]),
        (2, &json!(0))
    );
}

#[test]
fn changes_withdraw_what_went_offline() {
    let shop = shop(&[]);
    let page = shop
        .page(&changes(), &start(), &shape("salesforce/changes.json"), &[])
        .unwrap();
    assert_eq!(
        told(&page),
        [
            "cedar-lantern: Cedar lantern, 19.9 GBP, lanterns, Alder & Co, available",
            "oak-stool withdrawn",
            "tin-bucket withdrawn",
        ]
    );
    let page = shop
        .page(&full(), &start(), &shape("salesforce/changes.json"), &[])
        .unwrap();
    assert_eq!(told(&page).len(), 1, "a full pull leaves them out");
}

#[test]
fn bad_shapes_reject_the_product_or_name_what_is_missing() {
    let shop = shop(&[]);
    let page = |answer: &Answer| shop.page(&full(), &start(), answer, &[]);
    let text = broken("salesforce/page.json", "Cedar lantern, small");
    assert_eq!(
        told(&page(&text).unwrap())[0],
        "cedar-lantern at 0: InvalidText"
    );
    let odd = changed("salesforce/page.json", |answer| {
        answer["hits"] = json!([null, {"id": 7, "name": "no languages"}, {"id": "x", "name": {"default": "X"}, "price": "12,50"}]);
    });
    assert_eq!(
        told(&page(&odd).unwrap()),
        [
            "nobody at 0: InvalidId",
            "7 at 1: InvalidTitle",
            "x at 2: InvalidPrice"
        ]
    );
    let error = page(&Answer::new(200, &[], "{\"total\":3}")).unwrap_err();
    assert!(error.to_string().contains("no list at `/hits`"), "{error}");
    let error = page(&Answer::new(200, &[], "{\"hits\":[{}],\"total\":3}")).unwrap_err();
    assert!(
        error.to_string().contains("no product of a page has an id"),
        "{error}"
    );
}

#[test]
fn one_product_is_read_when_it_is_of_a_wanted_type() {
    let shop = shop(&[]);
    let expected =
        Request::get("/product/products/v1/organizations/f_ecom_zzte_053/products/a%2Fb")
            .query("siteId", "RefArch");
    assert_eq!(shop.one("a/b").unwrap(), expected);
    let entry = shop
        .product(
            &changes(),
            "cedar-lantern",
            &shape("salesforce/one.json"),
            &[],
        )
        .unwrap();
    assert!(matches!(entry, Entry::Product(_)));
    let entry = shop
        .product(&changes(), "oak-2", &shape("salesforce/variant.json"), &[])
        .unwrap();
    assert_eq!(
        entry,
        Entry::Withdrawn {
            id: "oak-2".to_owned()
        }
    );
    let variants = self::shop(&[("types", "item,variant")]);
    let entry = variants
        .product(&changes(), "oak-2", &shape("salesforce/variant.json"), &[])
        .unwrap();
    assert!(matches!(entry, Entry::Product(_)));
}

#[test]
fn settings_are_checked() {
    let refused = |settings: &[(&str, &str)]| {
        Salesforce::new(&catalog("salesforce", settings))
            .unwrap_err()
            .to_string()
    };
    assert!(refused(&[]).contains("settings.organization: is missing"));
    assert!(refused(&[("organization", "a/b")]).contains("settings.organization: is `a/b`"));
    assert!(refused(&[("organization", "a")]).contains("settings.siteId: is missing"));
    assert!(
        refused(&[
            ("organization", "a"),
            ("siteId", "b"),
            ("types", "item,thing")
        ])
        .contains("settings.types: has `thing`")
    );
    assert!(
        refused(&[("organization", "a"), ("siteId", "b")]).contains("settings.locale: is missing")
    );
}
