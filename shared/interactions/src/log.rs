//! Reading the event log: `events/day=YYYY-MM-DD/` holds an object a call (`<UUIDv7>.jsonl`, so that
//! listing is by time) and, once the day is compacted, `part-….jsonl.gz`. Objects are listed by pages
//! and read as streams: what is in memory does not depend on their number or size.

use std::io::{BufRead, BufReader, Read};

use aws_sdk_s3::{Client, operation::list_objects_v2::ListObjectsV2Output};
use flate2::read::MultiGzDecoder;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use shared::{
    aws::{AwsError, failure},
    fault::{Fault, FaultKind},
};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio_util::io::SyncIoBridge;
use uuid::Uuid;

/// Where the log is in the data bucket.
pub const PREFIX: &str = "events/";

/// The longest line that is read, in bytes: an event has 10 KB, and its ids a few more.
const MAX_LINE: u64 = 64 * 1024;

/// Lines that may wait between the thread that reads and who takes them.
const WAITING: usize = 256;

/// The log cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// S3 failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// An object broke off, or is not what its name says.
    #[error(
        "s3://{bucket}/{key} cannot be read to its end: {message}; try again, and look at the object if it fails again"
    )]
    Broken {
        /// The data bucket.
        bucket: String,
        /// The object.
        key: String,
        /// What was found.
        message: String,
    },
}

impl Fault for LogError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Aws(error) => error.kind(),
            Self::Broken { .. } => FaultKind::Retryable,
        }
    }
}

/// The prefix of a day (UTC).
#[must_use]
pub fn day_prefix(day: Date) -> String {
    format!("{PREFIX}day={day}/")
}

/// The key of the object `id`, received at `received`.
#[must_use]
pub fn new_key(received: Timestamp, id: Uuid) -> String {
    let day = received.to_zoned(TimeZone::UTC).date();
    format!("{}{id}.jsonl", day_prefix(day))
}

/// What the keys of the calls received at `received` or later come after, within the day.
#[must_use]
pub fn key_before(received: Timestamp) -> String {
    let day = received.to_zoned(TimeZone::UTC).date();
    let millis = format!("{:012x}", received.as_millisecond().max(0));
    let (high, low) = millis.split_at(8);
    format!("{}{high}-{low}", day_prefix(day))
}

/// An object of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// In bytes.
    pub size: u64,
}

/// The log, to be read.
#[derive(Debug, Clone)]
pub struct LogReader {
    client: Client,
    bucket: String,
}

/// The lines of one object, in order, without their line breaks.
pub type Lines = Receiver<Result<Vec<u8>, LogError>>;

impl LogReader {
    /// In `bucket`.
    #[must_use]
    pub fn new(client: Client, bucket: String) -> Self {
        Self { client, bucket }
    }

