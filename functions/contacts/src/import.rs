//! A call for a file: as many lines as there is time for, and then where the next call goes on.

mod bucket;
mod cursor;
mod keep;
mod rejected;
mod rows;

use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use messages::MessagesTable;
use serde::Serialize;
use shared::{
    fault::{Fault, FaultKind},
    metrics::{self, Unit},
};

use crate::{
    error::ContactsError,
    line::{self, File, Reason, Said},
};
pub(crate) use bucket::Bucket;
use cursor::{Cursor, Format};
use keep::keep;
use rejected::Rejected;
use rows::Rows;

/// Files of contacts.
const IMPORTS: &str = "messages/import/";
/// The largest file, in bytes.
const MAX_BYTES: u64 = 10 * 1024 * 1024 * 1024;
/// Lines that are kept together.
const BATCH: usize = 200;
/// Of the time that a call has, this share is left for what is under way when it is over.
const LEFT: u32 = 4;

/// What became of a file, or of a part of it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Answer {
    file: String,
    lines: u64,
    contacts: u64,
    rejected: u64,
    done: bool,
}

impl Answer {
    fn nothing(key: &str) -> Self {
        Self {
            file: key.to_owned(),
            lines: 0,
            contacts: 0,
            rejected: 0,
            done: true,
        }
    }
}

/// Takes files.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) bucket: Bucket,
    pub(crate) table: MessagesTable,
}

/// A line that was read.
struct Read {
    number: u64,
    text: Vec<u8>,
    said: Result<Said, Reason>,
}

impl Import {
    /// Takes the file `key`, or goes on with the one that it says, until `deadline` is near.
    ///
    /// # Errors
    /// When nothing could be taken of it.
    pub(crate) async fn run(
        &self,
        key: &str,
        deadline: SystemTime,
    ) -> Result<Answer, ContactsError> {
        let left = deadline.duration_since(SystemTime::now());
        let left = left.unwrap_or(Duration::ZERO);
        let until = Instant::now() + left - left / LEFT;
        // Consoles make an empty object where they make a folder.
        if key.ends_with('/') {
            return Ok(Answer::nothing(key));
        }
        let mut cursor = match cursor::is_one(key) {
            true => self.bucket.cursor(key).await?,
            false => self.begin(key).await?,
        };
        let begun = cursor.offset;
        let mut rejected = Rejected::new(&self.bucket, &cursor);
        let before = cursor.counts;
        match self.take(&mut cursor, &mut rejected, until).await {
            Ok(()) => {}
            // What was kept is not to be kept again, and the next call may find the service well.
            Err(error) if error.kind() == FaultKind::Retryable && cursor.offset > begun => {
                tracing::warn!(%error, "goes on later");
            }
            Err(ContactsError::Aws(error)) if is_gone(&error) => {
                // A file that took its place has an event of its own.
                tracing::warn!("the file is gone, or another one");
                cursor.offset = cursor.bytes;
            }
            Err(error) => return Err(error),
        }
        rejected.flush().await?;
        let done = cursor.offset >= cursor.bytes;
        report(&before, &cursor.counts);
        self.bucket.end(&mut cursor, done).await?;
        Ok(Answer {
            file: cursor.file.key.clone(),
            lines: cursor.counts.lines,
            contacts: cursor.counts.contacts,
            rejected: cursor.counts.rejected,
            done,
        })
    }

    async fn begin(&self, key: &str) -> Result<Cursor, ContactsError> {
        let name = key.strip_prefix(IMPORTS).unwrap_or_default();
        let format = match name.rsplit_once('.') {
            Some((_, "jsonl")) => Format::Lines,
            Some((_, "csv")) => Format::Csv(None),
            _ => {
                return Err(ContactsError::NotContacts {
                    key: key.to_owned(),
                });
            }
        };
        let object = self.bucket.head(key).await?;
        if object.bytes > MAX_BYTES {
            return Err(ContactsError::TooLarge {
                key: key.to_owned(),
                bytes: object.bytes,
                most: MAX_BYTES,
            });
        }
        Ok(Cursor::new(key, name, format, object))
    }

    /// Takes lines until the file ends, or `until`; `cursor` is behind all that were kept.
    async fn take(
        &self,
        cursor: &mut Cursor,
        rejected: &mut Rejected<'_>,
        until: Instant,
    ) -> Result<(), ContactsError> {
        let file = File {
            source: cursor.file.source(),
            at: cursor.file.at,
            now: Timestamp::now().as_second(),
            opted_in_means_consent: false,
        };
        let mut rows = Rows::new(&self.bucket, cursor);
        while Instant::now() < until {
            let batch = rows.next(cursor, BATCH).await?;
            if batch.rows.is_empty() && batch.ended {
                cursor.offset = cursor.bytes;
                return Ok(());
            }
            let number = cursor.counts.lines;
            let lines = (number + 1..).zip(batch.rows);
            let read = lines.map(|(number, text)| Read {
                said: self.said(cursor, &text, &file),
                number,
                text,
            });
            let read: Vec<Read> = read.collect();
            let kept = keep(&self.table, &read, file.at).await?;
            for (number, text, reason) in kept.refused {
                rejected.add(number, &text, &reason).await?;
            }
            cursor.counts.lines += u64::try_from(read.len()).unwrap_or(u64::MAX);
            cursor.counts.contacts += kept.contacts;
            cursor.counts.rejected = rejected.total();
            cursor.offset = batch.behind;
        }
        Ok(())
    }

    fn said(&self, cursor: &Cursor, text: &[u8], file: &File) -> Result<Said, Reason> {
        match &cursor.format {
            Format::Csv(Some(heading)) => line::of_value(heading.line(text)?, file),
            _ => line::said(text, file),
        }
    }
}

fn is_gone(error: &shared::aws::AwsError) -> bool {
    error.is_not_found() || error.code() == "PreconditionFailed"
}

/// Numbers of lines are far below 2^53: exact as f64.
#[allow(clippy::cast_precision_loss)]
fn report(before: &cursor::Counts, now: &cursor::Counts) {
    let data = [
        (
            "ContactsImported",
            Unit::Count,
            (now.contacts - before.contacts) as f64,
        ),
        (
            "LinesRejected",
            Unit::Count,
            (now.rejected - before.rejected) as f64,
        ),
    ];
    metrics::emit("contacts", &[], &data);
}
