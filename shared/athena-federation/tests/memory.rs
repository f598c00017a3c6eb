//! 200 MB of rows pass through a server in a small part of that memory. Alone in its process, since
//! memory is measured for all of it.

#![allow(clippy::unwrap_used, reason = "tests")]
#![cfg(target_os = "linux")]

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use athena_federation::{
    Cause, SerDe, SourceError,
    client::{Client, ClientError, Invoke, Records},
    message::{Constraints, S3SpillLocation, TableName},
    server::{Read, Rows, Server, Source, SpillSpace, Table},
    spill::{LocalKeys, SpillStore},
};

const BYTES: u64 = 200_000_000;
const MOST_MIB: u64 = 128;
/// Of some 80 bytes a row.
const ROWS: usize = 5_000;
const PAGES: usize = 550;

struct Wide(RecordBatch);

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("n", DataType::Int64, true),
        Field::new("text", DataType::Utf8, true),
    ]))
}

impl Source for Wide {
    fn kind(&self) -> &str {
        "wide"
    }

    async fn schemas(&self) -> Result<Vec<String>, SourceError> {
        Ok(vec!["s".into()])
    }

    async fn tables(&self, _schema: &str) -> Result<Vec<String>, SourceError> {
        Ok(vec!["wide".into()])
    }

    async fn table(&self, _name: &TableName) -> Result<Table, SourceError> {
        Ok(Table::new(schema()))
    }

    async fn read(&self, _read: &Read, rows: &mut Rows) -> Result<(), SourceError> {
        for _ in 0..PAGES {
            rows.push(self.0.clone()).await?;
        }
        Ok(())
    }
}

/// Counts and forgets.
#[derive(Clone, Default)]
struct Sink(Arc<AtomicU64>);

impl SpillStore for Sink {
    async fn put(&self, _: &S3SpillLocation, body: Vec<u8>) -> Result<(), Cause> {
        assert!(body.len() < 16_000_000);
        self.0.fetch_add(body.len() as u64, Ordering::Relaxed);
        Ok(())
    }
}

struct Direct(Server<Wide, Sink, LocalKeys>);

impl Invoke for Direct {
    async fn invoke(&self, request: Vec<u8>) -> Result<Vec<u8>, ClientError> {
        Ok(self.0.answer(&request).await?.body)
    }
}

#[tokio::test]
async fn memory_does_not_grow_with_the_result() {
    let text = "some words of a description, the way they are in every shop's catalogue";
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(0..ROWS as i64)),
        Arc::new(StringArray::from_iter_values((0..ROWS).map(|_| text))),
    ];
    let page = RecordBatch::try_new(schema(), columns).unwrap();
    let sink = Sink::default();
    let spill = SpillSpace::new(sink.clone(), LocalKeys, "spilled", "wide");
    let server = Direct(Server::new(Wide(page), spill));
    let client = Client::connect(server, "c", "q", SerDe::LATEST)
        .await
        .unwrap();
    let (name, none) = (TableName::new("s", "wide"), Constraints::default());
    let table = client.table(&name).await.unwrap();
    let partitions = client.partitions(&name, &table, &none).await.unwrap();
    let splits = client
        .splits(&name, &table, &partitions, &none)
        .await
        .unwrap();
    let records = client
        .read(&name, &table.schema, &splits[0], &none)
        .await
        .unwrap();
    let Records::Spilled(remote) = records else {
        panic!("200 MB are not in an answer");
    };
    let spilled = sink.0.load(Ordering::Relaxed);
    assert!(spilled >= BYTES && remote.blocks.len() as u64 >= spilled / 16_000_000);
    let peak = peak_mib();
    eprintln!(
        "{spilled} bytes in {} blocks, at most {peak} MiB",
        remote.blocks.len()
    );
    assert!(peak < MOST_MIB, "{peak} MiB");
}

/// The most this process had resident.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib / 1024
}
