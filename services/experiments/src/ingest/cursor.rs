//! Up to where the event log was read, and what comes next.
//!
//! Objects of a day are named by UUIDs of version 7, so their order is that of time. When a day is over
//! they are compacted into parts, `part-<number>-<first>-<last>.jsonl.gz`, which say by their names what
//! they hold: the place in the log is an id, wherever the object of that id is now.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cursor {
    /// The day (UTC).
    pub(crate) day: Date,
    /// The last call of the day that was read, by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last: Option<String>,
    /// The moment up to which everything was read, in epoch seconds.
    pub(crate) at: i64,
}

/// What an object of the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Object {
    /// One call's lines.
    Call(Uuid),
    /// Those of many calls of a finished day, compressed; up to this one.
    Part(Uuid),
    /// Nothing of the log.
    Other,
}

impl Cursor {
    /// The start of the day of `at` (epoch seconds).
    pub(crate) fn at(at: i64) -> Self {
        let moment = Timestamp::from_second(at).unwrap_or_default();
        Self {
            day: moment.to_zoned(TimeZone::UTC).date(),
            last: None,
            at,
        }
    }

    /// Everything up to the call `last` was read.
    pub(crate) fn read(&mut self, last: Uuid) {
        self.last = Some(last.to_string());
        self.at = self.at.max(second(last));
    }

    /// Whether the call was not read yet. As texts ids have the same order.
    pub(crate) fn is_before(&self, call: Uuid) -> bool {
        self.last
            .as_ref()
            .is_none_or(|last| *last < call.to_string())
    }

    /// The key after which the rest of its day is listed.
    pub(crate) fn key(&self) -> Option<String> {
        let last = self.last.as_ref()?;
        Some(format!("{}{last}.jsonl", self.prefix()))
    }

    /// The folder of its day.
    pub(crate) fn prefix(&self) -> String {
        format!("events/day={}/", self.day)
    }

    /// The start of the next day, once nothing can be written any more into this one: when all of it is
    /// before `settled` (epoch seconds).
    pub(crate) fn next_day(&self, settled: i64) -> Option<Self> {
        let day = self.day.tomorrow().ok()?;
        let start = day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
        (start <= settled).then(|| Self {
            day,
            last: None,
            at: start.max(self.at),
        })
    }
}

/// The second in which a call's object was made.
pub(crate) fn second(id: Uuid) -> i64 {
    let time = id.get_timestamp().map_or(0, |time| time.to_unix().0);
    i64::try_from(time).unwrap_or(i64::MAX)
}

/// What the object under `key` is.
pub(crate) fn object(key: &str) -> Object {
    let name = key.rsplit('/').next().unwrap_or(key);
    let part = name
        .strip_prefix("part-")
        .and_then(|name| name.strip_suffix(".jsonl.gz"));
    let found = match part {
        // The last 36 characters are the last call's id.
        Some(part) => {
            let last = part.len().checked_sub(36).and_then(|from| part.get(from..));
            last.and_then(id).map(Object::Part)
        }
        None => name.strip_suffix(".jsonl").and_then(id).map(Object::Call),
    };
    found.unwrap_or(Object::Other)
}

fn id(text: &str) -> Option<Uuid> {
    let id: Uuid = text.parse().ok()?;
    id.get_timestamp().map(|_| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_known_by_their_names() {
        let (first, last) = (Uuid::now_v7(), Uuid::now_v7());
        let day = "events/day=2025-12-31";
        let object = |name: String| object(&format!("{day}/{name}"));
        assert_eq!(object(format!("{last}.jsonl")), Object::Call(last));
        let part = object(format!("part-00001-{first}-{last}.jsonl.gz"));
        assert_eq!(part, Object::Part(last));
        assert_eq!(object("part-1.jsonl.gz".to_owned()), Object::Other);
        assert_eq!(object("readme".to_owned()), Object::Other);
    }

    #[test]
    fn the_rest_of_a_day_is_listed_after_the_last_call() {
        let mut cursor = Cursor::at(1_767_139_200);
        assert_eq!(cursor.key(), None);
        let call = Uuid::now_v7();
        cursor.read(call);
        assert_eq!(
            cursor.key(),
            Some(format!("events/day=2025-12-31/{call}.jsonl"))
        );
        assert_eq!(cursor.at, second(call));
    }

    #[test]
    fn a_day_is_left_when_it_is_settled() {
        let cursor = Cursor::at(1_767_139_200);
        assert_eq!(cursor.prefix(), "events/day=2025-12-31/");
        assert_eq!(cursor.next_day(1_767_139_200 + 86_399), None);
        let next = cursor.next_day(1_767_139_200 + 86_400).unwrap();
        assert_eq!(next.prefix(), "events/day=2026-01-01/");
        assert_eq!(next.at, 1_767_225_600);
    }
}
