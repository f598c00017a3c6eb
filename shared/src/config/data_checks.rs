//! How far a dataset may be from what is expected of it before `check-data` warns, or stops its import.

use serde::Deserialize;

/// The tolerances of `check-data`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DataChecks {
    /// The share of interactions with an item that the items dataset does not have.
    pub unknown_items: Tolerance,
    /// How much fewer rows there are than in the last good import, as a share of those. More rows
    /// never stop an import.
    pub volume: Tolerance,
    /// The share of interactions that would need another event type to have the mix of the last
    /// good import.
    pub event_mix: Tolerance,
}

/// Two shares from 0 to 1. More than the one is told, more than the other is not imported.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    /// Above it there is a warning.
    pub warn: f64,
    /// Above it nothing is imported.
    pub stop: f64,
}

impl Default for DataChecks {
    fn default() -> Self {
        let tolerance = |warn, stop| Tolerance { warn, stop };
        Self {
            unknown_items: tolerance(0.05, 0.5),
            volume: tolerance(0.2, 0.5),
            event_mix: tolerance(0.1, 0.5),
        }
    }
}
