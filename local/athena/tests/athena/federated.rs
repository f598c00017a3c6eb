//! Connectors: what they are asked for, spilled rows, errors, stopping, limits.

use std::{ops::Bound, time::Duration};

use crate::support::{
    Result, Setup,
    lambda::{BEGIN, ORDERS, ReadNote},
    reason, scanned, start, state,
};
use athena_federation::{
    Value,
    predicate::{Predicate, ValueRange, Values},
};
use aws_sdk_athena::types::{
    DataCatalogType, QueryExecutionState, ResultConfiguration, WorkGroupConfiguration,
};

const ORDERS_TABLE: &str = "\"lambda:Shop-Connector\".shop.orders";

/// What all splits were asked for, which is the same for each, and the rows of all.
fn same(notes: &[ReadNote]) -> (ReadNote, usize) {
    let first = notes[0].clone();
    for note in notes {
        assert_eq!(
            (&note.columns, &note.predicates),
            (&first.columns, &first.predicates)
        );
    }
    let rows = notes.iter().map(|note| note.rows).sum();
    (first, rows)
}

fn ranges(note: &ReadNote, column: &str) -> Vec<(Bound<Value>, Bound<Value>)> {
    let found = note.predicates.iter().find(|(name, _)| name == column);
    match found {
        Some((
            _,
            Predicate {
                values: Values::Ranges(ranges),
                ..
            },
        )) => ranges
            .iter()
            .map(|ValueRange { low, high }| (low.clone(), high.clone()))
            .collect(),
        other => panic!("{column}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_is_asked_for_what_a_query_wants_and_no_more() -> Result<()> {
    let setup = start().await?;
    let query = format!(
        "SELECT order_id AS \"ORDER_ID\", total FROM {ORDERS_TABLE}
         WHERE ordered_at >= ? AND ordered_at < TIMESTAMP '2026-01-01 01:40:00' AND status <> ?
         ORDER BY order_id"
    );
    let parameters = ["TIMESTAMP '2026-01-01 00:10:00'", "'returned'"];
    let rows = setup.rows_with(&query, &parameters).await?;
    assert_eq!(rows[0], "ORDER_ID|total");
    // Ids 10 to 99 but for those that end in 0 (no status) and 1 (returned).
    assert_eq!(rows.len(), 1 + 90 - 18);
    assert_eq!(rows[1], "12|6.0");
    let notes = setup.lambda.take();
    assert_eq!(notes.len(), 4);
    let (note, read) = same(&notes);
    assert_eq!(note.columns, ["order_id", "ordered_at", "status", "total"]);
    assert_eq!(read, 72);
    assert_eq!(
        ranges(&note, "ordered_at"),
        [(
            Bound::Included(Value::Timestamp(BEGIN + 10 * 60_000)),
            Bound::Excluded(Value::Timestamp(BEGIN + 100 * 60_000))
        )]
    );
    let returned = || Value::Text("returned".to_owned());
    assert_eq!(
        ranges(&note, "status"),
        [
            (Bound::Unbounded, Bound::Excluded(returned())),
            (Bound::Excluded(returned()), Bound::Unbounded)
        ]
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_nulls_limits_and_counts_are_pushed_down() -> Result<()> {
    let setup = start().await?;
    let count = |condition: &str| format!("SELECT count(*) FROM {ORDERS_TABLE} WHERE {condition}");
    for (condition, rows) in [
        ("customer IN ('c1', 'c2', 'c3', 'c4', 'c5')", 500),
        ("customer = 'c1' OR customer = 'c2'", 200),
        ("order_id BETWEEN 10 AND 19", 10),
        ("status IS NULL", 1_000),
        ("status IS NULL AND order_id < 100", 10),
        ("total = 2.5", 1),
        ("10 > order_id", 10),
    ] {
        let answer = setup.rows(&count(condition)).await?;
        assert_eq!(answer, ["_col0", &rows.to_string()], "{condition}");
        let (note, read) = same(&setup.lambda.take());
        assert_eq!(read, rows, "{condition}: {:?}", note.predicates);
    }
    // A condition that no range of a column says is applied here.
    let answer = setup
        .rows(&count("order_id % 2 = 0 AND order_id < 10"))
        .await?;
    assert_eq!(answer, ["_col0", "5"]);
    assert_eq!(same(&setup.lambda.take()).1, 10);
    let answer = setup
        .rows(&format!("SELECT * FROM {ORDERS_TABLE} LIMIT 3"))
        .await?;
    assert_eq!(answer.len(), 4);
    assert_eq!(answer[0], "order_id|customer|ordered_at|status|total");
    let notes = setup.lambda.take();
    assert!(notes.iter().all(|note| note.limit == Some(3)), "{notes:?}");
    let answer = setup
        .rows(&format!("SELECT count(*) FROM {ORDERS_TABLE}"))
        .await?;
    assert_eq!(answer[1], ORDERS.to_string());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_connectors_and_of_s3_are_joined() -> Result<()> {
    let setup = start().await?;
    setup.s3.put("data/customers/1.csv", "c1,GB\nc2,FR\n");
    register(&setup).await?;
    setup
        .rows("CREATE EXTERNAL TABLE customers (id string, country string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://data/customers/'")
        .await?;
    let rows = setup
        .rows(
            "SELECT c.country, count(*) AS orders, max(o.ordered_at) AS last
             FROM shop_catalog.shop.orders o JOIN customers c ON c.id = o.customer
             WHERE o.order_id < 1000 GROUP BY 1 ORDER BY 1",
        )
        .await?;
    assert_eq!(
        rows,
        [
            "country|orders|last",
            "FR|10|2026-01-01 15:02:00.000",
            "GB|10|2026-01-01 15:01:00.000"
        ]
    );
    Ok(())
}

async fn register(setup: &Setup) -> Result<()> {
    setup
        .athena
        .create_data_catalog()
        .name("Shop_Catalog")
        .r#type(DataCatalogType::Lambda)
        .parameters("metadata-function", "Shop-Connector")
        .parameters("record-function", "Shop-Connector")
        .send()
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_shows_what_connectors_have() -> Result<()> {
    let setup = start().await?;
    register(&setup).await?;
    let databases = setup
        .athena
        .list_databases()
        .catalog_name("shop_catalog")
        .send()
        .await?;
    assert_eq!(databases.database_list()[0].name(), "shop");
    let tables = setup
        .athena
        .list_table_metadata()
        .catalog_name("shop_catalog");
    let tables = tables
        .database_name("shop")
        .expression("o.*")
        .send()
        .await?;
    let table = &tables.table_metadata_list()[0];
    assert_eq!(table.name(), "orders");
    let columns: Vec<_> = table
        .columns()
        .iter()
        .filter_map(|one| one.r#type())
        .collect();
    assert_eq!(
        columns,
        ["bigint", "string", "timestamp", "string", "double"]
    );
    let missing = setup
        .athena
        .get_table_metadata()
        .catalog_name("shop_catalog");
    let missing = missing
        .database_name("shop")
        .table_name("coffee")
        .send()
        .await;
    assert!(
        missing
            .unwrap_err()
            .into_service_error()
            .is_metadata_exception()
    );
    assert_eq!(
        setup.rows("SHOW TABLES IN shop_catalog.shop").await?,
        ["broken", "orders", "slow", "wide"]
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn spilled_rows_are_read_back_and_large_results_go_up_in_parts() -> Result<()> {
    let setup = start().await?;
    let query = "SELECT id, text FROM \"lambda:Shop-Connector\".shop.wide";
    let id = setup.begin(query, &[]).await?;
    let execution = setup.ended(&id).await?;
    assert_eq!(
        state(&execution),
        QueryExecutionState::Succeeded,
        "{}",
        reason(&execution)
    );
    let spilled = setup
        .s3
        .names()
        .iter()
        .filter(|name| name.starts_with("spill/"))
        .count();
    assert!(spilled >= 4, "{:?}", setup.s3.names());
    // 32,000 rows of a thousand characters, all of which came from the connector.
    assert!(scanned(&execution) > 32_000_000, "{}", scanned(&execution));
    let text = setup.s3.text(&format!("s3://results/all/{id}.csv"));
    let mut lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.remove(0), "\"id\",\"text\"");
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), 32_000);
    assert!(lines.contains(&format!("\"31999\",\"{:0>1000}\"", 31_999).as_str()));
    assert_eq!(setup.s3.uploads(), (1, 0));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_is_stopped_leaves_nothing() -> Result<()> {
    let setup = start().await?;
    let id = setup
        .begin("SELECT * FROM \"lambda:Shop-Connector\".shop.slow", &[])
        .await?;
    while state(&setup.execution(&id).await?) == QueryExecutionState::Queued {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let refused = setup.page(&id, None, None).await.unwrap_err();
    assert!(format!("{refused:?}").contains("RUNNING"), "{refused:?}");
    setup
        .athena
        .stop_query_execution()
        .query_execution_id(&id)
        .send()
        .await?;
    let execution = setup.execution(&id).await?;
    assert_eq!(state(&execution), QueryExecutionState::Cancelled);
    assert_eq!(reason(&execution), "Query was cancelled by user");
    // Its turn is free again, and stopping it twice is no error.
    setup
        .athena
        .stop_query_execution()
        .query_execution_id(&id)
        .send()
        .await?;
    for _ in 0..3 {
        setup.rows("SELECT 1").await?;
    }
    assert_eq!(setup.s3.get(&format!("results/all/{id}.csv")), None);
    assert_eq!(setup.s3.uploads(), (0, 0));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_of_functions_are_failures_of_queries() -> Result<()> {
    let setup = start().await?;
    let failure = setup
        .failure("SELECT * FROM \"lambda:Shop-Connector\".shop.broken")
        .await?;
    assert!(
        failure.starts_with("GENERIC_USER_ERROR: Encountered an exception["),
        "{failure}"
    );
    assert!(
        failure.contains("from your LambdaFunction[Shop-Connector]"),
        "{failure}"
    );
    assert!(failure.contains("the shop is on fire"), "{failure}");
    let failure = setup
        .failure("SELECT * FROM \"lambda:nobody\".shop.orders")
        .await?;
    assert!(failure.contains("Function not found: nobody"), "{failure}");
    let failure = setup
        .failure("SELECT * FROM \"lambda:Shop-Connector\".shop.coffee")
        .await?;
    assert!(failure.contains("shop.coffee"), "{failure}");
    let failure = setup
        .failure("SELECT * FROM \"lambda:../x\".shop.orders")
        .await?;
    assert!(failure.contains("not the name or ARN"), "{failure}");
    // Throttling is waited for.
    setup.lambda.throttle(2);
    let calls = setup.lambda.calls();
    setup
        .rows(&format!(
            "SELECT count(*) FROM {ORDERS_TABLE} WHERE order_id = 1"
        ))
        .await?;
    assert!(setup.lambda.calls() > calls + 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workgroup_limits_what_a_query_reads() -> Result<()> {
    let setup = start().await?;
    let results = ResultConfiguration::builder().output_location("s3://results/small");
    let configuration = WorkGroupConfiguration::builder()
        .bytes_scanned_cutoff_per_query(100_000)
        .result_configuration(results.build());
    setup
        .athena
        .create_work_group()
        .name("small")
        .configuration(configuration.build())
        .send()
        .await?;
    let run = |condition: &'static str| {
        let query = format!("SELECT * FROM {ORDERS_TABLE} {condition}");
        setup
            .athena
            .start_query_execution()
            .query_string(query)
            .work_group("small")
            .send()
    };
    let id = run("").await?.query_execution_id.unwrap_or_default();
    let execution = setup.ended(&id).await?;
    assert_eq!(state(&execution), QueryExecutionState::Cancelled);
    assert_eq!(
        reason(&execution),
        "Query cancelled! : Bytes scanned limit was exceeded"
    );
    assert!(scanned(&execution) > 100_000);
    let id = run("WHERE order_id < 100")
        .await?
        .query_execution_id
        .unwrap_or_default();
    let execution = setup.ended(&id).await?;
    assert_eq!(
        state(&execution),
        QueryExecutionState::Succeeded,
        "{}",
        reason(&execution)
    );
    assert!(
        (1_000..100_000).contains(&scanned(&execution)),
        "{}",
        scanned(&execution)
    );
    assert!(setup.s3.get(&format!("results/small/{id}.csv")).is_some());
    Ok(())
}
