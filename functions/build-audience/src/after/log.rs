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
        let page = Page::of(objects, more);
        let end = Timestamp::from_second(self.rule.window.started + CLOCKS)?;
        let too_late = key_before(end);
        let matters = page
            .objects
            .iter()
            .filter(|object| !is_call(object) || object.key < too_late);
        let (large, small): (Vec<_>, Vec<_>) = matters.partition(|object| is_large(object));
        let mut read = stream::iter(small)
            .map(|object| self.whole(object))
            .buffer_unordered(AT_ONCE);
        let mut is_gone = false;
        while let Some(marks) = read.try_next().await? {
            is_gone |= marks.is_none();
            for (under, mark) in marks.into_iter().flatten() {
                self.keep(under, &mark, users, sessions).await?;
            }
        }
        for object in large {
            is_gone |= !self.stream(object, users, sessions).await?;
        }
        Ok(match page.rest(is_gone) {
            Some(after) => Some(At { day: at.day, after }),
            None => self.next_day(at.day)?,
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

    /// The marks of a call's object; nothing when it is gone: it was compacted since it was listed, and what
    /// was in it is in a part, which comes later.
    async fn whole(&self, object: &Object) -> Result<Option<Vec<(Under, Mark)>>, AudienceError> {
        let bytes = match self.reader.bytes(&object.key).await {
            Err(LogError::Aws(error)) if error.is_not_found() => return Ok(None),
            bytes => bytes?,
        };
        let lines = bytes.split(|byte| *byte == b'\n');
        let marks = lines.filter_map(|line| Mark::of(line, self.rule));
        Ok(Some(marks.collect()))
    }

    /// Takes the marks of a large object; false when it is gone.
    async fn stream(
        &self,
        object: &Object,
        users: &mut Spool,
        sessions: &mut Spool,
    ) -> Result<bool, AudienceError> {
        let mut lines = match self.reader.lines(&object.key).await {
            Err(LogError::Aws(error)) if error.is_not_found() => return Ok(false),
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
        Ok(true)
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

/// What is read before time is looked at again.
struct Page {
    objects: Vec<Object>,
    /// Whether the day has more behind them.
    more: bool,
}

impl Page {
    /// Of the listed `objects` those up to the first large one: a list of large ones may take longer than a
    /// call has.
    fn of(mut objects: Vec<Object>, more: bool) -> Self {
        let all = objects.len();
        let large = objects.iter().position(is_large);
        objects.truncate(large.map_or(all, |large| large + 1));
        let more = more || objects.len() < all;
        Self { objects, more }
    }

    /// The key that the rest of the day comes after, when there is one. Where an object `is_gone` there may be
    /// a part that was not there when they were listed.
    fn rest(&self, is_gone: bool) -> Option<String> {
        let last = self.objects.last().filter(|_| self.more || is_gone)?;
        Some(last.key.clone())
    }
}

/// What is compacted is named otherwise, and comes after all calls of its day.
fn is_call(object: &Object) -> bool {
    object.key.ends_with(".jsonl")
}

fn is_large(object: &Object) -> bool {
    !is_call(object) || object.size > WHOLE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(keys: &[&str], more: bool) -> Page {
        let objects = keys.iter().map(|key| Object {
            key: (*key).to_owned(),
            size: 1,
        });
        Page::of(objects.collect(), more)
    }

    #[test]
    fn a_page_has_one_large_object_at_most() {
        let mixed = page(
            &["1.jsonl", "2.jsonl", "part-1.jsonl.gz", "part-2.jsonl.gz"],
            false,
        );
        assert_eq!(mixed.objects.len(), 3);
        assert_eq!(mixed.rest(false).as_deref(), Some("part-1.jsonl.gz"));
        let last = page(&["part-2.jsonl.gz"], false);
        assert_eq!((last.objects.len(), last.rest(false)), (1, None));
    }

    #[test]
    fn where_an_object_is_gone_the_day_is_listed_on() {
        let calls = page(&["1.jsonl", "2.jsonl"], false);
        assert_eq!(calls.rest(false), None);
        assert_eq!(calls.rest(true).as_deref(), Some("2.jsonl"), "its part");
        assert_eq!(page(&[], false).rest(false), None);
        let more = page(&["1.jsonl"], true);
        assert_eq!(more.rest(false).as_deref(), Some("1.jsonl"));
    }
}
