//! The object of a result, as Athena writes it: every value in quotes, NULL as nothing at all.

use std::sync::Arc;

use bytes::Bytes;
use datafusion::{
    arrow::{array::RecordBatch, error::ArrowError},
    object_store::buffered::BufWriter,
};
use tokio::io::AsyncWriteExt;

use super::failure::Failure;
use crate::{
    object_store::{Location, S3},
    text::TextColumn,
};

/// Bytes of a part of an upload; a smaller result is one object at once.
const PART: usize = 8 << 20;
/// Bytes that are written at a time.
const CHUNK: usize = 1 << 20;

/// Writes a result.
pub(crate) struct ResultFile {
    location: String,
    writer: BufWriter,
    buffer: String,
}

impl ResultFile {
    /// Begins an object; it is there when it is whole.
    ///
    /// # Errors
    /// When the location is none.
    pub(crate) fn create(s3: &S3, location: &str) -> Result<Self, Failure> {
        let failed = |problem: String| Failure::ResultNotWritten {
            location: location.to_owned(),
            problem,
        };
        let parsed = Location::parse(location);
        let parsed = parsed.ok_or_else(|| failed("it is not like s3://bucket/key".to_owned()))?;
        let path = parsed.path().map_err(|error| failed(error.to_string()))?;
        let bucket = Arc::new(s3.bucket(&parsed.bucket, None));
        Ok(Self {
            location: location.to_owned(),
            writer: BufWriter::with_capacity(bucket, path, PART),
            buffer: String::new(),
        })
    }

    /// Writes the names of the columns.
    ///
    /// # Errors
    /// When S3 does not take them.
    pub(crate) async fn header(&mut self, names: &[String]) -> Result<(), Failure> {
        for (index, name) in names.iter().enumerate() {
            separate(index, &mut self.buffer);
            quote(name, &mut self.buffer);
        }
        self.buffer.push('\n');
        self.flush(CHUNK).await
    }

    /// Writes rows.
    ///
    /// # Errors
    /// When a value has no text, or S3 does not take it.
    pub(crate) async fn rows(&mut self, batch: &RecordBatch) -> Result<(), Failure> {
        let columns: Result<Vec<TextColumn>, ArrowError> =
            batch.columns().iter().map(TextColumn::new).collect();
        let columns = columns.map_err(|error| Failure::user("NOT_SUPPORTED", error.to_string()))?;
        let mut text = String::new();
        for row in 0..batch.num_rows() {
            for (index, column) in columns.iter().enumerate() {
                separate(index, &mut self.buffer);
                if !column.is_null(row) {
                    text.clear();
                    column.write(row, &mut text);
                    quote(&text, &mut self.buffer);
                }
            }
            self.buffer.push('\n');
            self.flush(CHUNK).await?;
        }
        Ok(())
    }

    /// Writes a line of text as it is.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub(crate) async fn line(&mut self, line: &str) -> Result<(), Failure> {
        self.buffer.push_str(line);
        self.buffer.push('\n');
        self.flush(CHUNK).await
    }

    /// Makes the object whole.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub(crate) async fn finish(mut self) -> Result<(), Failure> {
        self.flush(0).await?;
        let finished = self.writer.shutdown().await;
        finished.map_err(|error| self.failed(&error))
    }

    /// Leaves nothing behind.
    pub(crate) async fn abort(mut self) {
        if let Err(error) = self.writer.abort().await {
            tracing::warn!(location = self.location, %error, "cannot abort an upload");
        }
    }

    async fn flush(&mut self, from: usize) -> Result<(), Failure> {
        if self.buffer.len() <= from {
            return Ok(());
        }
        let bytes = Bytes::from(std::mem::take(&mut self.buffer));
        let written = self.writer.put(bytes).await;
        written.map_err(|error| self.failed(&error))
    }

    fn failed(&self, problem: &dyn std::fmt::Display) -> Failure {
        Failure::ResultNotWritten {
            location: self.location.clone(),
            problem: problem.to_string(),
        }
    }
}

fn separate(index: usize, buffer: &mut String) {
    if index > 0 {
        buffer.push(',');
    }
}

fn quote(text: &str, buffer: &mut String) {
    buffer.push('"');
    for (index, part) in text.split('"').enumerate() {
        if index > 0 {
            buffer.push_str("\"\"");
        }
        buffer.push_str(part);
    }
    buffer.push('"');
}
