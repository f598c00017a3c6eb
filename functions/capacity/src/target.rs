//! Which rate a resource should pay for now: by its traffic, within the declared bounds, and by the
//! calendar. Pure. Whether the rate is changed is decided in `change.rs`.

use shared::config::{Capacity, Event};

use crate::traffic::Traffic;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// What counts as now: a spike of this length ago may come again.
const RECENT: i64 = 3 * HOUR;

/// How far ahead past days are looked at: the rate is there before the morning is.
const AHEAD: i64 = 2 * HOUR;

/// Days back whose same hours count: the last three, and the same weekday.
const DAYS: [i64; 4] = [1, 2, 3, 7];

/// How much traffic has to be known for the target.
pub(crate) const HISTORY: i64 = 7 * DAY;

/// How long before a calendar event its rate is asked for: Personalize promises no time for a change
/// of the minimum, so twenty minutes are allowed for it.
const LEAD: i64 = 20 * 60;

/// A rate, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// Requests a second.
    pub(crate) rate: u32,
    /// For a person.
    pub(crate) because: String,
}

/// The rate for `now` (epoch seconds).
pub(crate) fn target(capacity: &Capacity, traffic: &Traffic, now: i64) -> Target {
    let recent = traffic.peak(now - RECENT, now);
    let before = DAYS.iter().map(|days| {
        let then = now - days * DAY;
        traffic.peak(then, then + AHEAD)
    });
    let before = before.fold(0.0, f64::max);
    let asked = needed(recent.max(before), capacity.target_utilization);
    let by_traffic = Target {
        rate: asked.clamp(capacity.min, capacity.max),
        because: format!(
            "the peak was {recent:.2} requests/s in the last three hours and {before:.2} at this time of the last days, which at a utilization of {} asks for {asked}, within {} to {}",
            capacity.target_utilization, capacity.min, capacity.max
        ),
    };
    let events = capacity.calendar.iter().filter(|event| is_on(event, now));
    match events.max_by_key(|event| event.min) {
        Some(event) if event.min > by_traffic.rate => Target {
            rate: event.min,
            because: format!("`{}` is on or about to begin", event.name),
        },
        _ => by_traffic,
    }
}

fn needed(peak: f64, utilization: f64) -> u32 {
    // Peaks are at most some thousands, and casts saturate.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates"
    )]
    let needed = (peak / utilization).ceil() as u32;
    needed
}

/// Whether a calendar event is on or about to begin.
pub(crate) fn is_event_on(capacity: &Capacity, now: i64) -> bool {
    capacity.calendar.iter().any(|event| is_on(event, now))
}

fn is_on(event: &Event, now: i64) -> bool {
    now >= event.from.as_second() - LEAD && now < event.to.as_second()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::WINDOW;

    /// A Monday, 00:00 UTC.
    const MONDAY: i64 = 1_795_996_800;

    fn capacity(more: &str) -> Capacity {
        let text = format!(r#"{{"min": 2, "max": 50, "targetUtilization": 0.5{more}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    /// `rate(hour of the day)` requests a second for the days before `now`.
    fn days(now: i64, count: i64, rate: impl Fn(i64) -> f64) -> Traffic {
        let mut traffic = Traffic::default();
        let mut at = now - count * DAY;
        while at < now {
            traffic.add(at, rate(at.rem_euclid(DAY) / HOUR) * 300.0);
            at += WINDOW;
        }
        traffic
    }

    fn day_and_night(hour: i64) -> f64 {
        if (8..20).contains(&hour) { 10.0 } else { 0.5 }
    }

    #[test]
    fn at_night_the_minimum_will_do_and_the_morning_is_seen_coming() {
        let capacity = capacity("");
        let at = |hour: i64| {
            let now = MONDAY + hour * HOUR;
            target(&capacity, &days(now, 3, day_and_night), now).rate
        };
        assert_eq!(at(2), 2, "0.5 / 0.5 is 1, and the minimum is 2");
        assert_eq!(at(5), 2);
        assert_eq!(at(7), 20, "yesterday the day began within two hours");
        assert_eq!(at(12), 20);
        assert_eq!(
            at(22),
            20,
            "three hours after the day it may still come again"
        );
        assert_eq!(at(23), 2);
    }

    #[test]
    fn a_spike_counts_at_once_and_up_to_the_maximum() {
        let now = MONDAY + 2 * HOUR;
        let mut traffic = days(now, 3, day_and_night);
        traffic.add(now - WINDOW, 9.0 * 300.0);
        assert_eq!(target(&capacity(""), &traffic, now).rate, 19);
        traffic.add(now - WINDOW, 900.0 * 300.0);
        assert_eq!(target(&capacity(""), &traffic, now).rate, 50);
    }

    #[test]
    fn the_same_weekday_is_remembered() {
        let now = MONDAY + 12 * HOUR;
        let mut traffic = Traffic::default();
        traffic.add(now - 7 * DAY + HOUR, 6.0 * 300.0);
        assert_eq!(target(&capacity(""), &traffic, now).rate, 12);
        let mut other = Traffic::default();
        other.add(now - 6 * DAY + HOUR, 6.0 * 300.0);
        assert_eq!(target(&capacity(""), &other, now).rate, 2);
    }

    #[test]
    fn a_gap_in_the_data_is_bridged_by_the_days_before() {
        let now = MONDAY + 12 * HOUR;
        let whole = days(now, 3, day_and_night);
        let mut gap = Traffic::default();
        let mut at = now - 3 * DAY;
        while at < now - 6 * HOUR {
            gap.add(at, whole.peak(at, at + WINDOW) * 300.0);
            at += WINDOW;
        }
        assert_eq!(target(&capacity(""), &gap, now).rate, 20);
        assert_eq!(target(&capacity(""), &Traffic::default(), now).rate, 2);
    }

    #[test]
    fn a_sale_is_prepared_before_it_begins_and_ends_with_its_end() {
        let capacity = capacity(
            r#", "calendar": [{"name": "cyber monday", "min": 80,
                "from": "2026-11-30T12:00:00Z", "to": "2026-11-30T18:00:00Z"}]"#,
        );
        let noon = MONDAY + 12 * HOUR;
        let at = |now| target(&capacity, &Traffic::default(), now);
        assert_eq!(at(noon - LEAD - 1).rate, 2);
        let prepared = at(noon - LEAD);
        assert_eq!(prepared.rate, 80, "not bound by the maximum");
        assert!(
            prepared.because.contains("cyber monday"),
            "{}",
            prepared.because
        );
        assert_eq!(at(noon + 6 * HOUR - 1).rate, 80);
        assert_eq!(at(noon + 6 * HOUR).rate, 2);
    }

    #[test]
    fn more_traffic_than_the_calendar_expects_wins() {
        let capacity = capacity(
            r#", "calendar": [{"name": "sale", "min": 5,
                "from": "2026-11-30T00:00:00Z", "to": "2026-12-01T00:00:00Z"}]"#,
        );
        let now = MONDAY + 12 * HOUR;
        assert_eq!(
            target(&capacity, &days(now, 3, day_and_night), now).rate,
            20
        );
    }
}
