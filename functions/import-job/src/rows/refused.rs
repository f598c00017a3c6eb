//! The rows that Personalize did not take, kept for a person to mend.

use aws_sdk_s3::primitives::ByteStream;
use shared::aws::failure;

use super::Rows;
use crate::{error::ImportError, step::Event};

/// The refused rows of one batch, with the reason of each.
#[derive(Debug, Default)]
pub(super) struct Refused(Vec<[String; 2]>);

impl Refused {
    /// Adds one.
    pub(super) fn add(&mut self, line: &str, why: &str) {
        self.0.push([why.to_owned(), line.to_owned()]);
    }

    /// How many.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Stores them as `rejected/import-job/<dataset>/<run>-<row>.csv`; the same batch sent again
    /// writes the same object.
    ///
    /// # Errors
    /// S3's, after its retries.
    pub(super) async fn store(
        &self,
        rows: &Rows,
        event: &Event,
        first: u64,
    ) -> Result<(), ImportError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut csv = csv::Writer::from_writer(Vec::new());
        let written = std::iter::once(&["reason".to_owned(), "row".to_owned()])
            .chain(&self.0)
            .try_for_each(|row| csv.write_record(row))
            .and_then(|()| csv.into_inner().map_err(|error| error.into_error().into()));
        let key = format!(
            "rejected/import-job/{}/{}-{first}.csv",
            event.dataset.name(),
            event.run
        );
        let bytes = written.map_err(|error| ImportError::Broken {
            location: key.clone(),
            message: error.to_string(),
        })?;
        rows.s3
            .put_object()
            .bucket(&rows.bucket)
            .key(key)
            .content_type("text/csv")
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map_err(failure("s3:PutObject"))?;
        Ok(())
    }
}
