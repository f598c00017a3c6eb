//! Schedule expressions, as EventBridge Scheduler takes them, and the time zones they are read in.
//!
//! Shapes: EventBridge Scheduler user guide, "Schedule types".

use jiff::{civil::DateTime, tz::TimeZone};

use super::Problems;

const UNITS: [&str; 6] = ["minute", "minutes", "hour", "hours", "day", "days"];
/// `yyyy-mm-ddThh:mm:ss`
const MOMENT: usize = 19;

impl Problems {
    /// Adds a problem when `expression` is no schedule that comes again and again.
    pub(super) fn schedule(&mut self, path: &str, expression: Option<&str>) {
        if let Some(expression) = expression
            && !is_recurring(expression)
        {
            self.add(
                path,
                format!("`{expression}` is no schedule; write cron(0 4 ? * SUN *) or rate(1 day)"),
            );
        }
    }

    /// The same where a single time is a schedule, too.
    pub(super) fn schedule_or_once(&mut self, path: &str, expression: &str) {
        if !is_recurring(expression) && !is_once(expression) {
            self.add(
                path,
                format!(
                    "`{expression}` is no schedule; write cron(0 9 ? * THU *), rate(1 hour) or at(2026-12-24T09:00:00)"
                ),
            );
        }
    }

    /// Adds a problem when `name` is no time zone.
    pub(super) fn time_zone(&mut self, path: &str, name: &str) {
        if TimeZone::get(name).is_err() {
            self.add(
                path,
                format!("`{name}` is no IANA time zone; write one like Europe/London"),
            );
        }
    }
}

fn is_recurring(expression: &str) -> bool {
    let Some((kind, inside)) = call(expression) else {
        return false;
    };
    let parts: Vec<&str> = inside.split_whitespace().collect();
    match (kind, parts.as_slice()) {
        ("cron", [_, _, day, _, weekday, _]) => {
            // One of the two days is left open.
            (*day == "?") != (*weekday == "?")
        }
        ("rate", [number, unit]) => {
            number.parse::<u32>().is_ok_and(|number| number > 0) && UNITS.contains(unit)
        }
        _ => false,
    }
}

/// The time is of the schedule's own zone, so it says none.
fn is_once(expression: &str) -> bool {
    call(expression).is_some_and(|(kind, moment)| {
        kind == "at" && moment.len() == MOMENT && moment.parse::<DateTime>().is_ok()
    })
}

fn call(expression: &str) -> Option<(&str, &str)> {
    expression.strip_suffix(')')?.split_once('(')
}

#[cfg(test)]
mod tests {
    use super::{is_once, is_recurring};

    #[test]
    fn schedules_are_told_from_what_only_looks_like_one() {
        for good in [
            "cron(0 4 ? * SUN *)",
            "cron(15 10 * * ? *)",
            "rate(1 day)",
            "rate(12 hours)",
        ] {
            assert!(is_recurring(good), "{good}");
        }
        for wrong in [
            "",
            "daily",
            "cron(0 4 * * *)",
            "cron(0 4 * * SUN *)",
            "rate(0 days)",
            "rate(1 week)",
            "cron(0 4 ? * ? *)",
            "at(2026-12-24T09:00:00)",
        ] {
            assert!(!is_recurring(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_single_time_is_one_of_the_calendar_and_says_no_zone() {
        assert!(is_once("at(2026-12-24T09:00:00)"));
        for wrong in [
            "at(2026-12-24)",
            "at(2026-12-24 09:00:00)x",
            "at(2026-12-24T09:00)",
            "at(2026-12-24T09:00:00Z)",
            "at(2026-02-30T09:00:00)",
            "rate(1 day)",
        ] {
            assert!(!is_once(wrong), "{wrong}");
        }
    }
}
