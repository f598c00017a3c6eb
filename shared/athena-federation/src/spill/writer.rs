//! Collects rows and decides: into the answer, or into spilled blocks.

use arrow_array::{RecordBatch, UInt32Array};
use arrow_schema::SchemaRef;
use arrow_select::{concat::concat_batches, take::take_record_batch};

use super::{SpillStore, seal};
use crate::{
    block::Block,
    error::{ProtocolError, SourceError},
    message::{S3SpillLocation, Split},
    version::SerDe,
};

/// The greatest answer, in bytes of JSON. Lambda takes 6 MB.
const INLINE_BYTES: u64 = 5_242_880;

/// The greatest block, in bytes.
const BLOCK_BYTES: u64 = 16_000_000;

/// What an Arrow message has besides its columns, and each column besides its values; at most.
const MESSAGE_BYTES: usize = 1_024;
const COLUMN_BYTES: usize = 128;

/// The greatest sizes, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of a spilled block.
    pub block: u64,
    /// Of rows within an answer, as they are in JSON.
    pub inline: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            block: BLOCK_BYTES,
            inline: INLINE_BYTES,
        }
    }
}

impl Limits {
    /// The smaller of both.
    #[must_use]
    pub fn at_most(self, block: u64, inline: u64) -> Self {
        Self {
            block: self.block.min(block),
            inline: self.inline.min(inline),
        }
    }
}

/// Where the rows are in the end.
#[derive(Debug)]
pub enum Written {
    /// Few enough for the answer.
    Inline(Block),
    /// In blocks.
    Spilled(Spilled),
}

/// Blocks that were spilled.
#[derive(Debug, Default)]
pub struct Spilled {
    /// Where they are, in order.
    pub blocks: Vec<S3SpillLocation>,
    /// Their bytes in all.
    pub bytes: u64,
}

/// Holds the rows of a block and no more: what a split reads does not depend on memory.
pub(crate) struct SpillWriter<'a, P> {
    store: &'a P,
    split: &'a Split,
    schema: SchemaRef,
    limits: Limits,
    pending: Vec<RecordBatch>,
    pending_bytes: usize,
    spilled: Spilled,
}

impl<'a, P: SpillStore> SpillWriter<'a, P> {
    pub(crate) fn new(store: &'a P, split: &'a Split, schema: SchemaRef, limits: Limits) -> Self {
        Self {
            store,
            split,
            schema,
            limits,
            pending: Vec::new(),
            pending_bytes: 0,
            spilled: Spilled::default(),
        }
    }

    /// Takes rows, spilling before they become too many.
    pub(crate) async fn write(&mut self, batch: RecordBatch) -> Result<(), SourceError> {
        let mut left = vec![batch];
        while let Some(batch) = left.pop() {
            let bytes = estimate(&batch)?;
            if bytes > self.block_bytes() && batch.num_rows() > 1 {
                let (first, second) = halves(&batch)?;
                left.extend([second, first]);
                continue;
            }
            if self.pending_bytes + bytes > self.block_bytes() {
                self.spill().await?;
            }
            self.pending_bytes += bytes;
            self.pending.push(batch);
        }
        Ok(())
    }

    /// Ends: small results stay with the answer.
    pub(crate) async fn finish(mut self, version: SerDe) -> Result<Written, SourceError> {
        if self.spilled.blocks.is_empty() {
            // Base64 makes four bytes of three. Not to be encoded for nothing, what is surely too
            // much is not tried.
            let worth_trying = self.pending_bytes / 2 < to_usize(self.limits.inline);
            if worth_trying {
                let block = Block::new(&self.rows()?, version)?;
                if block_json_bytes(&block) <= to_usize(self.limits.inline) {
                    return Ok(Written::Inline(block));
                }
            }
        }
        self.spill().await?;
        Ok(Written::Spilled(self.spilled))
    }

    fn block_bytes(&self) -> usize {
        to_usize(self.limits.block)
    }

    fn rows(&self) -> Result<RecordBatch, ProtocolError> {
        Ok(concat_batches(&self.schema, &self.pending)?)
    }

    /// Spills what is pending.
    async fn spill(&mut self) -> Result<(), SourceError> {
        let mut left = vec![self.rows()?];
        self.pending.clear();
        self.pending_bytes = 0;
        while let Some(batch) = left.pop().filter(|batch| batch.num_rows() > 0) {
            let body = seal(&batch, self.split.encryption_key.as_ref())?;
            if body.len() > self.block_bytes() {
                // The estimate was too low, which nested columns can do.
                let (first, second) = split_or_fail(&batch, body.len(), self.block_bytes())?;
                left.extend([second, first]);
                continue;
            }
            drop(batch);
            self.put(body).await?;
        }
        Ok(())
    }

    async fn put(&mut self, body: Vec<u8>) -> Result<(), SourceError> {
        let location = S3SpillLocation {
            bucket: self.split.spill_location.bucket.clone(),
            key: format!(
                "{}.{}",
                self.split.spill_location.key,
                self.spilled.blocks.len()
            ),
            directory: false,
        };
        self.spilled.bytes += body.len() as u64;
        let put = self.store.put(&location, body).await;
        put.map_err(SourceError::Failed)?;
        self.spilled.blocks.push(location);
        Ok(())
    }
}

/// Bytes of the Arrow message of `batch`, rather too many than too few.
fn estimate(batch: &RecordBatch) -> Result<usize, ProtocolError> {
    let mut bytes = MESSAGE_BYTES;
    for column in batch.columns() {
        bytes += column.to_data().get_slice_memory_size()?;
        // The marks of nulls are written even if there are none.
        bytes += column.len() / 8 + COLUMN_BYTES;
    }
    Ok(bytes)
}

/// Both halves of `batch`, each with memory of its own: slices of lists would count whole.
fn halves(batch: &RecordBatch) -> Result<(RecordBatch, RecordBatch), ProtocolError> {
    let rows = u32::try_from(batch.num_rows())
        .map_err(|_| ProtocolError::Broken("a batch has too many rows".to_owned()))?;
    let half = rows / 2;
    let first = take_record_batch(batch, &UInt32Array::from_iter_values(0..half))?;
    let second = take_record_batch(batch, &UInt32Array::from_iter_values(half..rows))?;
    Ok((first, second))
}

fn split_or_fail(
    batch: &RecordBatch,
    bytes: usize,
    limit: usize,
) -> Result<(RecordBatch, RecordBatch), SourceError> {
    if batch.num_rows() == 1 {
        let message = format!("a row of {bytes} bytes does not fit into a block of {limit}");
        return Err(SourceError::InvalidInput(message));
    }
    Ok(halves(batch)?)
}

fn block_json_bytes(block: &Block) -> usize {
    let base64 = |bytes: usize| bytes.div_ceil(3) * 4;
    base64(block.records.0.len()) + base64(block.schema.bytes()) + MESSAGE_BYTES
}

fn to_usize(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