    /// One page of the objects under `prefix`, by key, and where the next one begins.
    ///
    /// # Errors
    /// S3's, after its retries.
    pub async fn page(
        &self,
        prefix: &str,
        next: Option<String>,
    ) -> Result<(Vec<Object>, Option<String>), AwsError> {
        let answer = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix)
            .set_continuation_token(next)
            .send()
            .await
            .map_err(failure("s3:ListObjectsV2"))?;
        let next = answer.next_continuation_token.clone();
        Ok((objects(answer), next))
    }

    /// The first objects under `prefix` whose keys come after `after`, by key, and whether there are more.
    ///
    /// # Errors
    /// S3's, after its retries.
    pub async fn page_after(
        &self,
        prefix: &str,
        after: &str,
    ) -> Result<(Vec<Object>, bool), AwsError> {
        let answer = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix)
            .start_after(after)
            .send()
            .await
            .map_err(failure("s3:ListObjectsV2"))?;
        let more = answer.is_truncated.unwrap_or(false);
        Ok((objects(answer), more))
    }

    /// All of the object `key`: for a call's object, which is small.
    ///
    /// # Errors
    /// S3's, and when the object broke off.
    pub async fn bytes(&self, key: &str) -> Result<Vec<u8>, LogError> {
        let answer = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
            .map_err(failure("s3:GetObject"))?;
        let body = answer.body.collect().await;
        let body = body.map_err(|error| LogError::Broken {
            bucket: self.bucket.clone(),
            key: key.to_owned(),
            message: error.to_string(),
        })?;
        Ok(body.to_vec())
    }

    /// The lines of the object `key`; unpacked when its name ends in `.gz`.
    ///
    /// # Errors
    /// S3's when the object cannot be opened; what happens later is among the lines, and the last.
    pub async fn lines(&self, key: &str) -> Result<Lines, LogError> {
        let answer = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
            .map_err(failure("s3:GetObject"))?;
        let (sender, lines) = mpsc::channel(WAITING);
        let bytes = SyncIoBridge::new(answer.body.into_async_read());
        let packed = key.ends_with(".gz");
        let broken = {
            let (bucket, key) = (self.bucket.clone(), key.to_owned());
            move |message: String| LogError::Broken {
                bucket,
                key,
                message,
            }
        };
        tokio::task::spawn_blocking(move || {
            let read = if packed {
                send_lines(BufReader::new(MultiGzDecoder::new(bytes)), &sender)
            } else {
                send_lines(BufReader::new(bytes), &sender)
            };
            if let Err(error) = read {
                drop(sender.blocking_send(Err(broken(error.to_string()))));
            }
        });
        Ok(lines)
    }
}

/// Sends the lines of `bytes` until they end, or nobody takes them.
fn send_lines(
    mut bytes: impl BufRead,
    lines: &Sender<Result<Vec<u8>, LogError>>,
) -> std::io::Result<()> {
    loop {
        let mut line = Vec::new();
        let read = bytes.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(());
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if u64::try_from(read).is_ok_and(|read| read == MAX_LINE) {
            let message = format!("a line is longer than {MAX_LINE} bytes");
            return Err(std::io::Error::other(message));
        }
        if !line.is_empty() && lines.blocking_send(Ok(line)).is_err() {
            return Ok(());
        }
    }
}

fn objects(page: ListObjectsV2Output) -> Vec<Object> {
    let objects = page.contents.unwrap_or_default().into_iter();
    let object = |object: aws_sdk_s3::types::Object| {
        Some(Object {
            size: object.size.and_then(|size| u64::try_from(size).ok())?,
            key: object.key?,
        })
    };
    objects.filter_map(object).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> (Vec<String>, bool) {
        let (sender, mut lines) = mpsc::channel(16);
        let complete = send_lines(bytes, &sender).is_ok();
        drop(sender);
        let mut texts = Vec::new();
        while let Ok(line) = lines.try_recv() {
            texts.push(String::from_utf8(line.unwrap()).unwrap());
        }
        (texts, complete)
    }

    #[test]
    fn the_last_line_may_lack_its_break_and_empty_ones_are_none() {
        let expected = vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(lines(b"a\n\nb"), (expected, true));
    }

    #[test]
    fn a_line_without_end_ends_the_reading() {
        let (read, complete) = lines(&vec![b'x'; 70_000]);
        assert!(read.is_empty() && !complete);
    }

    #[test]
    fn keys_of_a_time_come_after_its_mark() {
        let at = |seconds: u64| {
            let time = uuid::Timestamp::from_unix(uuid::NoContext, seconds, 0);
            let received = Timestamp::from_second(i64::try_from(seconds).unwrap()).unwrap();
            (new_key(received, Uuid::new_v7(time)), key_before(received))
        };
        let (earlier, _) = at(1_767_225_500);
        let (key, mark) = at(1_767_225_501);
        assert!(earlier < mark && mark < key);
        // A compacted day is after all of its calls.
        assert!(key < format!("{}part-0001.jsonl.gz", &key[..23]));
    }

    #[test]
    fn days_are_of_utc_and_keys_sort_by_time() {
        let received = Timestamp::from_second(1_767_225_599).unwrap();
        assert_eq!(
            new_key(received, Uuid::nil()),
            "events/day=2025-12-31/00000000-0000-0000-0000-000000000000.jsonl"
        );
    }
}
