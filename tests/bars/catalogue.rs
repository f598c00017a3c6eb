//! A catalogue is refreshed with 1 % of it changed, and processes are killed meanwhile: at most 1.1 % of
//! the items are written, and nothing is lost or doubled.

use std::{collections::BTreeMap, time::Instant};

use backend_local::Amounts;
use local::workflows::Workflow;
use rusqlite::Connection;
use serde_json::{Value, json};
use tests::{Shop, kill::Killer};

pub(crate) const CASES: &[super::Case] =
    &[("a refresh writes what changed, killed or not", refreshes)];

fn refreshes(shop: &Shop) {
    let products: u64 = if super::full() { 100_000 } else { 4_000 };
    let database = shop.generate_backend(Amounts {
        products,
        customers: 10,
        events: 10,
        seed: 1,
    });
    let first = refresh(shop);
    assert_eq!(written(&first), products, "{}", first["sweep"]);
    let changed = change(&database, products / 100);
    let started_at = jiff::Timestamp::now().as_second();
    let killers = ["catalog-pull", "catalog-cache"].map(|name| Killer::of(name, &shop.endpoint()));
    let second = refresh(shop);
    let killed: Vec<usize> = killers.into_iter().map(Killer::end).collect();
    // What a killed process had written is not in an answer; it is in the table.
    let table = catalogue(shop);
    let rewritten = table.values().filter(|(_, at)| *at >= started_at).count() as u64;
    println!(
        "{products} products, {changed} changed, {killed:?} processes killed: {rewritten} items written ({:.2} %)",
        100.0 * rewritten as f64 / products as f64
    );
    assert!(
        killed.iter().all(|killed| *killed > 0),
        "nothing was killed"
    );
    assert_eq!(table.len() as u64, products, "an item for each product");
    let truth = truth(&database);
    for (id, title) in &truth {
        assert_eq!(table.get(id).map(|(title, _)| title), Some(title), "{id}");
    }
    assert!(
        rewritten * 1_000 <= products * 11,
        "more than 1.1 % were written"
    );
    assert_eq!(second["sweep"]["withdrawn"], 0);
    let pages = shop.keys(second["prefix"].as_str().expect("a prefix"));
    let lines: usize = pages
        .iter()
        .map(|page| shop.get(page).lines().count())
        .sum();
    assert_eq!(lines as u64, products, "no line lost or doubled");
}

fn refresh(shop: &Shop) -> Value {
    let started = Instant::now();
    let refreshed = shop
        .run_with(Workflow::RefreshCatalog, &json!({ "mode": "full" }))
        .unwrap_or_else(|error| panic!("{error}"));
    println!("refreshed in {:.0} s", started.elapsed().as_secs_f64());
    refreshed
}

fn written(refreshed: &Value) -> u64 {
    let pages = refreshed["pages"].as_array().expect("pages");
    pages
        .iter()
        .filter_map(|page| page["written"].as_u64())
        .sum()
}

/// Renames `count` products in the shop's own database, where no webhook tells of it.
fn change(database: &std::path::Path, count: u64) -> usize {
    let shop = Connection::open(database).expect("the shop's database");
    let sql = "UPDATE products SET title = title || ', mended' WHERE product_id IN \
               (SELECT product_id FROM products ORDER BY product_id LIMIT ?1)";
    let count = i64::try_from(count).expect("few");
    shop.execute(sql, [count]).expect("the change")
}

/// The title of every product in the shop.
fn truth(database: &std::path::Path) -> BTreeMap<String, String> {
    let shop = Connection::open(database).expect("the shop's database");
    let mut titles = shop
        .prepare("SELECT product_id, title FROM products")
        .expect("a statement");
    let rows = titles.query_map((), |row| Ok((row.get(0)?, row.get(1)?)));
    rows.expect("rows").collect::<Result<_, _>>().expect("rows")
}

/// Title and time of the last write (epoch seconds) of every item of the cache.
fn catalogue(shop: &Shop) -> BTreeMap<String, (String, i64)> {
    let items = shop.items("CatalogTableName");
    let text = |item: &tests::Item, name: &str| {
        let value = item.get(name).and_then(|value| value.as_s().ok());
        value.cloned().unwrap_or_default()
    };
    let number = |item: &tests::Item, name: &str| {
        let value = item.get(name).and_then(|value| value.as_n().ok());
        value
            .and_then(|value| value.parse().ok())
            .unwrap_or_default()
    };
    let entry = |item| {
        (
            text(&item, "itemId"),
            (text(&item, "title"), number(&item, "updatedAt")),
        )
    };
    items.into_iter().map(entry).collect()
}
