//! Reads a split: the source on one side, the answer or spilled blocks on the other.

use arrow_array::RecordBatch;
use tokio::sync::mpsc;

use super::{Read, Rows, Server, Source};
use crate::{
    error::SourceError,
    message::{
        ReadRecordsRequest, ReadRecordsResponse, RemoteReadRecordsResponse, Response,
        S3SpillLocation,
    },
    spill::{KeySource, SpillStore, SpillWriter, Spilled, Written},
    version::SerDe,
};

impl<S: Source, P: SpillStore, K: KeySource> Server<S, P, K> {
    pub(super) async fn read(
        &self,
        request: ReadRecordsRequest,
        version: SerDe,
        statistics: &mut (u64, Spilled),
    ) -> Result<Response, SourceError> {
        self.check_place(&request.split.spill_location)?;
        let columns = request.schema.schema()?;
        let limits = self.spill.limits;
        let limits = limits.at_most(request.max_block_size, request.max_inline_block_size);
        let writer = SpillWriter::new(&self.spill.store, &request.split, columns.clone(), limits);
        let read = Read {
            query_id: request.query_id,
            table: request.table_name,
            columns: columns.clone(),
            properties: request.split.properties.clone(),
            constraints: request.constraints,
        };
        let (rows, receiver) = Rows::new(columns, self.backoff.clone());
        // Reading goes on while blocks are spilled.
        let (pushed, written) =
            tokio::join!(self.fill(&read, rows), drain(receiver, writer, version));
        // Reading fails, too, when spilling does: the cause is the latter.
        let (written, pushed) = (written?, pushed?);
        statistics.0 = pushed;
        Ok(match written {
            Written::Inline(records) => Response::ReadRecords(ReadRecordsResponse {
                catalog_name: request.catalog_name,
                records,
            }),
            Written::Spilled(spilled) => {
                let remote_blocks = spilled.blocks.clone();
                statistics.1 = spilled;
                Response::RemoteReadRecords(RemoteReadRecordsResponse {
                    catalog_name: request.catalog_name,
                    schema: request.schema,
                    remote_blocks,
                    encryption_key: request.split.encryption_key,
                })
            }
        })
    }

    /// Lets the source read, again while it throttles and has pushed nothing. Answers the number of
    /// rows.
    async fn fill(&self, read: &Read, mut rows: Rows) -> Result<u64, SourceError> {
        let begin = tokio::time::Instant::now();
        loop {
            match self.source.read(read, &mut rows).await {
                Ok(()) => return Ok(rows.pushed()),
                Err(SourceError::Throttled { retry_after })
                    if rows.pushed() == 0 && begin.elapsed() < self.backoff.patience =>
                {
                    let wait = self.backoff.after_throttling(retry_after);
                    if self.backoff.is_too_long(wait, begin) {
                        return Err(SourceError::Throttled { retry_after });
                    }
                    tokio::time::sleep(wait).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Rows go nowhere but where this server's splits said.
    fn check_place(&self, place: &S3SpillLocation) -> Result<(), SourceError> {
        let below = place.key.strip_prefix(&self.spill.prefix);
        let ours = place.bucket == self.spill.bucket
            && below.is_some_and(|below| below.starts_with('/'))
            && !place.key.contains("..");
        if ours {
            return Ok(());
        }
        let message = format!(
            "a split wants its rows at s3://{}/{}, which is not under s3://{}/{}/; plan the query anew",
            place.bucket, place.key, self.spill.bucket, self.spill.prefix
        );
        Err(SourceError::InvalidInput(message))
    }
}

async fn drain<P: SpillStore>(
    mut receiver: mpsc::Receiver<RecordBatch>,
    mut writer: SpillWriter<'_, P>,
    version: SerDe,
) -> Result<Written, SourceError> {
    while let Some(batch) = receiver.recv().await {
        writer.write(batch).await?;
    }
    writer.finish(version).await
}
