//! A source behind a server, asked by a client: planning, reading, spilling, throttling, in every
//! version.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use arrow_array::{
    ArrayRef, Int32Array, Int64Array, ListArray, NullArray, RecordBatch, StringArray,
    cast::AsArray, types::Int32Type,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use athena_federation::{
    Backoff, Cause, SerDe, SourceError, Value,
    client::{Client, ClientError, Invoke, Records},
    message::{Constraints, S3SpillLocation, Split, TableName},
    predicate::{Predicate, Values},
    server::{Capabilities, Properties, Read, Rows, Scan, Server, Source, SpillSpace, Table},
    spill::{Limits, LocalKeys, MemoryStore, SpillStore},
};

/// A table `numbers` with partitions by `third`, and rows as wide as `width`.
struct Numbers {
    rows: i64,
    width: usize,
    splits: usize,
    /// How often each call is throttled before it is answered.
    throttled: AtomicUsize,
    seen: Arc<Mutex<Vec<Constraints>>>,
}

impl Numbers {
    fn new(rows: i64, width: usize, splits: usize) -> Self {
        Self {
            rows,
            width,
            splits,
            throttled: AtomicUsize::new(0),
            seen: Arc::default(),
        }
    }

    fn busy(&self) -> Result<(), SourceError> {
        let left = self.throttled.load(Ordering::Relaxed);
        if left == 0 {
            return Ok(());
        }
        self.throttled.store(left - 1, Ordering::Relaxed);
        Err(SourceError::Throttled { retry_after: None })
    }

    fn schema() -> SchemaRef {
        let item = Arc::new(Field::new_list_field(DataType::Int32, true));
        Arc::new(Schema::new(vec![
            Field::new("n", DataType::Int64, true),
            Field::new("text", DataType::Utf8, true),
            Field::new("digits", DataType::List(item), true),
            Field::new("third", DataType::Int32, true),
        ]))
    }

    fn batch(&self, numbers: std::ops::Range<i64>, third: i32) -> RecordBatch {
        let text = |n: i64| (n % 7 != 0).then(|| format!("{n:0>width$}", width = self.width));
        let digits = numbers.clone().map(|n| {
            let digits = n.to_string().into_bytes();
            Some(
                digits
                    .into_iter()
                    .map(|digit| Some(i32::from(digit - b'0')))
                    .collect::<Vec<_>>(),
            )
        });
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from_iter_values(numbers.clone())),
            Arc::new(numbers.clone().map(text).collect::<StringArray>()),
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(digits)),
            Arc::new(Int32Array::from_iter_values(numbers.map(|_| third))),
        ];
        RecordBatch::try_new(Self::schema(), columns).unwrap()
    }
}

impl Source for Numbers {
    fn kind(&self) -> &str {
        "numbers"
    }

    async fn schemas(&self) -> Result<Vec<String>, SourceError> {
        self.busy()?;
        Ok(vec!["math".into()])
    }

    async fn tables(&self, schema: &str) -> Result<Vec<String>, SourceError> {
        assert_eq!(schema, "math");
        Ok((0..5).rev().map(|n| format!("numbers{n}")).collect())
    }

    async fn table(&self, name: &TableName) -> Result<Table, SourceError> {
        if name.table_name != "numbers" {
            return Err(SourceError::NotFound(format!("the table {name}")));
        }
        Ok(Table {
            schema: Self::schema(),
            partition_columns: vec!["third".into()],
        })
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
            .filters()
            .limit()
            .functions(&["$add"])
    }

    async fn partitions(&self, _scan: &Scan) -> Result<RecordBatch, SourceError> {
        let thirds: ArrayRef = Arc::new(Int32Array::from(vec![0, 1, 2]));
        RecordBatch::try_from_iter([("third", thirds)]).map_err(SourceError::failed)
    }

    async fn splits(
        &self,
        scan: &Scan,
        partitions: &RecordBatch,
    ) -> Result<Vec<Properties>, SourceError> {
        assert_eq!(scan.partition_columns, ["third"]);
        let thirds = partitions
            .column_by_name("third")
            .unwrap()
            .as_primitive::<Int32Type>();
        let splits = thirds.values().iter().flat_map(|third| {
            (0..self.splits).map(move |split| {
                Properties::from([
                    ("third".to_owned(), third.to_string()),
                    ("split".to_owned(), split.to_string()),
                ])
            })
        });
        Ok(splits.collect())
    }

