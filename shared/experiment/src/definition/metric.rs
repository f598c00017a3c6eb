//! Metrics: what is measured of a unit, and what must not get worse.

use serde::{Deserialize, Serialize};

/// A number per unit, made of its events since it was first exposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metric {
    /// Unique in its experiment.
    pub name: String,
    /// The type of the events counted, such as `purchase`.
    pub event: String,
    /// What is made of them.
    pub measure: Measure,
    /// Which way is good.
    #[serde(default)]
    pub direction: Direction,
}

/// What is made of a unit's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Measure {
    /// 1 with an event, 0 without: the mean is a conversion rate.
    Conversion,
    /// How many there are.
    Count,
    /// The sum of their values, such as revenue.
    Value,
}

/// Which way is good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// More is better.
    #[default]
    Increase,
    /// Less is better.
    Decrease,
}

/// A metric that an arm must not make worse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Guardrail {
    /// The metric.
    pub metric: Metric,
    /// How much worse than the control an arm may be, relative to the control: 0.02 is two per cent.
    pub tolerated_loss: f64,
}
