//! The paid rate of a campaign or recommender, moved with the traffic.

use jiff::Timestamp;
use serde::Deserialize;

use crate::config::age::Age;

/// How the `capacity` function moves `minProvisionedTPS` (or a recommender's
/// `minRecommendationRequestsPerSecond`). Personalize scales up by itself above the minimum, with
/// some loss while it does: the minimum is what is there at once, and what is always paid.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Capacity {
    /// Never below.
    #[serde(default = "one")]
    pub min: u32,
    /// Never above.
    pub max: u32,
    /// What share of the minimum the usual peak takes: 0.7 leaves a third on top.
    #[serde(default = "utilization")]
    pub target_utilization: f64,
    /// Times that are known beforehand, like a sale.
    #[serde(default)]
    pub calendar: Vec<Event>,
    /// What happens when nobody asks any more; nothing when absent.
    pub idle: Option<Idle>,
}

/// A time with a minimum of its own.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Event {
    /// For the log: `black friday`.
    pub name: String,
    /// From when on, in UTC: `2026-11-27T00:00:00Z`.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
    /// The minimum at that time, if the traffic does not ask for more. Not bound by `max`.
    pub min: u32,
}

/// When a campaign or recommender without requests is shut down.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Idle {
    /// Without a request for this long.
    pub after: Age,
    /// `true` consents: a recommender is stopped, and a campaign, which cannot be stopped, is
    /// deleted. The next `retrain` makes the campaign again.
    pub shut_down: bool,
}

fn one() -> u32 {
    1
}

fn utilization() -> f64 {
    0.7
}