    async fn read(&self, read: &Read, rows: &mut Rows) -> Result<(), SourceError> {
        self.busy()?;
        self.seen.lock().unwrap().push(read.constraints.clone());
        let third: i32 = read.properties["third"].parse().unwrap();
        let split: i64 = read.properties["split"].parse().unwrap();
        let mut next = split * self.rows;
        let end = next + self.rows;
        while next < end {
            let page = next..(next + 1_000).min(end);
            next = page.end;
            rows.push(self.batch(page, third)).await?;
        }
        Ok(())
    }
}

type Numbered<P> = Server<Numbers, P, LocalKeys>;

/// Calls a server in the same process.
struct Loopback<P>(Arc<Numbered<P>>);

impl<P> Clone for Loopback<P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<P: SpillStore + 'static> Invoke for Loopback<P> {
    async fn invoke(&self, request: Vec<u8>) -> Result<Vec<u8>, ClientError> {
        let server = self.0.clone();
        // As a server with many threads would: the future has to be `Send`.
        let answer = tokio::spawn(async move { server.answer(&request).await });
        Ok(answer.await.unwrap()?.body)
    }
}

fn space<P>(store: P, limits: Limits) -> SpillSpace<P, LocalKeys> {
    SpillSpace {
        store,
        keys: LocalKeys,
        bucket: "spilled".into(),
        prefix: "numbers".into(),
        limits,
    }
}

fn loopback(numbers: Numbers, store: &MemoryStore) -> Loopback<MemoryStore> {
    let limits = Limits {
        block: 400_000,
        inline: 100_000,
    };
    Loopback(Arc::new(Server::new(numbers, space(store.clone(), limits))))
}

fn name() -> TableName {
    TableName::new("math", "numbers")
}

async fn read<I: Invoke>(
    client: &Client<I>,
    columns: &SchemaRef,
    split: &Split,
    constraints: &Constraints,
) -> Result<Records, ClientError> {
    client.read(&name(), columns, split, constraints).await
}

async fn plan<I: Invoke>(client: &Client<I>, constraints: &Constraints) -> (Table, Vec<Split>) {
    let table = client.table(&name()).await.unwrap();
    let partitions = client
        .partitions(&name(), &table, constraints)
        .await
        .unwrap();
    let splits = client
        .splits(&name(), &table, &partitions, constraints)
        .await
        .unwrap();
    (table, splits)
}

fn third(wanted: i64, version: SerDe) -> Constraints {
    let predicate = Predicate {
        values: Values::In(vec![Value::Int(wanted)]),
        null_allowed: false,
    };
    let set = predicate
        .to_value_set(&DataType::Int32, version)
        .unwrap()
        .unwrap();
    Constraints {
        summary: [("third".to_owned(), set)].into(),
        limit: Some(9),
        ..Constraints::default()
    }
}

#[tokio::test]
async fn small_results_come_with_the_answer_in_every_version() {
    for version in SerDe::ALL {
        let (numbers, store) = (Numbers::new(20, 3, 2), MemoryStore::default());
        let seen = numbers.seen.clone();
        let invoke = loopback(numbers, &store);
        let client = Client::connect(invoke, "c", "q-1", version).await.unwrap();
        assert_eq!(
            (client.version(), client.source_type()),
            (version, "numbers")
        );
        let constraints = third(1, version);
        let (table, splits) = plan(&client, &constraints).await;
        assert_eq!(splits.len(), 2, "one of three partitions is wanted");
        let columns = Arc::new(table.schema.project(&[1, 0, 2]).unwrap());
        for (number, split) in splits.iter().enumerate() {
            assert!(split.spill_location.key.starts_with("numbers/q-1/"));
            let records = read(&client, &columns, split, &constraints).await.unwrap();
            let Records::Inline(batch) = records else {
                panic!("{records:?}");
            };
            let begin = 20 * number as i64;
            let all = Numbers::new(20, 3, 2).batch(begin..begin + 20, 1);
            assert_eq!(batch, all.project(&[1, 0, 2]).unwrap());
        }
        let limit = seen.lock().unwrap()[0].row_limit();
        assert_eq!(limit, (version >= SerDe::V4).then_some(9));
    }
}

