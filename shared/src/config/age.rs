//! Spans of time as people write them: `90m`, `36h`, `7d`, `2w`.

use std::fmt;

use serde::{Deserialize, Deserializer, de::Error};

/// A span of time, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Age(i64);

impl Age {
    /// A span of `seconds`.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Its length in seconds, at least 1 when it was read from a file.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// Reads `<number><unit>`; units are `m`, `h`, `d`, `w`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let unit = text.chars().next_back()?;
        let seconds = match unit {
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        let number: u32 = text[..text.len() - 1].parse().ok()?;
        (number > 0).then(|| Self(i64::from(number) * seconds))
    }
}

impl fmt::Display for Age {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(604_800, "w"), (86_400, "d"), (3_600, "h"), (60, "m")];
        let unit = units.into_iter().find(|(seconds, _)| self.0 % seconds == 0);
        match unit {
            Some((seconds, name)) => write!(formatter, "{}{name}", self.0 / seconds),
            None => write!(formatter, "{} s", self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Age {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format!(
                "`{text}` is no span of time; write 90m, 36h, 7d or 2w"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_shown_as_written() {
        for text in ["90m", "36h", "5d", "2w"] {
            assert_eq!(Age::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Age::parse("7d").unwrap().to_string(), "1w");
        for wrong in ["", "d", "0d", "-1d", "7", "7 d", "1y", "99999999999d", "5é"] {
            assert_eq!(Age::parse(wrong), None, "{wrong}");
        }
    }
}
