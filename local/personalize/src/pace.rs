//! How long life cycles take at least.

use std::{str::FromStr, time::Duration};

/// The shortest time a resource spends in PENDING, and again in IN_PROGRESS.
/// Work that takes longer takes as long as it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace(Duration);

impl Pace {
    /// For tests: 100 ms.
    pub const FAST: Self = Self(Duration::from_millis(100));

    /// The time of one state.
    #[must_use]
    pub fn step(self) -> Duration {
        self.0
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self(Duration::from_secs(1))
    }
}

/// A pace that is neither `fast` nor seconds.
#[derive(Debug, thiserror::Error)]
#[error("expected `fast` or seconds from 0 to 3600, as in `1` or `0.5`")]
pub struct NoPace;

impl FromStr for Pace {
    type Err = NoPace;

    fn from_str(text: &str) -> Result<Self, NoPace> {
        if text == "fast" {
            return Ok(Self::FAST);
        }
        match text.parse::<f64>() {
            Ok(seconds) if (0.0..=3600.0).contains(&seconds) => {
                Ok(Self(Duration::from_secs_f64(seconds)))
            }
            _ => Err(NoPace),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_a_word_or_seconds() {
        assert_eq!("fast".parse::<Pace>().unwrap(), Pace::FAST);
        assert_eq!(
            "0.5".parse::<Pace>().unwrap().step(),
            Duration::from_millis(500)
        );
        for wrong in ["", "slow", "-1", "1e9", "NaN"] {
            assert!(wrong.parse::<Pace>().is_err(), "{wrong}");
        }
    }
}
