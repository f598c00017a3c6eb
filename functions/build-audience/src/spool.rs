//! Lines by bucket, in objects of a bounded size: what is in memory does not grow with their number.

use messages::key::SHARDS;
use serde::{Deserialize, Serialize};

use crate::{bucket::Bucket, error::AudienceError};

/// Buckets: the shards of people.
const BUCKETS: usize = SHARDS as usize;

/// How many objects each bucket has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Numbers(Vec<u32>);

impl Default for Numbers {
    fn default() -> Self {
        Self(vec![0; BUCKETS])
    }
}

impl Numbers {
    /// How many objects bucket `bucket` has.
    pub(crate) fn of(&self, bucket: usize) -> u32 {
        self.0.get(bucket).copied().unwrap_or_default()
    }

    /// How many there are in all.
    pub(crate) fn total(&self) -> u64 {
        self.0.iter().map(|number| u64::from(*number)).sum()
    }
}

/// When a bucket's lines are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Most {
    pub(crate) lines: u32,
    pub(crate) bytes: usize,
}

/// An object that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) bucket: usize,
    pub(crate) number: u32,
    pub(crate) lines: u32,
}

/// Lines on their way into objects.
#[derive(Debug)]
pub(crate) struct Spool {
    folder: String,
    most: Most,
    waiting: Vec<Waiting>,
    /// The objects written so far, those of earlier calls too.
    pub(crate) numbers: Numbers,
}

#[derive(Debug, Clone, Default)]
struct Waiting {
    bytes: Vec<u8>,
    lines: u32,
}

impl Spool {
    /// Goes on after the objects of `numbers` in `folder`, which ends with `/`.
    pub(crate) fn new(folder: String, most: Most, numbers: Numbers) -> Self {
        Self {
            folder,
            most,
            waiting: vec![Waiting::default(); BUCKETS],
            numbers,
        }
    }

    /// The key of one of its objects.
    pub(crate) fn key_of(&self, bucket: usize, number: u32) -> String {
        Self::key(&self.folder, bucket, number)
    }

    /// The key of an object.
    pub(crate) fn key(folder: &str, bucket: usize, number: u32) -> String {
        format!("{folder}{}.jsonl", name(bucket, number))
    }

    /// Adds `line`, which has no line break, to `bucket`; gives the object that it filled.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub(crate) async fn add(
        &mut self,
        s3: &Bucket,
        bucket: usize,
        line: &[u8],
    ) -> Result<Option<Written>, AudienceError> {
        let bucket = bucket % BUCKETS;
        let Some(waiting) = self.waiting.get_mut(bucket) else {
            return Ok(None);
        };
        waiting.bytes.extend_from_slice(line);
        waiting.bytes.push(b'\n');
        waiting.lines += 1;
        if waiting.lines < self.most.lines && waiting.bytes.len() < self.most.bytes {
            return Ok(None);
        }
        self.write(s3, bucket).await
    }

    /// Writes what is left, so that another call can go on.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub(crate) async fn flush(&mut self, s3: &Bucket) -> Result<Vec<Written>, AudienceError> {
        let mut written = Vec::new();
        for bucket in 0..BUCKETS {
            written.extend(self.write(s3, bucket).await?);
        }
        Ok(written)
    }

    async fn write(
        &mut self,
        s3: &Bucket,
        bucket: usize,
    ) -> Result<Option<Written>, AudienceError> {
        let (Some(waiting), Some(next)) =
            (self.waiting.get_mut(bucket), self.numbers.0.get_mut(bucket))
        else {
            return Ok(None);
        };
        let Waiting { bytes, lines } = std::mem::take(waiting);
        if lines == 0 {
            return Ok(None);
        }
        let number = *next;
        let key = Self::key(&self.folder, bucket, number);
        s3.put(&key, bytes).await?;
        *next += 1;
        Ok(Some(Written {
            bucket,
            number,
            lines,
        }))
    }
}

/// What an object is called: `03-0000`.
pub(crate) fn name(bucket: usize, number: u32) -> String {
    format!("{bucket:02}-{number:04}")
}