#[tokio::test]
async fn large_results_are_spilled_in_blocks_that_open_with_the_answer() {
    for version in [SerDe::V2, SerDe::V5] {
        let store = MemoryStore::default();
        let invoke = loopback(Numbers::new(20_000, 90, 1), &store);
        let client = Client::connect(invoke, "c", "q", version).await.unwrap();
        let constraints = third(0, version);
        let (table, splits) = plan(&client, &constraints).await;
        let Records::Spilled(remote) = read(&client, &table.schema, &splits[0], &constraints)
            .await
            .unwrap()
        else {
            panic!("20,000 rows of over 100 bytes were not spilled");
        };
        assert!(remote.blocks.len() > 5, "{}", remote.blocks.len());
        let mut next = 0;
        for (number, block) in remote.blocks.iter().enumerate() {
            let key = &splits[0].spill_location.key;
            assert_eq!(
                (&block.key, block.directory),
                (&format!("{key}.{number}"), false)
            );
            let body = store.take(block).unwrap();
            assert!(body.len() < 400_000, "{}", body.len());
            let batch = remote.open(body).unwrap();
            let numbers = Numbers::new(0, 90, 1).batch(next..next + batch.num_rows() as i64, 0);
            assert_eq!(batch, numbers);
            next += batch.num_rows() as i64;
        }
        assert_eq!(next, 20_000);
    }
}

#[tokio::test]
async fn no_rows_and_no_columns_are_answers_too() {
    let store = MemoryStore::default();
    let invoke = loopback(Numbers::new(0, 3, 1), &store);
    let client = Client::connect(invoke, "c", "q", SerDe::V5).await.unwrap();
    let (table, splits) = plan(&client, &Constraints::default()).await;
    let records = read(&client, &table.schema, &splits[0], &Constraints::default())
        .await
        .unwrap();
    assert!(matches!(records, Records::Inline(batch) if batch.num_rows() == 0));

    let invoke = loopback(Numbers::new(1_234, 3, 1), &store);
    let client = Client::connect(invoke, "c", "q", SerDe::V5).await.unwrap();
    let none = Arc::new(Schema::empty());
    let records = read(&client, &none, &splits[0], &Constraints::default())
        .await
        .unwrap();
    assert!(matches!(records, Records::Inline(batch) if batch.num_rows() == 1_234));
}

#[tokio::test]
async fn splits_and_tables_come_in_pages() {
    let store = MemoryStore::default();
    let invoke = loopback(Numbers::new(1, 3, 900), &store);
    let client = Client::connect(invoke.clone(), "c", "q", SerDe::V4)
        .await
        .unwrap();
    let (_, splits) = plan(&client, &Constraints::default()).await;
    assert_eq!(splits.len(), 2_700);
    let mut keys: Vec<_> = splits
        .iter()
        .map(|split| &split.spill_location.key)
        .collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 2_700, "each split spills to a place of its own");
    assert_eq!(splits[2_699].properties["split"], "899");

    let page = async |token: &str| {
        let request = format!(
            r#"{{"@type":"ListTablesRequest","identity":{{}},"queryId":"q","catalogName":"c",
                "schemaName":"math","nextToken":{token},"pageSize":2}}"#
        );
        let answer = invoke.invoke(request.into_bytes()).await.unwrap();
        let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
        let tables = answer["tables"].as_array().unwrap().iter();
        let names = tables.map(|table| table["tableName"].as_str().unwrap().to_owned());
        (names.collect::<Vec<_>>(), answer["nextToken"].clone())
    };
    let (first, next) = page("null").await;
    assert_eq!(
        (first, &next),
        (
            vec!["numbers0".into(), "numbers1".into()],
            &"numbers2".into()
        )
    );
    assert_eq!(page("\"numbers2\"").await.1, "numbers4");
    assert!(page("\"numbers4\"").await.1.is_null());
    let all = client.tables("math").await.unwrap();
    assert_eq!(
        (all.len(), &all[4]),
        (5, &TableName::new("math", "numbers4"))
    );
}

/// A connector whose list of tables goes on where it is.
struct Stuck;

impl Invoke for Stuck {
    async fn invoke(&self, request: Vec<u8>) -> Result<Vec<u8>, ClientError> {
        let asked: serde_json::Value = serde_json::from_slice(&request).unwrap();
        let answer = if asked["@type"] == "PingRequest" {
            serde_json::json!({"@type": "PingResponse", "catalogName": "c", "queryId": "q",
                "sourceType": "stuck", "capabilities": 1, "serDeVersion": 5})
        } else {
            serde_json::json!({"@type": "ListTablesResponse", "tables": [], "catalogName": "c",
                "nextToken": "a"})
        };
        Ok(answer.to_string().into_bytes())
    }
}

