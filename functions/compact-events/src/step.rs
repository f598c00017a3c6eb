//! One run: which days are due, one run at a time, and the time there is.

use std::time::{Duration, Instant};

use aws_config::SdkConfig;
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use shared::{
    estate::EstateSource,
    metrics::{Unit, emit},
};
use uuid::Uuid;

use crate::{
    archive::Archive,
    day::{Compacted, Day},
    error::CompactError,
};

/// How long a run takes small objects in; after that it finishes its part. Lambda stops it after 15
/// minutes, and the next run goes on.
const WORK: Duration = Duration::from_secs(600);

/// How long the lock holds if the run is killed: a little longer than Lambda lets it live.
const LEASE_SECONDS: i64 = 16 * 60;

const LOCK: &str = "compact-events";

/// How far back unfinished days are looked for.
const DAYS: i64 = 7;

/// How long after midnight a day is over: longer than a call of `track` can take.
const GRACE_SECONDS: i64 = 600;

/// The event.
#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    /// One day alone.
    day: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    /// Whether no small object of these days is left.
    done: bool,
    days: Vec<Compacted>,
}

/// The step with its clients.
pub(crate) struct Compaction {
    archive: Archive,
    source: EstateSource,
}

impl Compaction {
    /// Makes the clients.
    ///
    /// # Errors
    /// When a variable is missing.
    pub(crate) fn from_environment(config: &SdkConfig) -> Result<Self, CompactError> {
        Ok(Self {
            archive: Archive::from_environment(config)?,
            source: EstateSource::from_environment(config)?,
        })
    }

    /// Compacts what is due, as far as there is time.
    ///
    /// # Errors
    /// When another run is at work, or S3 fails.
    pub(crate) async fn run(&self, event: Event) -> Result<Answer, CompactError> {
        let until = Instant::now() + WORK;
        let now = Timestamp::now();
        let days = due(event.day.as_deref(), now)?;
        let operations = self.source.open().await?.operations;
        let owner = Uuid::now_v7().to_string();
        let held = operations
            .take_lock_for(LEASE_SECONDS, LOCK, &owner, now.as_second())
            .await?;
        if let Some(held) = held {
            return Err(CompactError::Locked(held.expires_at));
        }
        let compacted = self.days(days, until).await;
        operations.release_lock(LOCK, &owner).await?;
        compacted
    }

    async fn days(&self, days: Vec<Date>, until: Instant) -> Result<Answer, CompactError> {
        let mut compacted = Vec::new();
        for day in days {
            let one = Day::new(&self.archive, day, until).compact().await?;
            if one.objects > 0 {
                report(&one);
            }
            compacted.push(one);
        }
        Ok(Answer {
            done: compacted.iter().all(|day| day.done),
            days: compacted,
        })
    }
}

/// The days to be compacted at `now`, oldest first: `asked`, or all of the last week that are over.
fn due(asked: Option<&str>, now: Timestamp) -> Result<Vec<Date>, CompactError> {
    let day = |text: &str| CompactError::Day(text.to_owned());
    let over = now - Span::new().seconds(GRACE_SECONDS);
    let today = over.to_zoned(TimeZone::UTC).date();
    if let Some(asked) = asked {
        let date: Date = asked.parse().map_err(|_| day(asked))?;
        return (date < today).then(|| vec![date]).ok_or_else(|| day(asked));
    }
    let before = |days| today.checked_sub(Span::new().days(days)).ok();
    Ok((1..=DAYS).rev().filter_map(before).collect())
}

/// Counts of a day: exact as f64.
#[allow(clippy::cast_precision_loss)]
fn report(day: &Compacted) {
    let count = |name, things: u64| (name, Unit::Count, things as f64);
    let data = [
        count("ObjectsCompacted", day.objects),
        count("LinesKept", day.lines),
        count("DuplicatesRemoved", day.duplicates),
        count("PartsMade", day.parts),
    ];
    emit("compact-events", &[], &data);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(asked: Option<&str>, now: &str) -> Result<Vec<String>, String> {
        let days = due(asked, now.parse().unwrap()).map_err(|error| error.to_string())?;
        Ok(days.iter().map(Date::to_string).collect())
    }

    #[test]
    fn a_day_is_due_ten_minutes_after_it_is_over() {
        let at = |now| days(None, now).unwrap();
        assert_eq!(at("2026-11-21T00:09:59Z").last().unwrap(), "2026-11-19");
        let due = at("2026-11-21T00:10:00Z");
        assert_eq!(
            (due[0].as_str(), due[6].as_str()),
            ("2026-11-14", "2026-11-20")
        );
    }

    #[test]
    fn a_day_that_is_asked_for_has_to_be_over() {
        let now = "2026-11-21T12:00:00Z";
        assert_eq!(days(Some("2026-01-02"), now).unwrap(), ["2026-01-02"]);
        for wrong in ["2026-11-21", "2027-01-01", "yesterday"] {
            assert!(days(Some(wrong), now).unwrap_err().contains(wrong));
        }
    }
}
