use serde_json::json;

use super::*;
use crate::adapters::testing::{broken, catalog, changed, changes, full, product, shape, told};

const SETTINGS: &[(&str, &str)] = &[
    ("projectKey", "lantern-shop"),
    ("region", "europe-west1.gcp"),
    ("locale", "en-GB,en"),
    ("country", "GB"),
    ("productUrl", "https://shop.example/p/{slug}"),
];

fn shop(more: &[(&str, &str)]) -> Commercetools {
    Commercetools::new(&catalog("commercetools", &[SETTINGS, more].concat())).unwrap()
}

fn parts(shop: &Commercetools, scope: &Scope) -> Vec<Position> {
    match shop.plan(scope).unwrap() {
        Plan::Parts(parts) => parts,
        Plan::Ask(_) => panic!("it asks"),
    }
}

/// Four products in an answer, as in the recorded pages.
fn small(scope: Scope) -> Scope {
    Scope {
        page_size: Some(4),
        ..scope
    }
}

#[test]
fn requests_choose_language_price_and_place() {
    let shop = shop(&[]);
    let parts = parts(&shop, &full());
    let base = Request::get("/lantern-shop/product-projections")
        .query("staged", false)
        .query("expand", "categories[*]")
        .query("priceCurrency", "GBP")
        .query("priceCountry", "GB")
        .query("localeProjection", "en-GB")
        .query("localeProjection", "en")
        .query("limit", 500)
        .query("withTotal", false)
        .query("sort", "id asc");
    assert_eq!(shop.request(&full(), &parts[0]).unwrap(), base);
    assert_eq!(parts.len(), 1);
    let after = Position(json!({"list": "published", "at": {"after": "0b1f", "to": null}}));
    let next = base
        .clone()
        .query("where", "id > :after")
        .query("var.after", "0b1f");
    assert_eq!(shop.request(&full(), &after).unwrap(), next);
    let changed = base
        .query("where", "lastModifiedAt >= :since")
        .query("var.since", "2026-11-29T23:25:00Z")
        .query("where", "id > :after")
        .query("var.after", "0b1f");
    assert_eq!(shop.request(&changes(), &after).unwrap(), changed);
}

#[test]
fn tokens_are_for_the_project_and_no_more_than_needed() {
    let auth = |more: &[(&str, &str)]| match shop(more).auth() {
        Auth::ClientCredentials {
            token_url, scope, ..
        } => (token_url, scope.unwrap()),
        other => panic!("{other:?}"),
    };
    let url = "https://auth.europe-west1.gcp.commercetools.com/oauth/token".to_owned();
    assert_eq!(auth(&[]), (url, "view_products:lantern-shop".to_owned()));
    let (url, scope) = auth(&[("unpublished", "false"), ("tokenUrl", "/oauth/token")]);
    assert_eq!(
        (url.as_str(), scope.as_str()),
        ("/oauth/token", "view_published_products:lantern-shop")
    );
}

#[test]
fn pages_are_read_until_the_end() {
    let shop = shop(&[]);
    let scope = small(full());
    let start = parts(&shop, &scope).remove(0);
    let page = shop
        .page(&scope, &start, &shape("commercetools/page.json"), &[])
        .unwrap();
    assert_eq!(
        told(&page),
        [
            "0b1f3c1e-9d4a-4f0e-8a55-2c7c3a1d9f10: Cedar lantern, 19.99 GBP, Lanterns, Alder & Co, available",
            "1c2a4d2f-0e5b-4a1f-9b66-3d8d4b2e0a21 at 1: InvalidTitle",
            "2d3b5e30-1f6c-4b20-8c77-4e9e5c3f1b32 at 2: InvalidPrice",
            "3e4c6f41-206d-4c31-9d88-5faf6d402c43: Birch tray, 1.00255 GBP, Lanterns, Birch Works, available",
        ]
    );
    let lantern = product(&page, 0);
    assert_eq!(
        lantern.url.as_deref(),
        Some("https://shop.example/p/slug-0")
    );
    assert_eq!(
        lantern.image_url.as_deref(),
        Some("https://cdn.shop.example/1.jpg")
    );
    assert_eq!(lantern.description.as_deref(), Some("Warm light."));
    assert_eq!(lantern.created_at, Some(1_772_359_200));
    let next = page.next.unwrap();
    assert_eq!(
        next.0["at"]["after"],
        "3e4c6f41-206d-4c31-9d88-5faf6d402c43"
    );
    let page = shop
        .page(&scope, &next, &shape("commercetools/last.json"), &[])
        .unwrap();
    assert_eq!(
        told(&page),
        ["4f5d7052-317e-4d42-8e99-60b07e513d54: Wool rug, 150 GBP, Lanterns, -, available"]
    );
    assert_eq!(page.next, None);
}

