//! Tables of lines of text and of JSON, read as streams: a few objects at a time, a batch of rows of each.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array},
        compute::{concat, take},
        datatypes::{DataType, Schema, SchemaRef},
    },
    catalog::{Session, TableProvider},
    common::{DataFusionError, Result},
    execution::{SendableRecordBatchStream, TaskContext},
    logical_expr::{Expr, TableProviderFilterPushDown, TableType},
    object_store::{ObjectStoreExt, path::Path},
    physical_plan::{
        ExecutionPlan,
        stream::RecordBatchStreamAdapter,
        streaming::{PartitionStream, StreamingTableExec},
    },
};
use futures::{Stream, StreamExt, TryStreamExt, stream};

use super::{
    files::{self, DataFile},
    predicates,
    rows::Rows,
};
use crate::{
    object_store::{Bucket, Location},
    query::failure::Failure,
    resources::{Format, Table},
};

/// How many objects of a table are read at once.
const READERS: usize = 4;

/// A table of text or JSON.
#[derive(Debug)]
pub(crate) struct StreamedTable {
    format: Format,
    location: Location,
    bucket: Bucket,
    /// What objects hold.
    columns: SchemaRef,
    /// What keys hold.
    partition_columns: SchemaRef,
    /// Both.
    schema: SchemaRef,
}

impl StreamedTable {
    /// The table that a definition describes.
    ///
    /// # Errors
    /// When the definition has types that its format cannot have.
    pub(crate) fn new(table: &Table, location: Location, bucket: Bucket) -> Result<Self, Failure> {
        let columns = super::schema(&table.columns)?;
        let partition_columns = super::schema(&table.partition_keys)?;
        let nested = columns
            .fields()
            .iter()
            .find(|field| matches!(field.data_type(), DataType::List(_)));
        if let (Format::Text(_), Some(nested)) = (&table.format, nested) {
            return Err(Failure::user(
                "NOT_SUPPORTED",
                format!(
                    "column '{}' is an array, which tables of text cannot have here",
                    nested.name()
                ),
            ));
        }
        let fields = columns.fields().iter().chain(partition_columns.fields());
        let schema = Arc::new(Schema::new(fields.cloned().collect::<Vec<_>>()));
        Ok(Self {
            format: table.format.clone(),
            location,
            bucket,
            columns,
            partition_columns,
            schema,
        })
    }
}

#[async_trait]
impl TableProvider for StreamedTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        // Conditions on partition columns choose objects; the engine applies all of them again.
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        _session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let wanted = predicates::of_all(filters);
        let files = files::list(
            &self.location,
            &self.bucket,
            &self.partition_columns,
            &wanted,
        );
        let files = files.await?;
        let all: Vec<usize> = (0..self.schema.fields().len()).collect();
        let projection = projection.unwrap_or(&all).clone();
        let schema: SchemaRef = Arc::new(self.schema.project(&projection)?);
        let readers = files.len().clamp(1, READERS);
        let partitions = (0..readers).map(|reader| {
            Arc::new(Reader {
                files: files
                    .iter()
                    .skip(reader)
                    .step_by(readers)
                    .cloned()
                    .collect(),
                bucket: self.bucket.clone(),
                format: self.format.clone(),
                columns: Arc::clone(&self.columns),
                projection: projection.clone(),
                schema: Arc::clone(&schema),
            }) as Arc<dyn PartitionStream>
        });
        let partitions = partitions.collect();
        let plan = StreamingTableExec::try_new(schema, partitions, None, [], false, limit)?;
        Ok(Arc::new(plan))
    }
}

/// Reads objects one after the other.
#[derive(Debug, Clone)]
struct Reader {
    files: Vec<DataFile>,
    bucket: Bucket,
    format: Format,
    columns: SchemaRef,
    projection: Vec<usize>,
    schema: SchemaRef,
}

impl PartitionStream for Reader {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let reader = self.clone();
        let files = stream::iter(self.files.clone());
        let batches = files.flat_map(move |file| reader.clone().read(file));
        Box::pin(RecordBatchStreamAdapter::new(
            Arc::clone(&self.schema),
            batches,
        ))
    }
}

impl Reader {
    fn read(self, file: DataFile) -> impl Stream<Item = Result<RecordBatch>> {
        let opened = async move {
            let chunks = self.bucket.get(&file.path).await?.into_stream();
            let rows = Rows::new(
                &self.format,
                &self.columns,
                &self.projection,
                compressed(&file.path),
            )?;
            Ok::<_, DataFusionError>(decoded(self, file, chunks, rows))
        };
        stream::once(opened).try_flatten()
    }

    /// Columns of a batch in the wanted order, those of the partition among them.
    fn assembled(
        &self,
        file: &DataFile,
        mut read: Vec<Option<ArrayRef>>,
        rows: usize,
    ) -> Result<RecordBatch> {
        let columns = self.projection.iter().zip(self.schema.fields());
        let columns = columns.map(|(&index, field)| {
            if let Some(value) = index.checked_sub(self.columns.fields().len()) {
                return repeated(&file.partition[value], rows);
            }
            let column = read.get_mut(index).and_then(Option::take);
            Ok(column.unwrap_or_else(|| new_null_array(field.data_type(), rows)))
        });
        let columns: Result<Vec<ArrayRef>> = columns.collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let schema = Arc::clone(&self.schema);
        Ok(RecordBatch::try_new_with_options(
            schema, columns?, &options,
        )?)
    }
}

/// One value for all rows.
fn repeated(value: &ArrayRef, rows: usize) -> Result<ArrayRef> {
    let indices = datafusion::arrow::array::UInt32Array::from(vec![0; rows]);
    Ok(match rows {
        0 => concat(&[&value.slice(0, 0)])?,
        _ => take(value, &indices, None)?,
    })
}

fn compressed(path: &Path) -> bool {
    path.extension() == Some("gz")
}

/// Batches from the bytes of an object.
fn decoded(
    reader: Reader,
    file: DataFile,
    chunks: impl Stream<Item = datafusion::object_store::Result<bytes::Bytes>> + Send + Unpin,
    rows: Rows,
) -> impl Stream<Item = Result<RecordBatch>> {
    stream::try_unfold(
        (chunks, rows, false),
        move |(mut chunks, mut rows, ended)| {
            let (reader, file) = (reader.clone(), file.clone());
            async move {
                let mut ended = ended;
                loop {
                    if let Some((columns, count)) = rows.take(ended, file.path.as_ref())? {
                        let batch = reader.assembled(&file, columns, count)?;
                        return Ok(Some((batch, (chunks, rows, ended))));
                    }
                    if ended {
                        return Ok(None);
                    }
                    match chunks.try_next().await? {
                        Some(chunk) => rows.push(&chunk, file.path.as_ref())?,
                        None => ended = true,
                    }
                }
            }
        },
    )
}
