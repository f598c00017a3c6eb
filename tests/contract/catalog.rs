//! `catalog-cache`, `load-recommendations`: the cache follows the backend, and writes only changes.

use serde_json::{Value, json};
use tests::{Shop, product, products_page};

pub(crate) const CASES: &[super::Case] = &[
    (
        "catalog-cache writes products and then only changes",
        writes_only_changes,
    ),
    (
        "catalog-cache counts bad lines and keeps the others",
        counts_bad_lines,
    ),
    ("catalog-cache marks what left", marks_what_left),
    (
        "load-recommendations keeps the popular list",
        keeps_the_popular_list,
    ),
];

fn write(shop: &Shop, page: &str) -> Value {
    shop.invoke("catalog-cache", &json!({ "step": "write", "page": page }))
}

fn writes_only_changes(shop: &Shop) {
    let page = "raw/products/2026-01-01/page-00001.jsonl";
    shop.put(page, products_page());
    let listed = shop.invoke("catalog-cache", &json!({ "step": "list" }));
    assert_eq!(listed["spans"], json!([{ "page": page, "through": page }]));
    assert_eq!(write(shop, page)["written"], 40);
    let again = write(shop, page);
    assert_eq!(
        (&again["written"], &again["unchanged"]),
        (&json!(0), &json!(40))
    );
}

fn counts_bad_lines(shop: &Shop) {
    let page = "raw/products/2026-01-02/page-00001.jsonl";
    let lines = [
        products_page(),
        "no JSON\n".to_owned(),
        json!({ "id": "i100", "price": 1, "available": true }).to_string() + "\n",
        json!({ "id": "i101", "title": "A", "price": -1, "available": true }).to_string() + "\n",
    ];
    shop.put(page, lines.concat());
    let answer = write(shop, page);
    let rejected: u64 = answer["rejected"]
        .as_object()
        .expect("reasons")
        .values()
        .filter_map(Value::as_u64)
        .sum();
    assert_eq!(
        (&answer["unchanged"], rejected),
        (&json!(40), 3),
        "{answer}"
    );
}

fn marks_what_left(shop: &Shop) {
    let prefix = "raw/products/2026-01-03/";
    let page = format!("{prefix}page-00001.jsonl");
    let without_the_last: Vec<String> = products_page()
        .lines()
        .take(39)
        .map(str::to_owned)
        .collect();
    let renamed = product("i0", "Product 0, now in blue").to_string();
    let content =
        without_the_last
            .join("\n")
            .replacen(&product("i0", "Product 0").to_string(), &renamed, 1);
    shop.put(&page, content);
    let listed = shop.invoke("catalog-cache", &json!({ "step": "list" }));
    assert_eq!(listed["prefix"], prefix, "the latest pull counts");
    assert_eq!(write(shop, &page)["written"], 1, "the renamed one");
    let swept = shop.invoke(
        "catalog-cache",
        &json!({ "step": "sweep", "prefix": prefix }),
    );
    assert_eq!(
        (&swept["withdrawn"], &swept["kept"]),
        (&json!(1), &json!(39))
    );
    let gone = shop
        .item("CatalogTableName", &[("itemId", "i39")])
        .expect("a tombstone stays");
    assert!(gone.contains_key("withdrawnAt"), "{gone:?}");
    let blue = shop
        .item("CatalogTableName", &[("itemId", "i0")])
        .expect("the product");
    assert_eq!(
        blue["title"].as_s().expect("a title"),
        "Product 0, now in blue"
    );
}

fn keeps_the_popular_list(shop: &Shop) {
    let answer = shop.invoke("load-recommendations", &json!({ "list": "popular" }));
    assert!(
        answer["items"].as_u64().is_some_and(|items| items > 10),
        "{answer}"
    );
    let list = shop
        .item("ListsTableName", &[("listKey", "popular")])
        .expect("the list");
    assert_eq!(
        list["items"].as_l().expect("ids").len() as u64,
        answer["items"]
    );
}
