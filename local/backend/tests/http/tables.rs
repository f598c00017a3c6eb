//! Rows of the tables.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::shop::{Shop, answer, texts};

/// All rows of a request, page by page.
async fn all(shop: &Shop, path: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut cursor = String::new();
    loop {
        let mut page = shop.get(&format!("{path}&cursor={cursor}")).await;
        rows.append(page["rows"].as_array_mut().unwrap());
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return rows,
        }
    }
}

fn ids(rows: &[Value]) -> Vec<u64> {
    rows.iter()
        .map(|row| row["event_id"].as_str().unwrap().parse().unwrap())
        .collect()
}

#[tokio::test]
async fn pages_together_are_the_table() {
    let shop = Shop::open().await;
    for limit in [1000, 999, 7] {
        let rows = all(&shop, &format!("/api/tables/events?limit={limit}")).await;
        assert_eq!(ids(&rows), (1..=2000).collect::<Vec<_>>(), "limit {limit}");
    }
    let rows = all(&shop, "/api/tables/events?limit=999").await;
    let first = json!({
        "event_id": "1", "customer_id": rows[0]["customer_id"], "product_id": rows[0]["product_id"],
        "event_type": rows[0]["event_type"], "occurred_at": "2026-07-24T00:00:00Z", "value": rows[0]["value"],
    });
    assert_eq!(rows[0], first);
    let orders = all(&shop, "/api/tables/orders?limit=50").await;
    let lines = all(&shop, "/api/tables/order_lines?limit=50").await;
    let purchases = all(&shop, "/api/tables/events?event_type=purchase&limit=50").await;
    assert_eq!(lines.len(), purchases.len());
    assert!(orders.len() > 100 && orders.len() <= lines.len());
    let total = |rows: &[Value]| {
        rows.iter()
            .map(|row| row["total"].as_f64().unwrap())
            .sum::<f64>()
    };
    let sum: f64 = lines
        .iter()
        .map(|row| row["price"].as_f64().unwrap() * row["quantity"].as_f64().unwrap())
        .sum();
    assert!((total(&orders) - sum).abs() < 0.01);
    assert_eq!(all(&shop, "/api/tables/customers?limit=7").await.len(), 20);
    assert_eq!(all(&shop, "/api/tables/products?limit=60").await.len(), 60);
}

#[tokio::test]
async fn filters_keep_what_they_say() {
    let shop = Shop::open().await;
    let everything = all(&shop, "/api/tables/events?limit=1000").await;
    let expect = |keep: &dyn Fn(&Value) -> bool| {
        let kept: Vec<u64> = ids(&everything
            .iter()
            .filter(|row| keep(row))
            .cloned()
            .collect::<Vec<_>>());
        assert!(!kept.is_empty());
        kept
    };
    let time = |row: &Value| row["occurred_at"].as_str().unwrap().to_owned();
    let (from, to) = ("2026-08-01T00:00:00Z", "2026-08-03T12:00:00Z");
    let within = |row: &Value| (from..to).contains(&time(row).as_str());
    let range = format!("occurred_at_from={from}&occurred_at_to={to}");
    for (filter, kept) in [
        (
            "event_type=wishlist".to_owned(),
            expect(&|row| row["event_type"] == "wishlist"),
        ),
        (range.clone(), expect(&within)),
        (
            format!("{range}&event_type=view"),
            expect(&|row| within(row) && row["event_type"] == "view"),
        ),
        (
            "value_from=2&value_to=3".to_owned(),
            expect(&|row| row["value"] == 2.0),
        ),
        ("event_id_from=10&event_id_to=12".to_owned(), vec![10, 11]),
        ("event_id=17".to_owned(), vec![17]),
        (
            "customer_id=C0000003&product_id_from=P00001&product_id_to=P00002".to_owned(),
            expect(&|row| {
                row["customer_id"] == "C0000003" && {
                    let product = row["product_id"].as_str().unwrap();
                    ("P00001".."P00002").contains(&product)
                }
            }),
        ),
        (
            // In the order of the filter's column, so sorted below.
            "product_id_from=P000050".to_owned(),
            expect(&|row| row["product_id"].as_str().unwrap() >= "P000050"),
        ),
    ] {
        for limit in [3, 1000] {
            let mut found =
                ids(&all(&shop, &format!("/api/tables/events?limit={limit}&{filter}")).await);
            found.sort_unstable();
            assert_eq!(found, kept, "{filter}, limit {limit}");
        }
    }
    let none = shop
        .get("/api/tables/events?event_type=%27%20OR%201%3D1%20--")
        .await;
    assert_eq!(none, json!({ "rows": [], "next": null }));
    let unavailable = shop
        .get("/api/tables/products?available=false&columns=product_id,available")
        .await;
    assert!(
        unavailable["rows"]
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row["available"] == false)
    );
}

