//! Follows the event log: lists what is new, reads it in order, counts it.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    time::Instant,
};

use experiment::definition::{Method, Status};
use flate2::bufread::MultiGzDecoder;
use futures::{StreamExt, stream};

use super::{
    cursor::{self, Cursor, Object},
    history::History,
    ledger::Ledger,
    line::{self, Event, Read},
};
use crate::{
    error::ServiceError,
    store::{Drafts, EventLog},
};

/// How many objects are read at a time; they are counted in order.
const AT_A_TIME: usize = 32;
/// How an answer is named that `recommend` put together itself.
const OUR_ANSWERS: &str = "LST-";
/// How many events of a part are counted at a time.
const BATCH: usize = 1_000;

/// The log, and what is needed to understand it.
#[derive(Debug)]
pub(crate) struct Follower {
    pub(crate) log: EventLog,
    pub(crate) drafts: Drafts,
}

/// What a look at the log came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Objects read.
    pub(crate) objects: u64,
    /// Lines counted.
    pub(crate) events: u64,
    /// Lines that are none of the log.
    pub(crate) unreadable: u64,
    /// Whether everything settled is counted.
    pub(crate) is_caught_up: bool,
}

impl Follower {
    /// Counts what was written before `settled` (epoch seconds), until that is done or it is `until`.
    ///
    /// # Errors
    /// S3's and DynamoDB's; the cursor is where counting ended, with everything before it counted.
    pub(crate) async fn follow(
        &self,
        cursor: &mut Cursor,
        ledger: &mut Ledger,
        history: &History,
        (settled, until): (i64, Instant),
    ) -> Result<Counted, ServiceError> {
        let mut counted = Counted::default();
        while Instant::now() < until {
            let prefix = cursor.prefix();
            let page = self.log.list(&prefix, cursor.key.as_deref()).await?;
            let is_over = cursor.next_day(settled).is_some();
            let is_due = |key: &String| match cursor::object(key) {
                Object::Call { at } => at < settled,
                Object::Part => is_over,
                Object::Other => true,
            };
            let due: Vec<String> = page
                .keys
                .iter()
                .take_while(|key| is_due(key))
                .cloned()
                .collect();
            let all = due.len() == page.keys.len();
            let read = self
                .read(due, cursor, ledger, history, &mut counted)
                .await?;
            if !(all && read) {
                // Younger ones wait for the next look; what was compacted meanwhile is listed again.
                counted.is_caught_up = !all;
                return Ok(counted);
            }
            if !page.more {
                match cursor.next_day(settled) {
                    Some(next) => *cursor = next,
                    None => {
                        counted.is_caught_up = true;
                        return Ok(counted);
                    }
                }
            }
        }
        Ok(counted)
    }

    /// Reads objects in order; false when one has gone since it was listed.
    async fn read(
        &self,
        keys: Vec<String>,
        cursor: &mut Cursor,
        ledger: &mut Ledger,
        history: &History,
        counted: &mut Counted,
    ) -> Result<bool, ServiceError> {
        let objects = keys.into_iter().map(|key| async move {
            let content = match cursor::object(&key) {
                Object::Other => Ok(Some(Vec::new())),
                Object::Call { .. } | Object::Part => self.log.get(&key).await,
            };
            content.map(|content| (key, content))
        });
        let mut objects = stream::iter(objects).buffered(AT_A_TIME);
        while let Some(object) = objects.next().await {
            let (key, Some(content)) = object? else {
                return Ok(false);
            };
            let from = match cursor::object(&key) {
                Object::Part => cursor.at,
                Object::Call { .. } | Object::Other => i64::MIN,
            };
            self.count(&content, from, ledger, history, counted).await?;
            if let Object::Call { at } = cursor::object(&key) {
                cursor.at = cursor.at.max(at);
            }
            counted.objects += 1;
            cursor.key = Some(key);
        }
        Ok(true)
    }

    /// Counts the lines of an object that were received at `from` or later.
    async fn count(
        &self,
        content: &[u8],
        from: i64,
        ledger: &mut Ledger,
        history: &History,
        counted: &mut Counted,
    ) -> Result<(), ServiceError> {
        let mut events = Vec::new();
        for line in lines(content) {
            match line::read(&line) {
                Read::Event(event) if event.received_at >= from => events.push(*event),
                Read::Event(_) | Read::Other => {}
                Read::Unreadable => counted.unreadable += 1,
            }
            if events.len() >= BATCH {
                self.take(&mut events, ledger, history, counted).await?;
            }
        }
        self.take(&mut events, ledger, history, counted).await
    }

    async fn take(
        &self,
        events: &mut Vec<Event>,
        ledger: &mut Ledger,
        history: &History,
        counted: &mut Counted,
    ) -> Result<(), ServiceError> {
        let answers = blended_answers(events, history);
        let drafts = self.drafts.get(&answers).await?;
        for event in events.drain(..) {
            ledger.take(&event, history.at(event.received_at), &drafts);
            counted.events += 1;
        }
        Ok(())
    }
}

/// The lines of an object, compressed or not; what cannot be unpacked is one unreadable line.
fn lines(content: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let is_gzip = content.starts_with(&[0x1f, 0x8b]);
    let reader: Box<dyn BufRead + Send + '_> = if is_gzip {
        Box::new(BufReader::new(MultiGzDecoder::new(content)))
    } else {
        Box::new(content)
    };
    let mut lines = reader.split(b'\n');
    let mut failed = false;
    std::iter::from_fn(move || {
        if failed {
            return None;
        }
        let line = lines.next()?;
        failed = line.is_err();
        Some(line.unwrap_or_else(|_| vec![0]))
    })
    .filter(|line| !line.is_empty())
}

/// Answers that events follow from and that may have been blended for a running experiment.
fn blended_answers(events: &[Event], history: &History) -> Vec<String> {
    let is_blending = |at: i64| {
        let experiments = history.at(at).map(|known| known.experiments.as_slice());
        experiments
            .unwrap_or_default()
            .iter()
            .any(|one| one.method == Method::Interleaving && one.status == Status::Running)
    };
    let answers = events
        .iter()
        .filter(|event| is_blending(event.received_at))
        .filter_map(|event| event.recommendation.clone())
        .filter(|answer| answer.starts_with(OUR_ANSWERS));
    answers.collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    #[test]
    fn lines_come_out_of_plain_and_compressed_objects() {
        let plain = b"a\n\nb\n".to_vec();
        let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
        gz.write_all(&plain).unwrap();
        let packed = gz.finish().unwrap();
        for content in [&plain, &packed] {
            let read: Vec<_> = lines(content).collect();
            assert_eq!(read, [b"a".to_vec(), b"b".to_vec()]);
        }
        let broken = &packed[..packed.len() - 12];
        assert_eq!(lines(broken).last(), Some(vec![0]), "one unreadable line");
    }
}
