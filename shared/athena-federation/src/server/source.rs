//! What a new source implements.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use indexmap::IndexMap;

use super::{Capabilities, Rows, partitions};
use crate::{
    error::{ProtocolError, SourceError},
    message::{Constraints, TableName},
};

/// What a split carries to who reads it.
pub type Properties = IndexMap<String, String>;

/// A table's columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// All columns, those of partitions included. Names are lower case: Athena asks for no others.
    pub schema: SchemaRef,
    /// The columns that all rows of a partition share.
    pub partition_columns: Vec<String>,
}

impl Table {
    /// A table without partitions.
    #[must_use]
    pub fn new(schema: SchemaRef) -> Self {
        Self {
            schema,
            partition_columns: Vec::new(),
        }
    }
}

/// A query about to be planned.
#[derive(Debug, Clone)]
pub struct Scan {
    /// The query's id in Athena.
    pub query_id: String,
    /// The table.
    pub table: TableName,
    /// The table's partition columns.
    pub partition_columns: Vec<String>,
    /// What the query wants.
    pub constraints: Constraints,
}

/// A split about to be read.
#[derive(Debug, Clone)]
pub struct Read {
    /// The query's id in Athena.
    pub query_id: String,
    /// The table.
    pub table: TableName,
    /// The wanted columns.
    pub columns: SchemaRef,
    /// What [`Source::splits`] said of the split.
    pub properties: Properties,
    /// What the query wants.
    pub constraints: Constraints,
}

/// A store of tables.
///
/// All calls but [`Self::read`] may be repeated. [`SourceError::Throttled`] makes the framework wait
/// and call again; from `read` only as long as no rows were pushed, so that none comes twice (a source
/// that reads page by page calls [`Rows::patiently`] for each page instead).
///
/// A source may answer more rows than the constraints ask for, never fewer: Athena filters again.
pub trait Source: Send + Sync {
    /// A short name for the kind of source, for logs.
    fn kind(&self) -> &str;

    /// All schemas.
    ///
    /// # Errors
    /// Whatever keeps the source from it.
    fn schemas(&self) -> impl Future<Output = Result<Vec<String>, SourceError>> + Send;

    /// The names of all tables in `schema`, in any order.
    ///
    /// # Errors
    /// [`SourceError::NotFound`] when there is no such schema.
    fn tables(&self, schema: &str)
    -> impl Future<Output = Result<Vec<String>, SourceError>> + Send;

    /// The table `name`.
    ///
    /// # Errors
    /// [`SourceError::NotFound`] when there is no such table.
    fn table(&self, name: &TableName) -> impl Future<Output = Result<Table, SourceError>> + Send;

    /// What of a query the source can do itself.
    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    /// The partitions that may have wanted rows, one per row, with the table's partition columns and
    /// any further columns [`Self::splits`] shall see. Tables without partitions have the one that the
    /// default answers.
    ///
    /// # Errors
    /// Whatever keeps the source from it.
    fn partitions(
        &self,
        scan: &Scan,
    ) -> impl Future<Output = Result<RecordBatch, SourceError>> + Send {
        let _ = scan;
        async { Ok(partitions::single()?) }
    }

    /// The parts into which `partitions` are read, the same ones in the same order each time.
    /// Athena reads them in parallel. By default each partition is one, with its values as
    /// properties.
    ///
    /// # Errors
    /// Whatever keeps the source from it.
    fn splits(
        &self,
        scan: &Scan,
        partitions: &RecordBatch,
    ) -> impl Future<Output = Result<Vec<Properties>, SourceError>> + Send {
        let splits = partitions::splits(partitions, &scan.partition_columns);
        async { Ok(splits) }
    }

    /// Reads a split into `rows`, in batches of any size with at least the wanted columns.
    ///
    /// # Errors
    /// Whatever keeps the source from it; errors of [`Rows::push`] have to be handed on.
    fn read(
        &self,
        read: &Read,
        rows: &mut Rows,
    ) -> impl Future<Output = Result<(), SourceError>> + Send;
}

impl Scan {
    /// The partitions that the constraints do not exclude.
    pub(super) fn wanted(&self, all: &RecordBatch) -> Result<RecordBatch, ProtocolError> {
        partitions::wanted(all, &self.constraints)
    }
}
