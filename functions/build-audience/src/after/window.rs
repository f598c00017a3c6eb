//! Which events are this run's: those whose hours have passed since the run before.

use serde::{Deserialize, Serialize};

use super::Search;
use crate::error::AudienceError;

/// Windows by campaign: a run has no `~` in its name.
const WINDOWS: &str = "messages/runs/~windows/";
/// Seconds that are caught up with at most when no run came for longer: a reminder that comes days late is
/// none.
const CATCH_UP: i64 = 24 * 3_600;
/// Seconds before the window in which somebody may have begun to do what they did last in it.
const LOOK_BACK: i64 = 6 * 3_600;

/// Times, in epoch seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Window {
    /// Whose it is.
    run: String,
    /// The last event is later than this,
    pub(super) from: i64,
    /// and not later than this.
    pub(super) until: i64,
    /// Products are of events later than this.
    pub(super) look_back: i64,
    /// When the run began: nothing later is read.
    pub(super) started: i64,
}

impl Window {
    /// Whether what was received at `at` matters.
    pub(super) fn reads(&self, at: i64) -> bool {
        self.look_back < at && at <= self.started
    }

    /// Whether somebody's last event was in it.
    pub(super) fn has(&self, at: i64) -> bool {
        self.from < at && at <= self.until
    }

    /// Where the next one begins, when the run of this one was opened, or was not.
    fn next_begin(&self, was_opened: bool) -> i64 {
        match was_opened {
            true => self.until,
            false => self.from,
        }
    }
}

/// The window of this run: the same again when it is asked for again. The next run's begins at its end once
/// this run was opened, and at its beginning as long as it was not: an audience that was not found to its end
/// reminded nobody.
pub(super) async fn of(search: &Search<'_>) -> Result<Window, AudienceError> {
    let rate = search.campaign.rate().ok_or(AudienceError::NoRate)?;
    let key = format!("{WINDOWS}{}.json", search.campaign.name);
    let last = match search.bucket.get(&key).await {
        Ok(bytes) => serde_json::from_slice(&bytes).ok(),
        Err(AudienceError::Aws(error)) if error.is_not_found() => None,
        Err(error) => return Err(error),
    };
    if let Some(same) = last
        .as_ref()
        .filter(|last: &&Window| last.run == search.run)
    {
        return Ok(same.clone());
    }
    let begin = match &last {
        Some(last) => Some(last.next_begin(search.table.run(&last.run).await?.is_some())),
        None => None,
    };
    let hours = i64::from(search.after.hours) * 3_600;
    let window = next(search.run, search.started, (hours, rate.as_secs()), begin);
    if search.counts {
        let bytes = serde_json::to_vec(&window)?;
        search.bucket.put(&key, bytes).await?;
    }
    Ok(window)
}

fn next(run: &str, started: i64, (hours, rate): (i64, i64), begin: Option<i64>) -> Window {
    let until = started - hours;
    let earliest = until - rate.max(CATCH_UP);
    let from = begin.map_or(until - rate, |begin| begin.max(earliest));
    // A clock that was set back makes a window without width.
    let from = from.min(until);
    Window {
        run: run.to_owned(),
        from,
        until,
        look_back: from - hours.min(LOOK_BACK),
        started,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600;

    #[test]
    fn windows_follow_one_another_without_a_gap() {
        let first = next("a", 100 * HOUR, (4 * HOUR, HOUR), None);
        assert_eq!((first.from, first.until), (95 * HOUR, 96 * HOUR));
        // The scheduler is a minute late.
        let second = next(
            "b",
            101 * HOUR + 60,
            (4 * HOUR, HOUR),
            Some(first.next_begin(true)),
        );
        assert_eq!((second.from, second.until), (96 * HOUR, 97 * HOUR + 60));
        assert!(!second.has(second.from) && second.has(second.until));
        assert!(second.reads(second.from - 4 * HOUR + 1) && !second.reads(101 * HOUR + 61));
    }

    #[test]
    fn what_a_run_that_was_never_opened_did_not_find_is_found_by_the_next() {
        let hours = (4 * HOUR, HOUR);
        let failed = next("a", 100 * HOUR, hours, None);
        let again = next("b", 101 * HOUR, hours, Some(failed.next_begin(false)));
        assert_eq!((again.from, again.until), (95 * HOUR, 97 * HOUR));
        let much_later = next("c", 500 * HOUR, hours, Some(again.next_begin(false)));
        assert_eq!(much_later.from, 472 * HOUR, "a day is caught up with");
    }

    #[test]
    fn a_pause_is_caught_up_with_for_a_day() {
        let first = next("a", 100 * HOUR, (4 * HOUR, HOUR), None);
        let later = next("b", 500 * HOUR, (4 * HOUR, HOUR), Some(first.until));
        assert_eq!((later.from, later.until), (472 * HOUR, 496 * HOUR));
        let back = next("c", 99 * HOUR, (4 * HOUR, HOUR), Some(first.until));
        assert_eq!(back.from, back.until);
    }
}
