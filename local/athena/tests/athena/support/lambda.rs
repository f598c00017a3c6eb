//! A Lambda with one connector: a shop's tables in memory, which notes what it was asked for.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use athena_federation::{
    Cause, SourceError, Value,
    message::{S3SpillLocation, TableName},
    predicate::Predicate,
    server::{Properties, Read, Rows, Scan, Server, Source, SpillSpace, Table},
    spill::{LocalKeys, SpillStore},
};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use datafusion::arrow::{
    array::{ArrayRef, Date64Array, Float64Array, Int64Array, RecordBatch, StringArray},
    compute::filter_record_batch,
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use serde_json::json;

use super::{Result, s3::Objects};

/// Rows of `orders`; each split has a quarter.
pub(crate) const ORDERS: i64 = 10_000;
/// 2026-01-01 in milliseconds.
pub(crate) const BEGIN: i64 = 1_767_225_600_000;
const MINUTE: i64 = 60_000;

/// What the connector was asked for, a line for each split that was read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<Notes>>);

#[derive(Debug, Default)]
struct Notes {
    reads: Vec<ReadNote>,
    calls: usize,
    busy: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct ReadNote {
    pub(crate) columns: Vec<String>,
    pub(crate) predicates: Vec<(String, Predicate)>,
    pub(crate) limit: Option<u64>,
    pub(crate) rows: usize,
}

impl Seen {
    pub(crate) fn take(&self) -> Vec<ReadNote> {
        std::mem::take(&mut self.0.lock().unwrap().reads)
    }

    /// The next calls are throttled.
    pub(crate) fn throttle(&self, calls: usize) {
        self.0.lock().unwrap().busy = calls;
    }

    pub(crate) fn calls(&self) -> usize {
        self.0.lock().unwrap().calls
    }
}

struct Shop(Seen);

impl Shop {
    fn columns(table: &str) -> Option<SchemaRef> {
        let field = |name, data_type| Field::new(name, data_type, true);
        let fields = match table {
            "orders" => vec![
                field("order_id", DataType::Int64),
                field("customer", DataType::Utf8),
                field("ordered_at", DataType::Date64),
                field("status", DataType::Utf8),
                field("total", DataType::Float64),
            ],
            "wide" => vec![field("id", DataType::Int64), field("text", DataType::Utf8)],
            "broken" | "slow" => vec![field("id", DataType::Int64)],
            _ => return None,
        };
        Some(Arc::new(Schema::new(fields)))
    }
}

impl Source for Shop {
    fn kind(&self) -> &str {
        "shop"
    }

    async fn schemas(&self) -> std::result::Result<Vec<String>, SourceError> {
        Ok(vec!["shop".to_owned()])
    }

    async fn tables(&self, schema: &str) -> std::result::Result<Vec<String>, SourceError> {
        match schema {
            "shop" => Ok(["orders", "wide", "broken", "slow"]
                .map(str::to_owned)
                .to_vec()),
            other => Err(SourceError::NotFound(format!("schema {other}"))),
        }
    }

    async fn table(&self, name: &TableName) -> std::result::Result<Table, SourceError> {
        let columns = Self::columns(&name.table_name);
        let columns = columns.ok_or_else(|| SourceError::NotFound(format!("table {name}")))?;
        Ok(Table::new(columns))
    }

    async fn splits(
        &self,
        _scan: &Scan,
        _partitions: &RecordBatch,
    ) -> std::result::Result<Vec<Properties>, SourceError> {
        let split = |number: i64| Properties::from_iter([("shard".to_owned(), number.to_string())]);
        Ok((0..4).map(split).collect())
    }

    async fn read(&self, read: &Read, rows: &mut Rows) -> std::result::Result<(), SourceError> {
        let shard: i64 = read.properties["shard"].parse().unwrap();
        let batch = match read.table.table_name.as_str() {
            "orders" => orders(shard),
            "wide" => wide(shard),
            "slow" => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                return Ok(());
            }
            _ => return Err(SourceError::Failed("the shop is on fire".into())),
        };
        let predicates = read.constraints.predicates()?;
        let batch = wanted(&batch, &predicates);
        self.0.0.lock().unwrap().reads.push(ReadNote {
            columns: read
                .columns
                .fields()
                .iter()
                .map(|field| field.name().clone())
                .collect(),
            predicates: predicates.into_iter().collect(),
            limit: read.constraints.row_limit(),
            rows: batch.num_rows(),
        });
        rows.push(batch).await
    }
}

fn orders(shard: i64) -> RecordBatch {
    let ids = || (0..ORDERS).filter(move |id| id % 4 == shard);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(ids())),
        Arc::new(StringArray::from_iter_values(
            ids().map(|id| format!("c{}", id % 100)),
        )),
        Arc::new(Date64Array::from_iter_values(
            ids().map(|id| BEGIN + id * MINUTE),
        )),
        Arc::new(StringArray::from_iter(ids().map(|id| match id % 10 {
            0 => None,
            1 => Some("returned"),
            _ => Some("sent"),
        }))),
        Arc::new(Float64Array::from_iter_values(
            ids().map(|id| id as f64 / 2.0),
        )),
    ];
    RecordBatch::try_new(Shop::columns("orders").unwrap(), columns).unwrap()
}

