//! The connector between an engine and a backend: rows, requests, faults.

use std::{
    collections::HashMap,
    ops::Bound,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use athena_federation::{
    SerDe, Value,
    client::{Client, ClientError, Invoke, Records},
    message::{Constraints, TableName},
    predicate::{Predicate, ValueRange, Values},
    server::{Server, SpillSpace, Table},
    spill::{LocalKeys, MemoryStore},
};
use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderName, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use backend::Secrets;
use serde_json::{Value as Any, json};

use crate::{shop::Shop, tables::Tables};

const PAGE: usize = 700;
/// 2026-11-01T00:00:00Z.
const FIRST: i64 = 1_793_491_200;

/// A shop with orders, one a minute.
#[derive(Debug, Default)]
struct Backend {
    orders: i64,
    served: AtomicU64,
    busy: AtomicU64,
    asked: Mutex<Vec<HashMap<String, String>>>,
}

impl Backend {
    fn order(number: i64) -> Any {
        let at = jiff::Timestamp::from_second(FIRST + 60 * number).unwrap();
        let status = ["paid", "open", "Paid", "sent"][number as usize % 4];
        json!({
            "order_id": format!("o-{number}"),
            "ordered_at": at.to_string(),
            "status": status,
            "lines": if number % 10 == 9 { json!("3") } else { json!(number % 5) },
            // Each hundredth price is not known, and each hundredth is broken.
            "total": match number % 100 {
                50 => json!(null),
                51 => json!("on request"),
                _ => json!((number % 1_000) as f64 / 4.0),
            },
            "customer": {"country": if number % 3 == 0 { "GB" } else { "DE" }},
        })
    }

    /// Whether an order is asked for. Text is compared without case, which is more than is asked.
    fn wanted(order: &Any, query: &HashMap<String, String>) -> bool {
        let of = |name: &str| order[name].as_str().unwrap_or_default().to_owned();
        let status = query
            .get("status")
            .is_none_or(|status| of("status").eq_ignore_ascii_case(status));
        let from = query
            .get("from")
            .is_none_or(|from| of("ordered_at") >= *from);
        let to = query.get("to").is_none_or(|to| of("ordered_at") < *to);
        status && from && to
    }
}

async fn orders(
    State(backend): State<Arc<Backend>>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let busy = backend.busy.load(Ordering::Relaxed);
    if busy > 0 {
        backend.busy.store(busy - 1, Ordering::Relaxed);
        let retry_after = (HeaderName::from_static("retry-after"), "0");
        return (StatusCode::TOO_MANY_REQUESTS, [retry_after]).into_response();
    }
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<i64>().ok());
    let shard = query.get("shard").and_then(|shard| shard.split_once('/'));
    let (shard, shards) = shard.map_or((0, 1), |(shard, of)| {
        (shard.parse().unwrap(), of.parse::<i64>().unwrap())
    });
    let mut rows = Vec::new();
    let mut next = number("cursor").unwrap_or(0);
    while next < backend.orders && rows.len() < PAGE {
        let order = Backend::order(next);
        if next % shards == shard && Backend::wanted(&order, &query) {
            rows.push(order);
        }
        next += 1;
    }
    if let Some(most) = number("most") {
        rows.truncate(most as usize);
        next = backend.orders;
    }
    for row in &mut rows {
        if let (Some(columns), Some(row)) = (query.get("columns"), row.as_object_mut()) {
            row.retain(|name, _| columns.split(',').any(|column| column == name));
        }
    }
    backend
        .served
        .fetch_add(rows.len() as u64, Ordering::Relaxed);
    backend.asked.lock().unwrap().push(query);
    let next = (next < backend.orders).then(|| next.to_string());
    Json(json!({"rows": rows, "next": next})).into_response()
}

