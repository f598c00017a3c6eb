//! Reads the lines of the event log that the window needs.

use futures::{StreamExt, TryStreamExt, stream};
use interactions::{LogError, LogReader, Object, day_prefix, key_before};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use messages::key;
use serde::{Deserialize, Serialize};
use shared::fault::Fault;

use super::{
    judge::Rule,
    mark::{Mark, Under},
    window::Window,
};
use crate::{bucket::Bucket, error::AudienceError, spool::Spool};

/// Objects of single calls that are read at the same time.
const AT_ONCE: usize = 32;
/// The largest object that is read whole: a call's. Larger ones are of a day that was compacted.
const WHOLE: u64 = 1024 * 1024;
/// Seconds between the clock that named an object and the one that said when its lines were received.
const CLOCKS: i64 = 300;

/// A place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct At {
    day: Date,
    /// The last key that was read, or one that is before all that matter.
    after: String,
}

impl At {
    /// Where the window begins.
    pub(super) fn start(window: &Window) -> Result<Self, AudienceError> {
        let first = Timestamp::from_second(window.look_back - CLOCKS)?;
        Ok(Self {
            day: first.to_zoned(TimeZone::UTC).date(),
            after: key_before(first),
        })
    }
}

/// The log.
pub(super) struct Log<'a> {
    pub(super) reader: LogReader,
    pub(super) s3: &'a Bucket,
    pub(super) rule: &'a Rule<'a>,
}

impl Log<'_> {
    /// Takes the marks of a page of objects after `at`; gives where the next page begins.
    pub(super) async fn page(
        &self,
        at: &At,
        users: &mut Spool,
        sessions: &mut Spool,
    ) -> Result<Option<At>, AudienceError> {
        let prefix = day_prefix(at.day);
        let (objects, more) = self.reader.page_after(&prefix, &at.after).await?;
        let last = objects.last().map(|object| object.key.clone());
        let end = Timestamp::from_second(self.rule.window.started + CLOCKS)?;
        let too_late = key_before(end);
        // What is compacted is named otherwise, and comes after all calls of its day.
        let is_call = |object: &Object| object.key.ends_with(".jsonl");
        let matters = objects
            .into_iter()
            .filter(|object| !is_call(object) || object.key < too_late);
        let (small, large): (Vec<_>, Vec<_>) =
            matters.partition(|object| is_call(object) && object.size <= WHOLE);
        let mut read = stream::iter(small)
            .map(|object| self.whole(object))
            .buffer_unordered(AT_ONCE);
        while let Some(marks) = read.try_next().await? {
            for (under, mark) in marks {
                self.keep(under, &mark, users, sessions).await?;
            }
        }
        for object in large {
            self.stream(&object, users, sessions).await?;
        }
        Ok(match last {
            Some(after) if more => Some(At { day: at.day, after }),
            _ => self.next_day(at.day)?,
        })
    }

    fn next_day(&self, day: Date) -> Result<Option<At>, AudienceError> {
        let now = Timestamp::from_second(self.rule.window.started)?;
        let today = now.to_zoned(TimeZone::UTC).date();
        if day >= today {
            return Ok(None);
        }
        let day = day.tomorrow()?;
        Ok(Some(At {
            day,
            after: day_prefix(day),
        }))
    }

    async fn whole(&self, object: Object) -> Result<Vec<(Under, Mark)>, AudienceError> {
        let bytes = match self.reader.bytes(&object.key).await {
            // It was compacted since it was listed: what was in it is in a part, which comes later.
            Err(LogError::Aws(error)) if error.is_not_found() => return Ok(Vec::new()),
            bytes => bytes?,
        };
        let lines = bytes.split(|byte| *byte == b'\n');
        Ok(lines.filter_map(|line| Mark::of(line, self.rule)).collect())
    }

    async fn stream(
        &self,
        object: &Object,
        users: &mut Spool,
        sessions: &mut Spool,
    ) -> Result<(), AudienceError> {
        let mut lines = match self.reader.lines(&object.key).await {
            Err(LogError::Aws(error)) if error.is_not_found() => return Ok(()),
            lines => lines?,
        };
        while let Some(line) = lines.recv().await {
            let line = line.inspect_err(|error| {
                tracing::warn!(kind = error.kind().name(), "the log broke off");
            })?;
            if let Some((under, mark)) = Mark::of(&line, self.rule) {
                self.keep(under, &mark, users, sessions).await?;
            }
        }
        Ok(())
    }

    async fn keep(
        &self,
        under: Under,
        mark: &Mark,
        users: &mut Spool,
        sessions: &mut Spool,
    ) -> Result<(), AudienceError> {
        let spool = match under {
            Under::User => users,
            Under::Session => sessions,
        };
        let line = serde_json::to_vec(mark)?;
        let shard = key::shard(&mark.who) as usize;
        spool.add(self.s3, shard, &line).await?;
        Ok(())
    }
}
