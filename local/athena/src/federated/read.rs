//! Rows of splits: from answers, and from the blocks that a connector left in S3.

use std::sync::Arc;

use athena_federation::{
    client::{Records, Remote},
    message::{Constraints, S3SpillLocation, Split, TableName},
};
use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch, RecordBatchOptions},
        compute::cast,
        datatypes::{DataType, FieldRef, SchemaRef},
    },
    common::Result,
    execution::{SendableRecordBatchStream, TaskContext},
    object_store::{ObjectStoreExt, path::Path},
    physical_plan::{stream::RecordBatchStreamAdapter, streaming::PartitionStream},
};
use futures::{Stream, StreamExt, TryStreamExt, future, stream};

use super::connector::Connector;
use crate::{
    app::App,
    query::{failure::Failure, scan::Scan},
};

/// Athena takes blocks of at most 16,000,000 bytes, and their encryption adds 16.
const BLOCK: u64 = 16_000_000 + 64;

/// What all readers of a table share.
#[derive(Debug)]
pub(crate) struct Reading {
    /// Its S3 has spilled blocks.
    pub(crate) app: Arc<App>,
    /// Answers rows.
    pub(crate) connector: Connector,
    /// Counts bytes.
    pub(crate) scan: Arc<Scan>,
    /// The table.
    pub(crate) name: TableName,
    /// Columns that the connector is asked for.
    pub(crate) asked: SchemaRef,
    /// Columns that the engine wants.
    pub(crate) schema: SchemaRef,
    /// What is wanted of them.
    pub(crate) constraints: Constraints,
}

/// Reads splits one after the other.
#[derive(Debug)]
pub(crate) struct Reader {
    reading: Arc<Reading>,
    splits: Vec<Split>,
}

impl Reader {
    /// For some splits of a table.
    pub(crate) fn new(reading: Arc<Reading>, splits: Vec<Split>) -> Self {
        Self { reading, splits }
    }
}

impl PartitionStream for Reader {
    fn schema(&self) -> &SchemaRef {
        &self.reading.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let reading = Arc::clone(&self.reading);
        let splits = stream::iter(self.splits.clone());
        let batches = splits.flat_map(move |split| {
            let reading = Arc::clone(&reading);
            stream::once(reading.split(split)).try_flatten()
        });
        let schema = Arc::clone(&self.reading.schema);
        Box::pin(RecordBatchStreamAdapter::new(schema, batches))
    }
}

impl Reading {
    /// The rows of a split, a block at a time.
    async fn split(
        self: Arc<Self>,
        split: Split,
    ) -> Result<impl Stream<Item = Result<RecordBatch>>> {
        let client = &self.connector.client;
        let records = client
            .read(&self.name, &self.asked, &split, &self.constraints)
            .await;
        match records.map_err(self.connector.failed("reading records"))? {
            Records::Inline(batch) => {
                let batch = self.wanted(&batch);
                Ok(stream::once(future::ready(batch)).left_stream())
            }
            Records::Spilled(remote) => {
                let blocks = stream::iter(remote.blocks.clone());
                let remote = Arc::new(remote);
                let batches = blocks.then(move |block| {
                    let (reading, remote) = (Arc::clone(&self), Arc::clone(&remote));
                    async move { reading.block(&remote, &block).await }
                });
                Ok(batches.right_stream())
            }
        }
    }

    /// The rows of a spilled block.
    async fn block(&self, remote: &Remote, location: &S3SpillLocation) -> Result<RecordBatch> {
        let place = format!("s3://{}/{}", location.bucket, location.key);
        let bucket = self
            .app
            .s3
            .bucket(&location.bucket, Some(Arc::clone(&self.scan)));
        let object = bucket.get(&Path::parse(&location.key)?).await?;
        if object.meta.size > BLOCK {
            let problem = format!("the spilled block {place} has {} bytes", object.meta.size);
            return Err(Failure::Engine(problem).into());
        }
        let body = object.bytes().await?;
        let unreadable = self.connector.unreadable("reading spilled blocks");
        let batch = remote.open(body.to_vec()).map_err(unreadable)?;
        self.wanted(&batch)
    }

    /// The columns that the engine wants, in its order and types.
    fn wanted(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let columns = self.schema.fields().iter().map(|field| {
            let fields = batch.schema_ref().fields();
            let same = |one: &FieldRef| one.name().eq_ignore_ascii_case(field.name());
            let index = fields.iter().position(same);
            let index = index.ok_or_else(|| {
                let problem = format!("the connector's rows lack column '{}'", field.name());
                Failure::Engine(problem)
            })?;
            converted(batch.column(index), field.data_type())
        });
        let columns: Result<Vec<ArrayRef>> = columns.collect();
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let schema = Arc::clone(&self.schema);
        Ok(RecordBatch::try_new_with_options(
            schema, columns?, &options,
        )?)
    }
}

fn converted(column: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    if column.data_type() == to {
        return Ok(Arc::clone(column));
    }
    // Both count milliseconds.
    let column = match column.data_type() {
        DataType::Date64 => cast(column, &DataType::Int64)?,
        _ => Arc::clone(column),
    };
    Ok(cast(&column, to)?)
}