/// A backend with so many orders, and its address.
async fn backend(orders_in_all: i64) -> (Arc<Backend>, String) {
    let backend = Arc::new(Backend {
        orders: orders_in_all,
        ..Backend::default()
    });
    let router = Router::new()
        .route("/orders", get(orders))
        .with_state(backend.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (backend, url)
}

fn tables(url: &str, splits: u32) -> Tables {
    let mut orders = json!({
        "feed": {
            "path": "/orders", "items": "rows",
            "pagination": {"kind": "cursor", "parameter": "cursor", "next": "next"},
        },
        "columns": {
            "country": {"type": "varchar", "from": "customer.country"},
            "lines": {"type": "integer"},
            "order_id": {"type": "varchar"},
            "ordered_at": {"type": "timestamp", "filter": {"from": "from", "to": "to"}},
            "status": {"type": "varchar", "filter": {"equals": "status"}},
            "total": {"type": "double"},
        },
        "projection": {"parameter": "columns"},
        "limit": {"parameter": "most"},
    });
    if splits > 1 {
        orders["splits"] = json!({"parameter": "shard", "count": splits});
    }
    let backend = serde_json::from_value(json!({"tables": {"orders": orders}})).unwrap();
    Tables::new(Some(&backend), url, &Secrets::None).unwrap()
}

/// An engine with the connector in the same process.
struct Engine {
    client: Client<Connector>,
    store: MemoryStore,
    table: Table,
}

struct Connector(Server<Shop, MemoryStore, LocalKeys>);

impl Invoke for Connector {
    async fn invoke(&self, request: Vec<u8>) -> Result<Vec<u8>, ClientError> {
        Ok(self.0.answer(&request).await?.body)
    }
}

fn name() -> TableName {
    TableName::new("shop", "orders")
}

impl Engine {
    async fn new(tables: Tables) -> Self {
        let store = MemoryStore::default();
        let spill = SpillSpace::new(store.clone(), LocalKeys, "spilled", "raw/spill");
        let connector = Connector(Server::new(Shop::new(Arc::new(tables)), spill));
        let client = Client::connect(connector, "shop", "q", SerDe::V5)
            .await
            .unwrap();
        let table = client.table(&name()).await.unwrap();
        Self {
            client,
            store,
            table,
        }
    }

    fn columns(&self, names: &[&str]) -> SchemaRef {
        let numbers: Vec<_> = names
            .iter()
            .map(|name| self.table.schema.index_of(name).unwrap())
            .collect();
        Arc::new(self.table.schema.project(&numbers).unwrap())
    }

    fn constraints(&self, conditions: &[(&str, Predicate)]) -> Constraints {
        let sets = conditions.iter().map(|(name, predicate)| {
            let data_type = self.table.schema.field_with_name(name).unwrap().data_type();
            let set = predicate
                .to_value_set(data_type, SerDe::V5)
                .unwrap()
                .unwrap();
            ((*name).to_owned(), set)
        });
        Constraints {
            summary: sets.collect(),
            ..Constraints::default()
        }
    }

    /// The batches of all splits, and how many were spilled.
    async fn read(
        &self,
        columns: &SchemaRef,
        constraints: &Constraints,
    ) -> Result<(Vec<RecordBatch>, usize), ClientError> {
        let (name, table) = (name(), &self.table);
        let partitions = self.client.partitions(&name, table, constraints).await?;
        let splits = self
            .client
            .splits(&name, table, &partitions, constraints)
            .await?;
        let (mut batches, mut spilled) = (Vec::new(), 0);
        for split in &splits {
            match self.client.read(&name, columns, split, constraints).await? {
                Records::Inline(batch) => batches.push(batch),
                Records::Spilled(remote) => {
                    for block in &remote.blocks {
                        batches.push(remote.open(self.store.take(block).unwrap())?);
                        spilled += 1;
                    }
                }
            }
        }
        Ok((batches, spilled))
    }

    /// The ids of the orders, filtered as Athena would, in order.
    async fn ids(&self, conditions: &[(&str, Predicate)]) -> Vec<String> {
        let mut names: Vec<_> = conditions.iter().map(|(name, _)| *name).collect();
        names.push("order_id");
        let constraints = self.constraints(conditions);
        let (batches, _) = self
            .read(&self.columns(&names), &constraints)
            .await
            .unwrap();
        let mut ids = Vec::new();
        for batch in &batches {
            for row in 0..batch.num_rows() {
                let allowed = conditions.iter().all(|(name, predicate)| {
                    let column = batch.column_by_name(name).unwrap();
                    predicate.may_allow(Value::at(column.as_ref(), row).as_ref())
                });
                if let (true, Some(Value::Text(id))) = (
                    allowed,
                    Value::at(batch.column_by_name("order_id").unwrap(), row),
                ) {
                    ids.push(id);
                }
            }
        }
        ids.sort_unstable_by_key(|id| (id.len(), id.clone()));
        ids
    }
}

fn text(values: &[&str]) -> Predicate {
    let values = values.iter().map(|value| Value::Text((*value).to_owned()));
    Predicate {
        values: Values::In(values.collect()),
        null_allowed: false,
    }
}

fn range(low: Bound<Value>, high: Bound<Value>) -> Predicate {
    Predicate {
        values: Values::Ranges(vec![ValueRange { low, high }]),
        null_allowed: false,
    }
}

fn minute(number: i64) -> Value {
    Value::Timestamp((FIRST + 60 * number) * 1_000)
}

#[tokio::test]
async fn every_split_is_read_and_nothing_comes_twice() {
    let (backend, url) = backend(5_000).await;
    let engine = Engine::new(tables(&url, 4)).await;
    assert_eq!(engine.client.schemas().await.unwrap(), ["shop"]);
    assert_eq!(engine.client.tables("shop").await.unwrap(), [name()]);
    let expected: Vec<_> = (0..5_000).map(|number| format!("o-{number}")).collect();
    assert_eq!(engine.ids(&[]).await, expected);
    let asked = backend.asked.lock().unwrap();
    for shard in ["0/4", "1/4", "2/4", "3/4"] {
        assert!(asked.iter().any(|query| query["shard"] == shard));
    }
    assert!(asked.iter().all(|query| query["columns"] == "order_id"));
}

#[tokio::test]
async fn conditions_ask_for_few_rows_and_lose_none() {
    let (backend, url) = backend(4_000).await;
    let engine = Engine::new(tables(&url, 2)).await;
    let hour_from = |first| {
        range(
            Bound::Included(minute(first)),
            Bound::Excluded(minute(first + 60)),
        )
    };
    let hour = || hour_from(60);
    let late = || range(Bound::Excluded(minute(3_998)), Bound::Unbounded);
    let null = Predicate {
        values: Values::None,
        null_allowed: true,
    };
    let cheap = || range(Bound::Unbounded, Bound::Included(Value::Double(2.5)));
    // What is asked, the orders that answer it, and the most rows that the backend may serve for it.
    type Case<'a> = (Vec<(&'a str, Predicate)>, fn(i64) -> bool, u64);
    let cases: [Case<'_>; 8] = [
        (vec![("ordered_at", hour())], |n| (60..120).contains(&n), 60),
        (vec![("ordered_at", late())], |n| n == 3_999, 2),
        (vec![("status", text(&["sent"]))], |n| n % 4 == 3, 1_000),
        // The backend answers `paid` with `Paid`, too.
        (
            vec![("status", text(&["paid", "Paid"]))],
            |n| n % 2 == 0,
            4_000,
        ),
        (
            vec![("status", text(&["paid", "sent"])), ("ordered_at", hour())],
            |n| (60..120).contains(&n) && matches!(n % 4, 0 | 3),
            45,
        ),
        (
            vec![("country", text(&["GB"])), ("ordered_at", hour())],
            |n| (60..120).contains(&n) && n % 3 == 0,
            60,
        ),
        (
            vec![("total", null), ("ordered_at", hour_from(140))],
            |n| n == 150 || n == 151,
            60,
        ),
        (
            vec![("total", cheap()), ("ordered_at", hour_from(1_000))],
            |n| (1_000..=1_010).contains(&n),
            60,
        ),
    ];
    for (conditions, wanted, most) in cases {
        backend.served.store(0, Ordering::Relaxed);
        let ids = engine.ids(&conditions).await;
        let expected: Vec<_> = (0..4_000)
            .filter(|n| wanted(*n))
            .map(|number| format!("o-{number}"))
            .collect();
        assert_eq!(ids, expected, "{conditions:?}");
        let served = backend.served.load(Ordering::Relaxed);
        assert!(served <= most, "{conditions:?}: {served} rows");
    }
}

