//! When a person's quiet hours end, by their own clock, which a change to or from summer time may stop,
//! skip or repeat.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use shared::config::messages::QuietHours;

/// Changes of a clock that are looked past; there are two a year.
const MAX_CHANGES: usize = 8;

/// The first moment from `now` on that is not within `quiet` by the clock of `zone`, in whole seconds;
/// `now` itself when it is not.
#[must_use]
pub fn end_of_silence(quiet: &QuietHours, zone: &TimeZone, now: Timestamp) -> Timestamp {
    let mut at = now;
    for _ in 0..MAX_CHANGES {
        // As long as the clock is not changed, its distance from UTC is the same.
        let offset = zone.to_offset(at);
        let local = offset.to_datetime(at);
        if !quiet.hold(local.time()) {
            return at;
        }
        let today = local.date().to_datetime(quiet.until);
        let end = match today > local {
            true => Some(today),
            false => local
                .date()
                .tomorrow()
                .ok()
                .map(|day| day.to_datetime(quiet.until)),
        };
        let Some(end) = end.and_then(|end| offset.to_timestamp(end).ok()) else {
            return at;
        };
        match zone.following(at).next() {
            Some(change) if change.timestamp() <= end => at = change.timestamp(),
            _ => return whole(end),
        }
    }
    at
}

/// The next whole second.
fn whole(at: Timestamp) -> Timestamp {
    if at.subsec_nanosecond() == 0 {
        return at;
    }
    Timestamp::from_second(at.as_second())
        .and_then(|second| second.checked_add(SignedDuration::from_secs(1)))
        .unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(from: &str, until: &str, zone: &str, now: &str) -> String {
        let quiet = QuietHours {
            from: from.parse().unwrap(),
            until: until.parse().unwrap(),
        };
        let zone = TimeZone::get(zone).unwrap();
        end_of_silence(&quiet, &zone, now.parse().unwrap()).to_string()
    }

    #[test]
    fn silence_ends_in_the_morning() {
        let berlin = |now| end("21:00", "08:00", "Europe/Berlin", now);
        assert_eq!(berlin("2026-11-30T22:00:00Z"), "2026-12-01T07:00:00Z");
        assert_eq!(berlin("2026-12-01T03:00:00Z"), "2026-12-01T07:00:00Z");
        assert_eq!(berlin("2026-12-01T07:00:00Z"), "2026-12-01T07:00:00Z");
        assert_eq!(berlin("2026-12-01T12:34:56.5Z"), "2026-12-01T12:34:56.5Z");
    }

    #[test]
    fn a_night_may_be_an_hour_longer_or_shorter() {
        let new_york = |now| end("21:00", "08:00", "America/New_York", now);
        assert_eq!(new_york("2026-03-08T03:00:00Z"), "2026-03-08T12:00:00Z");
        assert_eq!(new_york("2026-11-01T03:00:00Z"), "2026-11-01T13:00:00Z");
    }

    #[test]
    fn an_end_that_the_clock_skips_is_when_it_skips() {
        // 02:00 is followed by 03:00.
        let end = end("22:00", "02:30", "America/New_York", "2026-03-08T06:00:00Z");
        assert_eq!(end, "2026-03-08T07:00:00Z");
    }

    #[test]
    fn an_end_that_comes_twice_is_the_next_one() {
        // 01:00 to 02:00 come twice, from 05:00Z and from 06:00Z.
        let end = |now| end("22:00", "01:30", "America/New_York", now);
        assert_eq!(end("2026-11-01T05:10:00Z"), "2026-11-01T05:30:00Z");
        assert_eq!(end("2026-11-01T06:10:00Z"), "2026-11-01T06:30:00Z");
        assert_eq!(end("2026-11-01T05:45:00Z"), "2026-11-01T05:45:00Z");
    }
}
