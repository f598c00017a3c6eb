//! Queries: values and types, names, functions of Trino, results and their pages, errors.

use crate::support::{Result, reason, start, state};
use aws_sdk_athena::types::{
    ColumnInfo, QueryExecutionState, ResultConfiguration, ResultSetMetadata,
};

#[tokio::test(flavor = "multi_thread")]
async fn results_are_written_as_athena_writes_them() -> Result<()> {
    let setup = start().await?;
    let query = "SELECT 1 AS One, 'say \"hi\"' AS \"Text\", CAST(NULL AS varchar) AS none, '' AS empty,
        TIMESTAMP '2026-11-29 10:00:00' AS at, DATE '2026-11-29' AS day, 2.50 AS price, 1e10 AS big, true AS yes";
    let id = setup.begin(query, &[]).await?;
    let execution = setup.ended(&id).await?;
    assert_eq!(
        state(&execution),
        QueryExecutionState::Succeeded,
        "{}",
        reason(&execution)
    );
    let location = execution
        .result_configuration()
        .and_then(|one| one.output_location());
    assert_eq!(
        location,
        Some(format!("s3://results/all/{id}.csv").as_str())
    );
    assert_eq!(
        setup.s3.text(location.unwrap()),
        "\"One\",\"Text\",\"none\",\"empty\",\"at\",\"day\",\"price\",\"big\",\"yes\"\n\
         \"1\",\"say \"\"hi\"\"\",,\"\",\"2026-11-29 10:00:00.000\",\"2026-11-29\",\"2.5\",\"1.0E10\",\"true\"\n"
    );
    let results = setup
        .athena
        .get_query_results()
        .query_execution_id(&id)
        .send()
        .await?;
    let metadata = results
        .result_set()
        .and_then(|set| set.result_set_metadata());
    let columns = metadata
        .map(ResultSetMetadata::column_info)
        .unwrap_or_default();
    let types: Vec<_> = columns.iter().map(ColumnInfo::r#type).collect();
    assert_eq!(
        types[..6],
        [
            "bigint",
            "varchar",
            "varchar",
            "varchar",
            "timestamp",
            "date"
        ]
    );
    assert_eq!(
        setup.page(&id, None, None).await?.0[1],
        "1|say \"hi\"|-||2026-11-29 10:00:00.000|2026-11-29|2.5|1.0E10|true"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_of_trino_answer_what_trino_answers() -> Result<()> {
    let setup = start().await?;
    let at = "TIMESTAMP '2026-11-29 10:20:30.123'";
    let cases = [
        (format!("to_unixtime({at})"), "1.795947630123E9"),
        (
            "from_unixtime(1795947630)".to_owned(),
            "2026-11-29 10:20:30.000 UTC",
        ),
        (
            "from_iso8601_timestamp('2026-11-29T12:20:30+02:00')".to_owned(),
            "2026-11-29 10:20:30.000 UTC",
        ),
        (
            "TIMESTAMP '2026-07-01 10:00:00 Europe/London'".to_owned(),
            "2026-07-01 09:00:00.000 UTC",
        ),
        ("from_iso8601_date('2026-11-29')".to_owned(), "2026-11-29"),
        (format!("to_iso8601({at})"), "2026-11-29T10:20:30.123"),
        (
            "date_parse('29.11.2026 10:20', '%d.%m.%Y %H:%i')".to_owned(),
            "2026-11-29 10:20:00.000",
        ),
        (
            format!("date_format({at}, '%Y/%m/%d %H:%i:%s')"),
            "2026/11/29 10:20:30",
        ),
        (
            format!("date_diff('day', {at}, TIMESTAMP '2026-12-02 10:20:30')"),
            "2",
        ),
        (format!("date_diff('month', DATE '2026-01-31', {at})"), "9"),
        (
            "date_add('month', 1, DATE '2026-01-31')".to_owned(),
            "2026-02-28",
        ),
        (
            format!("date_add('hour', -1, {at})"),
            "2026-11-29 09:20:30.123",
        ),
        (
            format!("{at} - INTERVAL '7' DAY"),
            "2026-11-22 10:20:30.123",
        ),
        (
            format!("date_trunc('month', {at})"),
            "2026-11-01 00:00:00.000",
        ),
        (format!("year({at}) * 100 + month({at})"), "202611"),
        (format!("day_of_week({at})"), "7"),
        (format!("CAST({at} AS date)"), "2026-11-29"),
        (format!("CAST({at} AS varchar)"), "2026-11-29 10:20:30.123"),
        ("CAST(1.5e0 AS varchar)".to_owned(), "1.5"),
        ("CAST('abcdef' AS varchar(3))".to_owned(), "abc"),
        ("CAST(2.5e0 AS bigint)".to_owned(), "3"),
        ("try_cast('x' AS bigint)".to_owned(), "-"),
        ("coalesce(try_cast('12' AS bigint), 0)".to_owned(), "12"),
        ("if(1 > 2, 'a', 'b')".to_owned(), "b"),
        ("concat('a', NULL, 'b')".to_owned(), "-"),
        ("concat('a', 'b', 'c')".to_owned(), "abc"),
        (
            "regexp_extract('sku-123-x', '(\\d+)-(\\w)', 2)".to_owned(),
            "x",
        ),
        ("regexp_replace('a1b22', '\\d+', '#')".to_owned(), "a#b#"),
        ("element_at(split('a,b,c', ','), 2)".to_owned(), "b"),
        ("array_join(ARRAY['a', 'b'], '|')".to_owned(), "a|b"),
        ("ARRAY[1, 2]".to_owned(), "[1, 2]"),
        (
            "json_extract_scalar('{\"a\":[{\"b\":5}]}', '$.a[0].b')".to_owned(),
            "5",
        ),
        ("lower(trim('  X '))".to_owned(), "x"),
        ("5 / 2".to_owned(), "2"),
        (
            "current_timestamp > TIMESTAMP '2020-01-01 00:00:00'".to_owned(),
            "true",
        ),
        ("'a' || 'b'".to_owned(), "ab"),
    ];
    for (expression, expected) in cases {
        let rows = setup.rows(&format!("SELECT {expression}")).await;
        let rows = rows.map_err(|error| format!("{expression}: {error}"))?;
        assert_eq!(rows, ["_col0", expected], "{expression}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn aggregates_windows_and_common_tables_work() -> Result<()> {
    let setup = start().await?;
    let rows = setup
        .rows(
            "WITH Events (User_Id, item, at) AS (VALUES ('u1', 'a', 1), ('u1', 'b', 3), ('u2', 'a', 2), ('u2', NULL, 9))
             SELECT user_id AS \"USER_ID\", max_by(item, at) AS Last, count_if(item = 'a') a,
                    approx_distinct(item) AS items, arbitrary(user_id) IS NOT NULL
             FROM events GROUP BY USER_ID ORDER BY \"user_id\" DESC",
        )
        .await?;
    assert_eq!(
        rows,
        [
            "USER_ID|Last|a|items|_col4",
            "u2|-|1|1|true",
            "u1|b|1|2|true"
        ]
    );
    let rows = setup
        .rows("SELECT x, row_number() OVER (ORDER BY x DESC) AS n FROM (VALUES (1), (2), (NULL)) AS t (x) ORDER BY x DESC")
        .await?;
    // NULL is last, whichever the direction.
    assert_eq!(rows, ["x|n", "2|1", "1|2", "-|3"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn results_come_in_pages() -> Result<()> {
    let setup = start().await?;
    let query = "SELECT value AS n, repeat('x', 700) AS text FROM UNNEST(sequence(0, 2499)) AS t (value) ORDER BY value";
    let id = setup.begin(query, &[]).await?;
    let execution = setup.ended(&id).await?;
    assert_eq!(
        state(&execution),
        QueryExecutionState::Succeeded,
        "{}",
        reason(&execution)
    );
    let (mut all, mut token, mut pages) = (Vec::new(), None, 0);
    loop {
        let (rows, next) = setup.page(&id, token, Some(999)).await?;
        all.extend(rows);
        pages += 1;
        token = next;
        if token.is_none() {
            break;
        }
    }
    assert_eq!((pages, all.len()), (3, 2501));
    assert!(all[1].starts_with("0|xxx") && all[2500].starts_with("2499|xxx"));
    assert!(
        setup
            .page(&id, Some("nonsense".to_owned()), None)
            .await
            .is_err()
    );
    assert!(setup.page(&id, None, Some(1001)).await.is_err());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_where() -> Result<()> {
    let setup = start().await?;
    for (query, expected) in [
        (
            "SELECT a FROM nowhere",
            "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.default.nowhere' does not exist",
        ),
        (
            "SELECT a FROM nowhere.t",
            "SCHEMA_NOT_FOUND: line 1:15: Schema 'nowhere' does not exist",
        ),
        (
            "SELECT a FROM x.y.t",
            "CATALOG_NOT_FOUND: line 1:15: Catalog 'x' does not exist",
        ),
        (
            "SELECT frobnicate(1)",
            "FUNCTION_NOT_FOUND: line 1:8: Function 'frobnicate' not registered",
        ),
        (
            "SELECT b FROM (SELECT 1 AS a)",
            "COLUMN_NOT_FOUND: line 1:8: Column 'b' cannot be resolved or requester is not authorized to access requested resources",
        ),
        (
            "SELECT CAST('x' AS bigint)",
            "INVALID_CAST_ARGUMENT: Cannot cast string 'x' to value of Int64 type",
        ),
        (
            "SELECT 1 / (x - 1) FROM (VALUES (1)) AS t (x)",
            "DIVISION_BY_ZERO: Division by zero",
        ),
    ] {
        assert_eq!(setup.failure(query).await?, expected, "{query}");
    }
    let id = setup.begin("SELECT a FROM nowhere", &[]).await?;
    let execution = setup.ended(&id).await?;
    let error = execution
        .status()
        .and_then(|one| one.athena_error())
        .unwrap();
    assert_eq!(
        (error.error_category(), error.retryable()),
        (Some(2), false)
    );
    // What cannot be parsed is not started at all.
    for query in [
        "SELEC 1",
        "SELECT 1 FROM",
        "SELECT 1; SELECT 2",
        "DELETE FROM t",
        "INSERT INTO t SELECT 1",
    ] {
        let started = setup.athena.start_query_execution().query_string(query);
        let refused = started.send().await.unwrap_err().into_service_error();
        assert!(
            refused.is_invalid_request_exception(),
            "{query}: {refused:?}"
        );
        assert!(
            format!("{refused:?}").contains("MALFORMED_QUERY"),
            "{query}: {refused:?}"
        );
    }
    let nowhere = setup
        .athena
        .start_query_execution()
        .query_string("SELECT 1")
        .send()
        .await;
    let refused = format!("{:?}", nowhere.unwrap_err());
    assert!(refused.contains("No output location provided"), "{refused}");
    let missing = setup
        .execution("00000000-0000-0000-0000-000000000000")
        .await;
    assert!(format!("{:?}", missing.unwrap_err()).contains("was not found"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_starts_a_query_once() -> Result<()> {
    let setup = start().await?;
    let run = |query: &str| {
        let results = ResultConfiguration::builder().output_location("s3://results/");
        let started = setup.athena.start_query_execution().query_string(query);
        let started = started.result_configuration(results.build());
        started
            .client_request_token("11111111-2222-3333-4444-555555555555")
            .send()
    };
    let first = run("SELECT 1").await?.query_execution_id;
    assert_eq!(run("SELECT 1").await?.query_execution_id, first);
    let refused = format!("{:?}", run("SELECT 2").await.unwrap_err());
    assert!(
        refused.contains("Idempotent parameters do not match"),
        "{refused}"
    );
    let listed = setup.athena.list_query_executions().send().await?;
    assert_eq!(listed.query_execution_ids(), [first.clone().unwrap()]);
    let batch = setup.athena.batch_get_query_execution();
    let batch = batch
        .query_execution_ids(first.unwrap())
        .query_execution_ids("nobody")
        .send()
        .await?;
    assert_eq!(batch.query_executions().len(), 1);
    assert_eq!(batch.unprocessed_query_execution_ids().len(), 1);
    Ok(())
}
