//! Where a source puts its rows.

use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::SchemaRef;
use tokio::sync::mpsc;

use crate::{backoff::Backoff, error::SourceError};

/// Takes rows of one split. They are spilled while the source goes on reading; a source that is
/// faster than the store waits in [`Self::push`].
#[derive(Debug)]
pub struct Rows {
    columns: SchemaRef,
    sender: mpsc::Sender<RecordBatch>,
    backoff: Arc<Backoff>,
    pushed: u64,
}

impl Rows {
    /// Rows of `columns`, and who takes them.
    pub(super) fn new(
        columns: SchemaRef,
        backoff: Arc<Backoff>,
    ) -> (Self, mpsc::Receiver<RecordBatch>) {
        let (sender, receiver) = mpsc::channel(1);
        let rows = Self {
            columns,
            sender,
            backoff,
            pushed: 0,
        };
        (rows, receiver)
    }

    /// Takes `batch`. Its columns are found by name; those that the query does not want are dropped.
    ///
    /// # Errors
    /// [`SourceError::InvalidInput`] when a wanted column is not there or of another type;
    /// [`SourceError::Failed`] when rows cannot be taken any more, because spilling failed.
    pub async fn push(&mut self, batch: RecordBatch) -> Result<(), SourceError> {
        let batch = self.wanted(&batch)?;
        self.pushed += batch.num_rows() as u64;
        let sent = self.sender.send(batch).await;
        sent.map_err(|_| SourceError::failed("spilling has ended, so that reading ends, too"))
    }

    /// How many rows were pushed.
    #[must_use]
    pub fn pushed(&self) -> u64 {
        self.pushed
    }

    /// Calls the source, and while it throttles, waits and calls again: see [`Backoff::call`].
    ///
    /// # Errors
    /// What `call` fails with.
    pub async fn patiently<T, F>(&self, call: impl FnMut() -> F) -> Result<T, SourceError>
    where
        F: Future<Output = Result<T, SourceError>>,
    {
        self.backoff.call(call).await
    }

    fn wanted(&self, batch: &RecordBatch) -> Result<RecordBatch, SourceError> {
        let mut columns = Vec::with_capacity(self.columns.fields().len());
        for field in self.columns.fields() {
            let column = batch
                .column_by_name(field.name())
                .filter(|column| column.data_type() == field.data_type())
                .ok_or_else(|| {
                    let (name, data_type) = (field.name(), field.data_type());
                    let message = format!(
                        "the source's rows have no column `{name}` of the type {data_type}, \
                         which the query wants"
                    );
                    SourceError::InvalidInput(message)
                })?;
            columns.push(column.clone());
        }
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(self.columns.clone(), columns, &options)
            .map_err(SourceError::failed)
    }
}
