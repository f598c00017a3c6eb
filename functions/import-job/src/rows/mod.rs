//! New items and users by PutItems and PutUsers: what is too little for an import job.
//!
//! Ten rows a call, ten calls a second, as Personalize allows. How far it came is stored every second;
//! a call that was killed, or that ran out of its time, is gone on with by the next one. A row sent
//! twice is the same row.

mod lines;
mod record;
mod refused;

use std::time::{Duration, Instant};

use shared::{
    config::{Dataset, DatasetType},
    estate::Estate,
    metadata::{self, BATCH, PAUSE},
    metrics::{self, Unit},
    operations::{ImportMode, Progress},
};
use tokio::time::sleep;

use crate::{error::ImportError, step::Event};
use lines::Lines;
use record::Layout;
use refused::Refused;

/// The least records of an import job.
const MIN_RECORDS: u64 = 1_000;
/// Calls between two checkpoints.
const CALLS_PER_CHECKPOINT: u32 = 10;
/// How long one invocation sends, well within the function's time-out.
const BUDGET: Duration = Duration::from_secs(60);

/// Whether so many rows go one by one. Interactions do not: PutEvents is for those of now.
pub(crate) fn are_few(dataset: DatasetType, mode: ImportMode, rows: u64) -> bool {
    mode == ImportMode::Incremental && dataset != DatasetType::Interactions && rows < MIN_RECORDS
}

/// Sends rows.
pub(crate) struct Rows {
    /// The service.
    pub(crate) personalize: aws_sdk_personalizeevents::Client,
    /// Where they are.
    pub(crate) s3: aws_sdk_s3::Client,
    /// The data bucket.
    pub(crate) bucket: String,
}

/// How far one invocation came.
pub(crate) struct Sent {
    /// Since the run began.
    pub(crate) progress: Progress,
    /// Whether that is all.
    pub(crate) done: bool,
}

impl Rows {
    /// Sends the rows of the CSV file `event.location`, from where the run stopped.
    ///
    /// # Errors
    /// When the file cannot be read, or Personalize does not answer after the client's retries: the
    /// next invocation goes on from the last checkpoint.
    pub(crate) async fn send(
        &self,
        estate: &Estate,
        declared: &Dataset,
        dataset_arn: &str,
        event: &Event,
    ) -> Result<Sent, ImportError> {
        let started = Instant::now();
        let operations = &estate.operations;
        let mut progress = operations.progress(event.dataset, &event.run).await?;
        let before = progress.clone();
        let mut lines = Lines::open(&self.s3, &self.bucket, &event.location).await?;
        let header = lines.next().await?.unwrap_or_default();
        let schema = estate.config.schema_of(declared);
        let layout = Layout::of(event.dataset, schema, &header, &event.location)?;
        lines.skip(progress.rows).await?;
        let mut calls = 0;
        let done = loop {
            let batch = lines.batch(BATCH).await?;
            if batch.is_empty() {
                break true;
            }
            let refused = self
                .put(dataset_arn, event.dataset, &layout, &batch)
                .await?;
            refused.store(self, event, progress.rows).await?;
            progress.rows += count(batch.len());
            progress.refused += count(refused.len());
            calls += 1;
            if calls % CALLS_PER_CHECKPOINT == 0 {
                operations.put_progress(event.dataset, &progress).await?;
            }
            if started.elapsed() > BUDGET {
                break false;
            }
            sleep(PAUSE).await;
        };
        operations.put_progress(event.dataset, &progress).await?;
        emit(event.dataset, &before, &progress);
        if done && progress.rows > 0 && progress.refused == progress.rows {
            return Err(ImportError::AllRefused {
                dataset: event.dataset.name(),
                run: event.run.clone(),
            });
        }
        Ok(Sent { progress, done })
    }

    /// Sends one batch; gives the lines that Personalize does not take.
    async fn put(
        &self,
        dataset_arn: &str,
        dataset: DatasetType,
        layout: &Layout,
        lines: &[String],
    ) -> Result<Refused, ImportError> {
        let rows = lines
            .iter()
            .map(|line| layout.row(line))
            .collect::<Result<Vec<_>, _>>()?;
        let mut refused = Refused::default();
        for row in metadata::put(&self.personalize, dataset, dataset_arn, &rows).await? {
            if let Some(line) = lines.get(row.place) {
                refused.add(line, &row.why);
            }
        }
        Ok(refused)
    }
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}

fn emit(dataset: DatasetType, before: &Progress, now: &Progress) {
    let refused = now.refused - before.refused;
    // At most a thousand: exact as f64.
    #[allow(clippy::cast_precision_loss)]
    let (sent, refused) = ((now.rows - before.rows - refused) as f64, refused as f64);
    metrics::emit(
        "import-job",
        &[("dataset", dataset.name())],
        &[
            ("RowsSent", Unit::Count, sent),
            ("RowsRefused", Unit::Count, refused),
        ],
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_few_new_items_and_users_go_one_by_one() {
        let few = |dataset, mode, rows| are_few(dataset, mode, rows);
        assert!(few(DatasetType::Items, ImportMode::Incremental, 999));
        assert!(!few(DatasetType::Items, ImportMode::Incremental, 1_000));
        assert!(!few(DatasetType::Users, ImportMode::Full, 10));
        assert!(!few(DatasetType::Interactions, ImportMode::Incremental, 10));
    }
}
