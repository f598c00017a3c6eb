//! Schedule expressions, as EventBridge Scheduler takes them.
//!
//! Shapes: EventBridge Scheduler user guide, "Schedule types".

use super::Problems;

const UNITS: [&str; 6] = ["minute", "minutes", "hour", "hours", "day", "days"];

impl Problems {
    /// Adds a problem when `expression` is no schedule.
    pub(super) fn schedule(&mut self, path: &str, expression: Option<&str>) {
        if let Some(expression) = expression
            && !is_schedule(expression)
        {
            self.add(
                path,
                format!("`{expression}` is no schedule; write cron(0 4 ? * SUN *) or rate(1 day)"),
            );
        }
    }
}

fn is_schedule(expression: &str) -> bool {
    let Some((kind, inside)) = expression
        .strip_suffix(')')
        .and_then(|open| open.split_once('('))
    else {
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

#[cfg(test)]
mod tests {
    use super::is_schedule;

    #[test]
    fn schedules_are_told_from_what_only_looks_like_one() {
        for good in [
            "cron(0 4 ? * SUN *)",
            "cron(15 10 * * ? *)",
            "rate(1 day)",
            "rate(12 hours)",
        ] {
            assert!(is_schedule(good), "{good}");
        }
        for wrong in [
            "",
            "daily",
            "cron(0 4 * * *)",
            "cron(0 4 * * SUN *)",
            "rate(0 days)",
            "rate(1 week)",
            "cron(0 4 ? * ? *)",
        ] {
            assert!(!is_schedule(wrong), "{wrong}");
        }
    }
}