/// Eight megabytes a split: more than an answer takes.
fn wide(shard: i64) -> RecordBatch {
    let ids = || (0..8_000).map(move |row| shard * 8_000 + row);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(ids())),
        Arc::new(StringArray::from_iter_values(
            ids().map(|id| format!("{id:0>1000}")),
        )),
    ];
    RecordBatch::try_new(Shop::columns("wide").unwrap(), columns).unwrap()
}

fn wanted<'a>(
    batch: &RecordBatch,
    predicates: impl IntoIterator<Item = (&'a String, &'a Predicate)>,
) -> RecordBatch {
    let predicates: Vec<_> = predicates.into_iter().collect();
    let rows = (0..batch.num_rows()).map(|row| {
        Some(predicates.iter().all(|(column, predicate)| {
            let column = batch.column_by_name(column).unwrap();
            predicate.may_allow(Value::at(column, row).as_ref())
        }))
    });
    filter_record_batch(batch, &rows.collect()).unwrap()
}

struct Store(Objects);

impl SpillStore for Store {
    async fn put(
        &self,
        location: &S3SpillLocation,
        body: Vec<u8>,
    ) -> std::result::Result<(), Cause> {
        self.0
            .put(&format!("{}/{}", location.bucket, location.key), body);
        Ok(())
    }
}

type Connector = Arc<(Server<Shop, Store, LocalKeys>, Seen)>;

pub(crate) async fn serve(objects: Objects) -> Result<(SocketAddr, Seen)> {
    let seen = Seen::default();
    let space = SpillSpace::new(Store(objects), LocalKeys, "spill", "athena");
    let server = Server::new(Shop(seen.clone()), space);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = Router::new()
        .route("/2015-03-31/functions/{name}/invocations", post(invoke))
        .with_state(Arc::new((server, seen.clone())));
    tokio::spawn(async { axum::serve(listener, router).await });
    Ok((address, seen))
}

async fn invoke(
    State(connector): State<Connector>,
    Path(name): Path<String>,
    body: Bytes,
) -> Response {
    if name != "Shop-Connector" {
        let error = json!({ "__type": "ResourceNotFoundException", "Message": format!("Function not found: {name}") });
        return (StatusCode::NOT_FOUND, error.to_string()).into_response();
    }
    {
        let mut notes = connector.1.0.lock().unwrap();
        notes.calls += 1;
        if notes.busy > 0 {
            notes.busy -= 1;
            return (StatusCode::TOO_MANY_REQUESTS, "{}").into_response();
        }
    }
    match connector.0.answer(&body).await {
        Ok(answer) => answer.body.into_response(),
        Err(exception) => {
            let headers = [("x-amz-function-error", "Unhandled")];
            (headers, serde_json::to_string(&exception).unwrap()).into_response()
        }
    }
}