#[tokio::test]
async fn shards_and_totals_share_the_rows() {
    let shop = Shop::open().await;
    let mut seen = BTreeSet::new();
    for shard in 0..4 {
        let path = format!("/api/tables/events?limit=100&shard={shard}/4&columns=event_id");
        let rows = all(&shop, &path).await;
        assert_eq!(rows.len(), 500);
        assert_eq!(
            rows[0].as_object().unwrap().len(),
            1,
            "one column was asked for"
        );
        seen.extend(ids(&rows));
    }
    assert_eq!(seen.len(), 2000);
    for (total, limit) in [(25, 10), (20, 10), (5, 10), (0, 10)] {
        let path = format!("/api/tables/events?limit={limit}&limit_total={total}");
        assert_eq!(all(&shop, &path).await.len(), total, "{path}");
    }
}

#[tokio::test]
async fn pages_stay_right_while_products_change() {
    let shop = Shop::open().await;
    let by_change = "/api/tables/products?limit=10&updated_at_from=2000-01-01T00:00:00Z";
    for path in ["/api/tables/products?limit=10", by_change] {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        for step in 0.. {
            let page = shop.get(&format!("{path}&cursor={cursor}")).await;
            seen.extend(
                texts(&page["rows"], "product_id")
                    .into_iter()
                    .map(str::to_owned),
            );
            // One that was read goes, one that was not changes, one comes.
            shop.withdraw(&seen[step]).await;
            let fresh = format!("fresh {step} of {}", path.len());
            shop.put(&fresh, json!({ "name": "Fresh" })).await;
            if step == 1 {
                shop.put("P000059", json!({ "price": 1.5 })).await;
            }
            match page["next"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
            assert!(step < 40, "never ends");
        }
        for number in 0..60 {
            let id = format!("P{number:06}");
            assert!(seen.contains(&id), "{id} was lost in {path}");
        }
        if path != by_change {
            let distinct: BTreeSet<_> = seen.iter().collect();
            assert_eq!(distinct.len(), seen.len(), "none twice");
        }
    }
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let shop = Shop::open().await;
    let cursor = shop.get("/api/tables/events?limit=1").await["next"]
        .as_str()
        .unwrap()
        .to_owned();
    for (path, wrong) in [
        (
            "events?limit=5001",
            "limit must be a whole number from 1 to 5000",
        ),
        (
            "events?columns=event_id,rowid",
            "\"rowid\" is no column of events",
        ),
        ("events?columns=event_id,event_id", "asked for twice"),
        ("events?columns=", "\"\" is no column"),
        ("events?number=1", "neither a parameter nor a column"),
        (
            "events?occurred_at_since=1",
            "neither a parameter nor a column",
        ),
        ("events?event_id=first", "event_id must be a whole number"),
        ("events?value_from=NaN", "value_from must be a number"),
        (
            "events?occurred_at_from=soon",
            "occurred_at_from must be a time",
        ),
        ("products?available=yes", "available must be true or false"),
        ("events?event_type=a&event_type=b", "given twice"),
        ("events?shard=4/4", "shard must be a part"),
        ("events?shard=0/0", "shard must be a part"),
        ("events?cursor=x", "the cursor is none of this shop"),
        (
            &format!("orders?cursor={cursor}"),
            "the cursor is of a request for another table",
        ),
        (
            &format!("events?occurred_at_from=2026-08-01T00:00:00Z&cursor={cursor}"),
            "or with another range",
        ),
    ] {
        let (status, error) = answer(shop.ask(&format!("/api/tables/{path}"))).await;
        assert_eq!(status, 400, "{path}");
        assert!(
            error["error"].as_str().unwrap().contains(wrong),
            "{path}: {error}"
        );
    }
    let (status, _) = answer(shop.ask("/api/tables/sqlite_master")).await;
    assert_eq!(status, 404);
}
