//! Tables over objects in S3: definitions, formats, partitions.

use std::sync::Arc;

use crate::support::{Result, scanned, start};
use datafusion::{
    arrow::array::{ArrayRef, Float32Array, Int32Array, RecordBatch, StringArray},
    parquet::arrow::ArrowWriter,
};

#[tokio::test(flavor = "multi_thread")]
async fn csv_is_read_with_its_serde() -> Result<()> {
    let setup = start().await?;
    let one = "id,name,total\n1,\"Tea, green\",9.5\n2,\"He said \\\"no\\\"\",\n";
    let two = "id,name,total\nx,plain,1\n";
    setup.s3.put("data/orders/a.csv", one);
    setup.s3.put("data/orders/sub/b.csv", two);
    setup.s3.put("data/orders/_SUCCESS", "");
    setup
        .s3
        .put("data/orders_old/c.csv", "id,name,total\n9,old,1\n");
    setup
        .rows(
            "CREATE EXTERNAL TABLE `Orders` (`ID` bigint, name string, total double)
             ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
             WITH SERDEPROPERTIES ('separatorChar' = ',', 'escapeChar' = '\\\\')
             LOCATION 's3://data/orders/' TBLPROPERTIES ('skip.header.line.count' = '1')",
        )
        .await?;
    let rows = setup.rows("SELECT * FROM orders ORDER BY ID").await?;
    assert_eq!(
        rows,
        [
            "id|name|total",
            "1|Tea, green|9.5",
            "2|He said \"no\"|-",
            "-|plain|1.0"
        ]
    );
    let id = setup
        .begin(
            "SELECT sum(total) FROM \"Default\".\"ORDERS\" WHERE name <> 'x'",
            &[],
        )
        .await?;
    let execution = setup.ended(&id).await?;
    assert_eq!(scanned(&execution), (one.len() + two.len()) as i64);
    assert_eq!(setup.page(&id, None, None).await?.0, ["_col0", "10.5"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn json_and_its_partitions_are_read() -> Result<()> {
    let setup = start().await?;
    for day in ["28", "29"] {
        setup.s3.put(
            &format!("data/events/dt=2026-11-{day}/1.json"),
            format!("{{\"userId\":\"u{day}\",\"tags\":[\"a\",\"b\"],\"At\":\"2026-11-{day}T10:00:00Z\"}}\n{{\"userId\":5}}"),
        );
    }
    setup
        .rows(
            "CREATE EXTERNAL TABLE events (userid string, tags array<string>, at timestamp)
             PARTITIONED BY (dt date) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
             LOCATION 's3://data/events'",
        )
        .await?;
    let rows = setup
        .rows("SELECT * FROM events ORDER BY dt, userid")
        .await?;
    assert_eq!(
        rows,
        [
            "userid|tags|at|dt",
            "5|-|-|2026-11-28",
            "u28|[a, b]|2026-11-28 10:00:00.000|2026-11-28",
            "5|-|-|2026-11-29",
            "u29|[a, b]|2026-11-29 10:00:00.000|2026-11-29",
        ]
    );
    let all = setup.begin("SELECT count(userid) FROM events", &[]).await?;
    let one = setup
        .begin(
            "SELECT count(userid) FROM events WHERE dt >= DATE '2026-11-29'",
            &[],
        )
        .await?;
    let (all, one) = (setup.ended(&all).await?, setup.ended(&one).await?);
    assert_eq!(scanned(&all), 2 * scanned(&one));
    assert_eq!(
        setup
            .rows("SELECT count(*) FROM events WHERE cardinality(tags) = 2")
            .await?[1],
        "2"
    );
    setup
        .s3
        .put("data/events/dt=2026-11-30/1.json", "{\"userId\":");
    let failure = setup.failure("SELECT userid FROM events").await?;
    assert!(
        failure.starts_with("HIVE_BAD_DATA: Error reading data/events/")
            || failure.starts_with("HIVE_BAD_DATA: Error reading events/"),
        "{failure}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn parquet_is_read_by_name_whatever_its_case() -> Result<()> {
    let setup = start().await?;
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("UserId", Arc::new(StringArray::from(vec!["u1", "u2"]))),
        ("count", Arc::new(Int32Array::from(vec![Some(1), None]))),
        ("score", Arc::new(Float32Array::from(vec![0.5, 1.5]))),
    ];
    let batch = RecordBatch::try_from_iter(columns)?;
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None)?;
    writer.write(&batch)?;
    writer.close()?;
    setup.s3.put("data/users/part=x/1.parquet", bytes);
    setup
        .rows(
            "CREATE EXTERNAL TABLE users (userid string, count bigint, score double, added string)
             PARTITIONED BY (part string) STORED AS PARQUET LOCATION 's3://data/users/'",
        )
        .await?;
    assert_eq!(
        setup.rows("SELECT * FROM users ORDER BY userid").await?,
        [
            "userid|count|score|added|part",
            "u1|1|0.5|-|x",
            "u2|-|1.5|-|x"
        ]
    );
    assert_eq!(
        setup
            .rows("SELECT score FROM users WHERE userid = 'u2' AND part = 'x'")
            .await?[1],
        "1.5"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn databases_and_tables_are_made_shown_and_dropped() -> Result<()> {
    let setup = start().await?;
    setup.rows("CREATE DATABASE IF NOT EXISTS shop").await?;
    assert!(
        setup
            .failure("CREATE DATABASE shop")
            .await?
            .contains("already exists")
    );
    let create = "CREATE EXTERNAL TABLE shop.lines (order_id string COMMENT 'whose', price decimal(10,2)) STORED AS PARQUET LOCATION 's3://data/lines/'";
    setup.rows(create).await?;
    assert!(setup.failure(create).await?.contains("already exists"));
    assert_eq!(setup.rows("SHOW DATABASES").await?, ["default", "shop"]);
    assert_eq!(setup.rows("SHOW TABLES IN shop").await?, ["lines"]);
    assert_eq!(
        setup.rows("SHOW TABLES IN shop 'x*'").await?,
        Vec::<String>::new()
    );
    let described = setup.rows("DESCRIBE shop.lines").await?;
    assert!(
        described[0].starts_with("order_id") && described[0].contains("whose"),
        "{described:?}"
    );
    assert_eq!(
        setup
            .rows("SELECT count(*) AS n, sum(price) AS total FROM shop.lines")
            .await?,
        ["n|total", "0|-"]
    );
    let table = setup
        .athena
        .get_table_metadata()
        .catalog_name("AwsDataCatalog");
    let table = table
        .database_name("shop")
        .table_name("lines")
        .send()
        .await?;
    let table = table.table_metadata().unwrap();
    assert_eq!(table.columns()[1].r#type(), Some("decimal(10,2)"));
    let explained = setup
        .rows("EXPLAIN SELECT price FROM shop.lines WHERE order_id = 'x'")
        .await?;
    assert_eq!(explained[0], "Query Plan");
    assert!(
        setup
            .failure("DROP DATABASE shop")
            .await?
            .contains("not empty")
    );
    setup.rows("DROP TABLE shop.lines").await?;
    assert!(
        setup
            .failure("DROP TABLE shop.lines")
            .await?
            .contains("Table not found")
    );
    setup.rows("DROP TABLE IF EXISTS shop.lines").await?;
    setup.rows("DROP DATABASE shop").await?;
    assert_eq!(setup.rows("SHOW SCHEMAS").await?, ["default"]);
    Ok(())
}
