//! Loads the results of a batch job: streams its objects, a line a list, and stores the lists. What is
//! in memory is bounded by a window of lists, whatever the results have; a call stops at the end of a
//! line before Lambda stops it, and the next goes on from there. Storing a list again does no harm.

mod line;
mod lines;
mod parts;
mod results;

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use bytes::Bytes;
use shared::{
    lists::{Lists, ReadyMadeList},
    metrics::{Unit, emit},
};
use tokio::sync::mpsc::{self, Receiver, Sender};

use self::{
    lines::{Found, Rejected, read_lines},
    parts::Stamp,
    results::{OUTPUT, Object, Results},
};
use crate::{
    error::LoadError,
    request::{Batch, Cursor, LIST_SECONDS, Loaded},
};

/// How long a call works: Lambda stops it after 15 minutes, and one line may be a segment of millions.
const WORK: Duration = Duration::from_secs(600);
/// Lists that are stored at once.
const WINDOW: usize = 100;
/// Rejected lines that are kept of an object in one call; all are counted.
const MAX_KEPT: usize = 1_000;
/// Chunks, and lists, that may wait between the threads.
const WAITING: usize = 16;

/// The results of batch jobs.
#[derive(Debug)]
pub(crate) struct Loader {
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) bucket: String,
}

/// Where a call stands.
struct Progress<'a> {
    lists: &'a Lists,
    stamp: Stamp,
    deadline: Instant,
    cursor: Cursor,
    /// The list of each key that is not stored yet; of two the later one holds.
    window: HashMap<String, ReadyMadeList>,
    kept: Vec<Rejected>,
}

/// How an object was left.
#[derive(Debug, PartialEq, Eq)]
enum Left {
    AtItsEnd,
    ForTheNextCall,
}

impl Loader {
    /// Loads what can be loaded in one call.
    pub(crate) async fn load(&self, lists: &Lists, batch: Batch) -> Result<Loaded, LoadError> {
        if !batch.output.starts_with(OUTPUT) {
            return Err(LoadError::Output {
                output: batch.output,
            });
        }
        let results = Results {
            s3: &self.s3,
            bucket: &self.bucket,
        };
        let objects = results.objects(&batch.output).await?;
        if objects.is_empty() {
            return Err(LoadError::NoResults {
                output: batch.output,
            });
        }
        let mut progress = Progress::new(lists, &batch.job, batch.cursor);
        let before = progress.cursor.clone();
        let done = progress.through(&results, &objects).await?;
        let cursor = progress.cursor;
        count(&batch.job, &before, &cursor);
        Ok(Loaded {
            job: batch.job,
            done,
            lists: cursor.lists,
            rejected: cursor.rejected,
            cursor: (!done).then_some(cursor),
        })
    }
}

impl<'a> Progress<'a> {
    fn new(lists: &'a Lists, job: &str, cursor: Option<Cursor>) -> Self {
        let now = jiff::Timestamp::now().as_second();
        Self {
            lists,
            stamp: Stamp {
                source: job.to_owned(),
                updated_at: now,
                expires_at: now + LIST_SECONDS,
            },
            deadline: Instant::now() + WORK,
            cursor: cursor.unwrap_or_default(),
            window: HashMap::new(),
            kept: Vec::new(),
        }
    }

    /// Goes through the objects from the cursor on; whether it came to the end.
    async fn through(
        &mut self,
        results: &Results<'_>,
        objects: &[Object],
    ) -> Result<bool, LoadError> {
        for object in objects {
            if object.key < self.cursor.key {
                continue;
            }
            if object.key > self.cursor.key {
                self.cursor.key.clone_from(&object.key);
                self.cursor.offset = 0;
            }
            let start = self.cursor.offset;
            let left = self.object(results, object).await?;
            if !self.kept.is_empty() {
                let kept = results.reject(&object.key, start, &self.kept).await?;
                tracing::warn!(rejected = self.kept.len(), kept, "lines are no answers");
                self.kept.clear();
            }
            if left == Left::ForTheNextCall {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn object(&mut self, results: &Results<'_>, object: &Object) -> Result<Left, LoadError> {
        let offset = self.cursor.offset;
        if offset >= object.size {
            return Ok(Left::AtItsEnd);
        }
        let body = results.bytes(&object.key, offset).await?;
        let (bytes, incoming) = mpsc::channel(WAITING);
        let (found, outgoing) = mpsc::channel(WAITING);
        let stamp = self.stamp.clone();
        let reader =
            tokio::task::spawn_blocking(move || read_lines(incoming, offset, &stamp, &found));
        let ((), left) = tokio::join!(feed(body, bytes), self.store(outgoing));
        reader.await.map_err(|error| LoadError::Reader {
            key: object.key.clone(),
            message: error.to_string(),
        })?;
        left
    }

    /// Stores what is found until there is no more, or no time. Dropping `found` ends the reader.
    async fn store(&mut self, mut found: Receiver<Found>) -> Result<Left, LoadError> {
        let start = self.cursor.offset;
        let mut end = start;
        while let Some(one) = found.recv().await {
            match one {
                Found::List(list) => {
                    self.window.insert(list.list_key.clone(), list);
                    if self.window.len() >= WINDOW {
                        self.flush(end).await?;
                    }
                }
                Found::Line {
                    end: line_end,
                    rejected,
                } => {
                    end = line_end;
                    self.line(rejected);
                    if Instant::now() >= self.deadline {
                        self.flush(end).await?;
                        return Ok(Left::ForTheNextCall);
                    }
                }
                Found::Broken(message) => {
                    self.flush(end).await?;
                    if end == start {
                        let key = self.cursor.key.clone();
                        return Err(LoadError::BrokenOff { key, end, message });
                    }
                    tracing::warn!(offset = end, message, "the download broke off");
                    return Ok(Left::ForTheNextCall);
                }
            }
        }
        self.flush(end).await?;
        Ok(Left::AtItsEnd)
    }

    fn line(&mut self, rejected: Option<Rejected>) {
        let Some(rejected) = rejected else {
            self.cursor.lists += 1;
            return;
        };
        self.cursor.rejected += 1;
        if self.kept.len() < MAX_KEPT {
            self.kept.push(rejected);
        }
    }

    /// Stores the window: then everything before the byte `end` is in the table.
    async fn flush(&mut self, end: u64) -> Result<(), LoadError> {
        let lists: Vec<ReadyMadeList> = self.window.drain().map(|(_, list)| list).collect();
        if !lists.is_empty() {
            self.lists.put_all(&lists).await?;
        }
        self.cursor.offset = end;
        Ok(())
    }
}

/// Hands the bytes to the reader until they end, or it has.
async fn feed(mut body: aws_sdk_s3::primitives::ByteStream, reader: Sender<Result<Bytes, String>>) {
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| error.to_string());
        let is_broken = chunk.is_err();
        if reader.send(chunk).await.is_err() || is_broken {
            return;
        }
    }
}

fn count(job: &str, before: &Cursor, now: &Cursor) {
    // Counts of one call: far below what f64 holds exactly.
    #[allow(clippy::cast_precision_loss)]
    let more = |now: u64, before: u64| now.saturating_sub(before) as f64;
    emit(
        "load-recommendations",
        &[("list", job)],
        &[
            ("ListsLoaded", Unit::Count, more(now.lists, before.lists)),
            (
                "LinesRejected",
                Unit::Count,
                more(now.rejected, before.rejected),
            ),
        ],
    );
}
