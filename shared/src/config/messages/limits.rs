//! When nobody gets a message, and how many anybody gets.

use jiff::civil::Time;
use serde::Deserialize;

/// Hours of the person's own clock without messages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuietHours {
    /// The first minute of silence, `21:00`.
    pub from: Time,
    /// The first minute after it, `08:00`. The same as `from` is no silence at all.
    pub until: Time,
}

impl Default for QuietHours {
    /// From nine in the evening to eight in the morning: the limits of the United States' TCPA, the
    /// strictest that are common.
    fn default() -> Self {
        Self {
            from: Time::constant(21, 0, 0, 0),
            until: Time::constant(8, 0, 0, 0),
        }
    }
}

impl QuietHours {
    /// Whether `time` is within.
    #[must_use]
    pub fn hold(&self, time: Time) -> bool {
        if self.from <= self.until {
            self.from <= time && time < self.until
        } else {
            self.from <= time || time < self.until
        }
    }
}

/// At most so many messages in so many days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MessageCap {
    /// Messages: 1 to 50.
    pub messages: u32,
    /// Days, each of 24 hours, that they are counted over: 1 to 30.
    pub days: u32,
}

impl Default for MessageCap {
    fn default() -> Self {
        Self {
            messages: 3,
            days: 7,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(from: &str, until: &str, at: &str) -> bool {
        let hours = serde_json::json!({ "from": from, "until": until });
        let hours: QuietHours = serde_json::from_value(hours).unwrap();
        hours.hold(at.parse().unwrap())
    }

    #[test]
    fn hours_go_over_midnight_and_their_end_is_open() {
        for at in ["21:00", "23:59:59", "00:00", "07:59:59"] {
            assert!(quiet("21:00", "08:00", at), "{at}");
        }
        for at in ["08:00", "12:00", "20:59:59"] {
            assert!(!quiet("21:00", "08:00", at), "{at}");
        }
        assert!(quiet("12:00", "14:00", "13:00"));
        assert!(!quiet("12:00", "14:00", "14:00"));
        assert!(!quiet("08:00", "08:00", "08:00"));
    }
}