#[test]
fn a_page_that_repeats_is_asked_for_again() {
    let shop = shop(&[]);
    let scope = small(full());
    let start = parts(&shop, &scope).remove(0);
    let page = shape("commercetools/page.json");
    let next = shop.page(&scope, &start, &page, &[]).unwrap().next.unwrap();
    let again = shop.page(&scope, &next, &page, &[]).unwrap();
    assert!(again.entries.is_empty() && again.wait.is_some());
    let here = again.next.unwrap();
    assert_eq!(
        shop.request(&scope, &here).unwrap(),
        shop.request(&scope, &next).unwrap()
    );
    let last = shop
        .page(&scope, &here, &shape("commercetools/last.json"), &[])
        .unwrap();
    assert_eq!((told(&last).len(), last.next), (1, None));
}

#[test]
fn changes_withdraw_what_was_unpublished() {
    let shop = shop(&[]);
    let parts = parts(&shop, &changes());
    assert_eq!(parts.len(), 2);
    let expected = Request::get("/lantern-shop/product-projections")
        .query("staged", true)
        .query("where", "published = false")
        .query("limit", 500)
        .query("withTotal", false)
        .query("sort", "id asc")
        .query("where", "lastModifiedAt >= :since")
        .query("var.since", "2026-11-29T23:25:00Z");
    assert_eq!(shop.request(&changes(), &parts[1]).unwrap(), expected);
    let page = shop
        .page(
            &changes(),
            &parts[1],
            &shape("commercetools/unpublished.json"),
            &[],
        )
        .unwrap();
    assert_eq!(
        told(&page),
        [
            "1c2a4d2f-0e5b-4a1f-9b66-3d8d4b2e0a21 withdrawn",
            "2d3b5e30-1f6c-4b20-8c77-4e9e5c3f1b32 withdrawn"
        ]
    );
    assert_eq!(page.next, None);
    let without = self::shop(&[("unpublished", "false")]);
    assert_eq!(self::parts(&without, &changes()).len(), 1);
}

#[test]
fn an_item_may_be_known_by_its_key() {
    let shop = shop(&[("id", "key")]);
    let scope = small(full());
    let start = parts(&shop, &scope).remove(0);
    let page = shop
        .page(&scope, &start, &shape("commercetools/page.json"), &[])
        .unwrap();
    assert!(told(&page)[0].starts_with("product-0: Cedar lantern"));
    assert_eq!(
        page.next.unwrap().0["at"]["after"],
        "3e4c6f41-206d-4c31-9d88-5faf6d402c43"
    );
    assert_eq!(
        shop.one("a/b c").unwrap().path(),
        "/lantern-shop/product-projections/key=a%2Fb%20c"
    );
    let unpublished = shop.page(
        &changes(),
        &parts(&shop, &changes())[1],
        &shape("commercetools/unpublished.json"),
        &[],
    );
    assert_eq!(
        told(&unpublished.unwrap()),
        ["product-1 withdrawn", "product-2 withdrawn"]
    );
}

