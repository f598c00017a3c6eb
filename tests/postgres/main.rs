//! A database as a second source: the same exports from PostgreSQL, in the SQL that AWS documents for its
//! own connectors (`"lambda:<function>"."<schema>"."<table>"`), by a connector made with our SDK.
//!
//! Needs PostgreSQL's programs (Debian: `apt install postgresql`); without them the test says so and
//! ends.

#![allow(clippy::expect_used, reason = "in a test a panic is the report")]

mod connector;
mod server;

use std::path::Path;

use serde_json::json;
use server::Postgres;
use tests::{Shop, interactions_csv, items_csv, rows_of, users_csv};

const CONFIG: &str = "config/personalization.yaml";
const TABLES: &str = "
CREATE TABLE events (customer_id text, product_id text, occurred_at timestamptz, event_type text, value float8);
CREATE TABLE products (product_id text, price numeric, category text, created_at timestamptz, description text);
CREATE TABLE customers (customer_id text, country text);
CREATE TABLE staged_events (customer_id text, product_id text, at int8, event_type text, value float8);
CREATE TABLE staged_products (product_id text, price numeric, category text, at int8, description text);
";
const UNSTAGE: &str = "
INSERT INTO events SELECT customer_id, product_id, to_timestamp(at), event_type, value FROM staged_events;
INSERT INTO products SELECT product_id, price, category, to_timestamp(at), description FROM staged_products;
";

#[test]
fn the_same_exports_come_from_postgresql() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres");
    let Some(postgres) = Postgres::start() else {
        eprintln!(
            "PostgreSQL is not installed here, so nothing is tested (Debian: apt install postgresql)"
        );
        return;
    };
    postgres.run(TABLES);
    postgres.copy("staged_events", &interactions_csv());
    postgres.copy("staged_products", &items_csv());
    postgres.copy("customers", &users_csv());
    postgres.run(UNSTAGE);

    let shop = Shop::start_with_backend(&folder);
    let function = connector::deploy(&shop, &folder, &postgres.address());
    let declared = shop.get(CONFIG);
    let catalog = format!("\"lambda:{function}\".public.");
    shop.put(
        CONFIG,
        declared.replace("FROM backend.shop.", &format!("FROM {catalog}")),
    );

    for (dataset, expected) in [
        ("interactions", interactions_csv()),
        ("items", items_csv()),
        ("users", users_csv()),
    ] {
        let taken = shop.export(dataset, "from-postgresql");
        let rows = shop.exported(&format!("datasets/full/{dataset}/"));
        assert_eq!(rows, rows_of(&expected), "{dataset}: {taken}");
    }
    let statistics = shop.backend(hyper::Method::GET, "/_backend/statistics", &json!(null));
    assert_eq!(
        statistics["rows"],
        json!({}),
        "the shop itself was not asked"
    );
    let joined = shop.query(&format!(
        "SELECT count(*) FROM {catalog}events e JOIN {catalog}products p ON p.product_id = e.product_id WHERE p.category = 'c1'"
    ));
    let of_c1 = interactions_csv()
        .lines()
        .skip(1)
        .filter(|row| is_of_c1(row))
        .count();
    assert_eq!(joined, [[of_c1.to_string()]]);
}

/// Whether the item of a row of interactions is in the category `c1`: every fourth is.
fn is_of_c1(row: &str) -> bool {
    let item = row
        .split(',')
        .nth(1)
        .and_then(|item| item.strip_prefix('i'));
    item.and_then(|number| number.parse::<u32>().ok())
        .is_some_and(|number| number % 4 == 1)
}