#[tokio::test]
async fn a_list_that_goes_on_where_it_is_ends_with_an_error() {
    let client = Client::connect(Stuck, "c", "q", SerDe::V5).await.unwrap();
    let error = client.tables("math").await.unwrap_err();
    assert!(error.to_string().contains("does not end"), "{error}");
}

#[tokio::test]
async fn capabilities_are_asked_from_version_4_on() {
    let store = MemoryStore::default();
    let invoke = loopback(Numbers::new(1, 3, 1), &store);
    let old = Client::connect(invoke.clone(), "c", "q", SerDe::V3)
        .await
        .unwrap();
    assert!(old.capabilities().await.unwrap().is_none());
    let client = Client::connect(invoke, "c", "q", SerDe::V4).await.unwrap();
    let capabilities = client.capabilities().await.unwrap().unwrap().capabilities;
    let names: Vec<_> = capabilities.keys().map(String::as_str).collect();
    let expected = [
        "supports_filter_pushdown",
        "supports_limit_pushdown",
        "supports_complex_expression_pushdown",
    ];
    assert_eq!(names, expected);
    assert_eq!(
        capabilities["supports_complex_expression_pushdown"][0].properties,
        ["$add"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_throttled_source_is_asked_again_and_then_the_engine_is_told() {
    let store = MemoryStore::default();
    let numbers = Numbers::new(5, 3, 1);
    numbers.throttled.store(4, Ordering::Relaxed);
    let invoke = loopback(numbers, &store);
    let client = Client::connect(invoke, "c", "q", SerDe::V5).await.unwrap();
    assert_eq!(client.schemas().await.unwrap(), ["math"]);

    for times in [3, usize::MAX] {
        let numbers = Numbers::new(5, 3, 1);
        numbers.throttled.store(times, Ordering::Relaxed);
        let server = Server::new(numbers, space(store.clone(), Limits::default()));
        let server = server.with_backoff(Backoff::default().with_patience(Duration::from_secs(9)));
        let client = Client::connect(Loopback(Arc::new(server)), "c", "q", SerDe::V5);
        let client = client.await.unwrap();
        let (table, splits) = plan(&client, &Constraints::default()).await;
        match read(&client, &table.schema, &splits[0], &Constraints::default()).await {
            Ok(Records::Inline(batch)) => assert_eq!((batch.num_rows(), times), (5, 3)),
            Err(ClientError::Function(error)) => assert!(error.is_throttling() && times > 3),
            other => panic!("{other:?}"),
        }
    }
}

/// A store that is full.
#[derive(Clone)]
struct Full;

impl SpillStore for Full {
    async fn put(&self, _: &S3SpillLocation, _: Vec<u8>) -> Result<(), Cause> {
        Err("the store is full".into())
    }
}

#[tokio::test]
async fn errors_say_what_went_wrong() {
    let server = Server::new(Numbers::new(300_000, 90, 1), space(Full, Limits::default()));
    let invoke = Loopback(Arc::new(server));
    let client = Client::connect(invoke.clone(), "c", "q", SerDe::V5)
        .await
        .unwrap();
    let (table, splits) = plan(&client, &Constraints::default()).await;
    let none = Constraints::default();

    let error = read(&client, &table.schema, &splits[0], &none)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "the store is full");

    let error = client
        .table(&TableName::new("math", "letters"))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "the table math.letters does not exist");

    let wrong = Arc::new(Schema::new(vec![Field::new("n", DataType::Utf8, true)]));
    let error = read(&client, &wrong, &splits[0], &none).await.unwrap_err();
    assert!(
        error.to_string().contains("no column `n` of the type Utf8"),
        "{error}"
    );

    let mut elsewhere = splits[0].clone();
    elsewhere.spill_location.bucket = "another".into();
    let error = read(&client, &table.schema, &elsewhere, &none)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("s3://another/"), "{error}");

    // A column of nulls takes no bytes, however many rows it says it has.
    let nulls: ArrayRef = Arc::new(NullArray::new(2_000_000));
    let endless = RecordBatch::try_from_iter([("third", nulls)]).unwrap();
    let error = client.splits(&name(), &table, &endless, &none).await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("2000000 partitions"), "{error}");

    for request in ["", "{}", r#"{"@type":"DropTableRequest"}"#, "[1]"] {
        let error = invoke
            .invoke(request.as_bytes().to_vec())
            .await
            .unwrap_err();
        assert!(error.to_string().contains("no message"), "{error}");
    }
}
