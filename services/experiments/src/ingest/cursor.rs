//! Up to where the event log was read, and what comes next.
//!
//! Objects of a day are named by UUIDs of version 7, so their order is that of time. When a day is over
//! they may be compacted into `part-*` objects, which come after all UUIDs in order: of these only lines
//! later than the cursor are new.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cursor {
    /// The day (UTC).
    pub(crate) day: Date,
    /// The last object of the day that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    /// The moment up to which everything was read, in epoch seconds.
    pub(crate) at: i64,
}

/// What an object of the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Object {
    /// One call's lines, made at this epoch second.
    Call {
        /// When.
        at: i64,
    },
    /// Many calls of a finished day, compressed.
    Part,
    /// Nothing of the log.
    Other,
}

impl Cursor {
    /// The start of the day of `at` (epoch seconds).
    pub(crate) fn at(at: i64) -> Self {
        let moment = Timestamp::from_second(at).unwrap_or_default();
        Self {
            day: moment.to_zoned(TimeZone::UTC).date(),
            key: None,
            at,
        }
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
            key: None,
            at: start.max(self.at),
        })
    }
}

/// What the object under `key` is.
pub(crate) fn object(key: &str) -> Object {
    let name = key.rsplit('/').next().unwrap_or(key);
    if name.starts_with("part-") && name.ends_with(".jsonl.gz") {
        return Object::Part;
    }
    let id = name.strip_suffix(".jsonl").and_then(|id| id.parse().ok());
    let time = id.and_then(|id: Uuid| id.get_timestamp());
    time.map_or(Object::Other, |time| Object::Call {
        at: i64::try_from(time.to_unix().0).unwrap_or(i64::MAX),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_known_by_their_names() {
        let call = "events/day=2025-12-31/019b7421-5c00-7000-8000-000000000000.jsonl";
        assert!(matches!(object(call), Object::Call { at } if at > 1_760_000_000));
        assert_eq!(
            object("events/day=2025-12-31/part-0.jsonl.gz"),
            Object::Part
        );
        assert_eq!(object("events/day=2025-12-31/readme"), Object::Other);
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
