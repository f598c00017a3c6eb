//! How long life cycles take at least.
//!
//! `real` is about what Amazon Personalize takes with a small shop's data. A resource is PENDING for
//! half a minute; IN_PROGRESS takes, by kind:
//!
//! | kind | minutes |
//! |---|---|
//! | dataset group, dataset, event tracker, metric attribution | 1 |
//! | filter, solution | 2 |
//! | campaign, every update | 10 |
//! | import job, export job | 15 |
//! | batch inference job, batch segment job | 30 |
//! | solution version, recommender | 60 |
//! | data deletion job | 1,440 |

use std::{str::FromStr, time::Duration};

/// The shortest time a resource spends in PENDING, and again in IN_PROGRESS.
/// Work that takes longer takes as long as it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// The same for every kind and state.
    Every(Duration),
    /// What AWS takes, by kind.
    Real,
}

impl Pace {
    /// For tests: 100 ms.
    pub const FAST: Self = Self::Every(Duration::from_millis(100));

    /// The time of PENDING, and of a deletion's states.
    #[must_use]
    pub(crate) fn pending(self) -> Duration {
        match self {
            Self::Every(time) => time,
            Self::Real => Duration::from_secs(30),
        }
    }

    /// The time of IN_PROGRESS of an update.
    #[must_use]
    pub(crate) fn updating(self) -> Duration {
        match self {
            Self::Every(time) => time,
            Self::Real => Duration::from_secs(600),
        }
    }

    /// The time of IN_PROGRESS of a kind of resource.
    #[must_use]
    pub(crate) fn working(self, kind: &str) -> Duration {
        let minutes = match (self, kind) {
            (Self::Every(time), _) => return time,
            (Self::Real, "filter" | "solution") => 2,
            (Self::Real, "campaign") => 10,
            (Self::Real, "dataset import job" | "dataset export job") => 15,
            (Self::Real, "batch inference job" | "batch segment job") => 30,
            (Self::Real, "solution version" | "recommender") => 60,
            (Self::Real, "data deletion job") => 1440,
            (Self::Real, _) => 1,
        };
        Duration::from_secs(60 * minutes)
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::Every(Duration::from_secs(1))
    }
}

/// A pace that is neither a word nor seconds.
#[derive(Debug, thiserror::Error)]
#[error("expected `fast`, `real` or seconds from 0 to 3600, as in `1` or `0.5`")]
pub struct NoPace;

impl FromStr for Pace {
    type Err = NoPace;

    fn from_str(text: &str) -> Result<Self, NoPace> {
        match text {
            "fast" => return Ok(Self::FAST),
            "real" => return Ok(Self::Real),
            _ => {}
        }
        match text.parse::<f64>() {
            Ok(seconds) if (0.0..=3600.0).contains(&seconds) => {
                Ok(Self::Every(Duration::from_secs_f64(seconds)))
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
        let half = "0.5".parse::<Pace>().unwrap();
        assert_eq!(half.working("campaign"), Duration::from_millis(500));
        for wrong in ["", "slow", "-1", "1e9", "NaN"] {
            assert!(wrong.parse::<Pace>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_real_pace_knows_every_kind_by_its_name() {
        use crate::estate::Resource;
        use crate::resources::{Campaign, DataDeletionJob, DatasetImportJob, SolutionVersion};
        let minutes = |kind| Pace::Real.working(kind).as_secs() / 60;
        assert_eq!(minutes(DatasetImportJob::KIND), 15);
        assert_eq!(minutes(SolutionVersion::KIND), 60);
        assert_eq!(minutes(Campaign::KIND), 10);
        assert_eq!(minutes(DataDeletionJob::KIND), 1440);
    }
}