#[tokio::test]
async fn nothing_is_asked_for_what_cannot_be() {
    let (backend, url) = backend(100).await;
    let engine = Engine::new(tables(&url, 1)).await;
    let none = Predicate {
        values: Values::None,
        null_allowed: false,
    };
    assert!(engine.ids(&[("status", none)]).await.is_empty());
    assert!(backend.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_limit_ends_reading_unless_athena_still_filters() {
    let (backend, url) = backend(4_000).await;
    let engine = Engine::new(tables(&url, 1)).await;
    let limited = |conditions: &[(&str, Predicate)]| Constraints {
        limit: Some(10),
        ..engine.constraints(conditions)
    };
    let columns = engine.columns(&["order_id", "country"]);
    let exact = limited(&[(
        "ordered_at",
        range(Bound::Included(minute(60)), Bound::Unbounded),
    )]);
    let (batches, _) = engine.read(&columns, &exact).await.unwrap();
    assert_eq!(batches[0].num_rows(), 10);
    assert_eq!(backend.served.swap(0, Ordering::Relaxed), 10);
    // The backend's first ten are five `paid` and five `Paid`.
    let (batches, _) = engine
        .read(&columns, &limited(&[("status", text(&["paid"]))]))
        .await
        .unwrap();
    assert!((10..4_000 / 4).contains(&batches[0].num_rows()));
    assert!(backend.served.swap(0, Ordering::Relaxed) < 1_000);
    let inexact = limited(&[("country", text(&["GB"]))]);
    let (batches, _) = engine.read(&columns, &inexact).await.unwrap();
    assert_eq!(batches[0].num_rows(), 4_000);
    assert!(
        backend
            .asked
            .lock()
            .unwrap()
            .last()
            .unwrap()
            .get("most")
            .is_none()
    );
}

#[tokio::test]
async fn values_are_read_as_declared_and_rows_are_counted_without_columns() {
    let (_, url) = backend(200).await;
    let engine = Engine::new(tables(&url, 1)).await;
    let columns = engine.columns(&["total", "lines", "ordered_at", "country"]);
    let (batches, _) = engine
        .read(&columns, &Constraints::default())
        .await
        .unwrap();
    let value = |column: usize, row| Value::at(batches[0].column(column).as_ref(), row);
    assert_eq!(value(0, 49), Some(Value::Double(12.25)));
    assert_eq!((value(0, 50), value(0, 51)), (None, None));
    assert_eq!(
        (value(1, 8), value(1, 9)),
        (Some(Value::Int(3)), Some(Value::Int(3)))
    );
    assert_eq!(value(2, 7), Some(minute(7)));
    assert_eq!(value(3, 0), Some(Value::Text("GB".into())));
    let none = Arc::new(Schema::empty());
    let (batches, _) = engine.read(&none, &Constraints::default()).await.unwrap();
    assert_eq!((batches[0].num_rows(), batches[0].num_columns()), (200, 0));
}

#[tokio::test]
async fn large_results_are_spilled_and_throttling_is_waited_for() {
    let (backend, url) = backend(120_000).await;
    backend.busy.store(3, Ordering::Relaxed);
    let engine = Engine::new(tables(&url, 1)).await;
    let all: Vec<_> = engine
        .table
        .schema
        .fields()
        .iter()
        .map(|field| field.name())
        .collect();
    let columns = engine.columns(&all.iter().map(|name| name.as_str()).collect::<Vec<_>>());
    let (batches, spilled) = engine
        .read(&columns, &Constraints::default())
        .await
        .unwrap();
    assert!(spilled > 0);
    assert_eq!(
        batches.iter().map(RecordBatch::num_rows).sum::<usize>(),
        120_000
    );
}

#[tokio::test]
async fn what_goes_wrong_is_said() {
    let (_, url) = backend(10).await;
    let engine = Engine::new(tables(&url, 1)).await;
    let error = engine
        .client
        .table(&TableName::new("shop", "customers"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("shop.customers") && error.to_string().contains("orders"));
    let error = engine.client.tables("other").await.unwrap_err();
    assert!(error.to_string().contains("only `shop`"), "{error}");

    // No such path at the backend.
    let elsewhere = Engine::new(tables(&format!("{url}/elsewhere"), 1)).await;
    let columns = elsewhere.columns(&["order_id"]);
    let error = elsewhere
        .read(&columns, &Constraints::default())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("the backend has no"), "{error}");
}
