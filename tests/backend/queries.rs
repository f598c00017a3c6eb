//! Athena: SQL over the backend's endpoints, with filters and limits where the rows are.

use hyper::Method;
use serde_json::Value;
use tests::Shop;

pub(crate) const CASES: &[super::Case] = &[
    (
        "a filter reads only the rows it keeps",
        filters_where_the_rows_are,
    ),
    ("tables are joined and grouped", joins_and_groups),
    ("a query that cannot run says why", says_why),
];

fn filters_where_the_rows_are(shop: &Shop) {
    shop.backend(Method::DELETE, "/_backend/statistics", &Value::Null);
    let rows = shop.query(
        "SELECT product_id, event_type FROM backend.shop.events WHERE customer_id = 'u7' AND event_type = 'purchase'",
    );
    assert_eq!(rows.len(), 4, "{rows:?}");
    assert!(rows.iter().all(|row| row[1] == "purchase"), "{rows:?}");
    let statistics = shop.backend(Method::GET, "/_backend/statistics", &Value::Null);
    assert_eq!(statistics["rows"]["events"], 4, "{statistics}");
}

fn joins_and_groups(shop: &Shop) {
    let rows = shop.query(
        "SELECT e.event_type, count(*) AS events, min(p.title) AS first FROM backend.shop.events e \
         JOIN backend.shop.products p ON p.product_id = e.product_id GROUP BY e.event_type ORDER BY 1",
    );
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(rows[0][..2], ["purchase", "240"], "{rows:?}");
    assert_eq!(rows[1][..2], ["view", "960"], "{rows:?}");
    assert!(rows[0][2].starts_with("Product "), "{rows:?}");
}

fn says_why(shop: &Shop) {
    let failed = shop
        .try_query("SELECT nothing FROM backend.shop.events")
        .expect_err("there is no such column");
    assert!(failed.contains("nothing"), "{failed}");
    let failed = shop
        .try_query("SELECT 1 FROM backend.shop.nowhere")
        .expect_err("there is no such table");
    assert!(failed.contains("nowhere"), "{failed}");
}
