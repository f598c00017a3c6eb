//! Lines that cannot be used, for somebody to look at: with their number and the reason.

use serde_json::json;

use super::{bucket::Bucket, cursor::Cursor};
use crate::error::ContactsError;

/// How much of them is in memory, in bytes.
const MOST: usize = 1024 * 1024;
/// How much of a line is shown, in characters.
const SHOWN: usize = 4_096;

/// Collects the rejected lines of a call.
pub(super) struct Rejected<'a> {
    bucket: &'a Bucket,
    /// `rejected/contacts/<file>/<call>`
    start: String,
    objects: u32,
    waiting: Vec<u8>,
    total: u64,
}

impl<'a> Rejected<'a> {
    /// For the call of `cursor`.
    pub(super) fn new(bucket: &'a Bucket, cursor: &Cursor) -> Self {
        Self {
            bucket,
            start: format!("rejected/contacts/{}/{:04}", cursor.file.name, cursor.call),
            objects: 0,
            waiting: Vec::new(),
            total: cursor.counts.rejected,
        }
    }

    /// Adds line `number`.
    pub(super) async fn add(
        &mut self,
        number: u64,
        text: &[u8],
        reason: &str,
    ) -> Result<(), ContactsError> {
        let text = String::from_utf8_lossy(text);
        let text: String = text.chars().take(SHOWN).collect();
        let line = json!({ "line": number, "reason": reason, "text": text });
        serde_json::to_writer(&mut self.waiting, &line)?;
        self.waiting.push(b'\n');
        self.total += 1;
        if self.waiting.len() >= MOST {
            self.flush().await?;
        }
        Ok(())
    }

    /// How many there are in the file so far.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Writes what is left.
    pub(super) async fn flush(&mut self) -> Result<(), ContactsError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let key = format!("{}-{:04}.jsonl", self.start, self.objects);
        self.bucket
            .put(&key, std::mem::take(&mut self.waiting))
            .await?;
        self.objects += 1;
        Ok(())
    }
}