#[test]
fn stock_is_that_of_the_channel_where_there_is_one() {
    let stock = |channel: &str, availability: Value| {
        let shop = shop(&[("channel", channel)]);
        let answer = changed("commercetools/one.json", |one| {
            one["masterVariant"]["availability"] = availability.clone();
        });
        match shop.product(&changes(), "x", &answer, &[]).unwrap() {
            Entry::Product(product) => product.available,
            other => panic!("{other:?}"),
        }
    };
    let channels = json!({"isOnStock": false, "channels": {"london": {"isOnStock": true}, "leeds": {"isOnStock": false}}});
    assert!(stock("london", channels.clone()));
    assert!(!stock("leeds", channels.clone()));
    assert!(stock("york", channels.clone()));
    assert!(!stock("", channels));
    assert!(stock("", Value::Null));
}

#[test]
fn one_product_is_read_and_an_unpublished_one_is_withdrawn() {
    let shop = shop(&[]);
    let request = shop.one("0b1f3c1e").unwrap();
    assert_eq!(request.path(), "/lantern-shop/product-projections/0b1f3c1e");
    assert_eq!(request.parameter("priceCurrency"), Some("GBP"));
    let entry = shop
        .product(
            &changes(),
            "0b1f3c1e",
            &shape("commercetools/one.json"),
            &[],
        )
        .unwrap();
    assert!(matches!(entry, Entry::Product(product) if (product.price - 24.5).abs() < 1e-9));
    let unpublished = changed("commercetools/one.json", |one| {
        one["published"] = json!(false);
    });
    assert!(matches!(
        shop.product(&changes(), "x", &unpublished, &[]).unwrap(),
        Entry::Withdrawn { .. }
    ));
}

#[test]
fn bad_shapes_reject_the_product_or_name_what_is_missing() {
    let shop = shop(&[]);
    let start = parts(&shop, &full()).remove(0);
    let page = |answer: &Answer| shop.page(&full(), &start, answer, &[]);
    let odd = changed("commercetools/page.json", |one| {
        one["results"] = json!([null, "x", {"id": "7", "name": "no languages", "masterVariant": []}, one["results"][0]]);
    });
    let told = told(&page(&odd).unwrap());
    assert_eq!(
        told[..3],
        [
            "nobody at 0: InvalidId",
            "nobody at 1: InvalidId",
            "7 at 2: InvalidTitle"
        ]
    );
    assert!(told[3].contains("Cedar lantern"));
    let text = broken("commercetools/page.json", "Cedar lantern");
    assert!(self::told(&page(&text).unwrap())[0].ends_with("at 0: InvalidText"));
    assert_eq!(self::told(&page(&text).unwrap()).len(), 4);
    let empty = page(&Answer::new(
        200,
        &[],
        "{\"limit\":500,\"count\":0,\"results\":[]}",
    ))
    .unwrap();
    assert_eq!(empty, Page::default());
    let error = page(&Answer::new(200, &[], "{\"results\":{}}")).unwrap_err();
    assert!(
        error.to_string().contains("no list at `/results`"),
        "{error}"
    );
    let error = page(&Answer::new(200, &[], "{\"results\":[{}]}")).unwrap_err();
    assert!(
        error.to_string().contains("no product of a page has an id"),
        "{error}"
    );
}

#[test]
fn settings_are_checked() {
    let refused = |settings: &[(&str, &str)]| {
        Commercetools::new(&catalog("commercetools", settings))
            .unwrap_err()
            .to_string()
    };
    assert!(refused(&[]).contains("settings.projectKey: is missing"));
    let project = ("projectKey", "a");
    assert!(
        refused(&[project])
            .contains("settings.region: is missing: the project's region, like `europe-west1.gcp`")
    );
    assert!(refused(&[project, ("region", "eu/../x")]).contains("settings.region"));
    assert!(refused(&[project, ("tokenUrl", "http://x")]).contains("settings.tokenUrl"));
    assert!(refused(&[project, ("region", "a")]).contains("settings.locale: is missing"));
    assert!(
        refused(&[project, ("region", "a"), ("locale", "en"), ("id", "sku")])
            .contains("it can be id or key")
    );
    let mut catalog = catalog("commercetools", SETTINGS);
    catalog.currency = None;
    let error = Commercetools::new(&catalog).unwrap_err().to_string();
    assert!(
        error.starts_with("backend.catalog.currency: is missing"),
        "{error}"
    );
}
