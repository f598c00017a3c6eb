//! The metric attribution of the group: which events count as the success of recommendations.

use serde::Deserialize;

/// What is attributed, and where reports of bulk data go.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MetricAttribution {
    /// Its name.
    pub name: String,
    /// At most ten.
    pub metrics: Vec<Metric>,
    /// Prefix in the data bucket for the reports of imports; without it events alone count.
    pub reports: Option<String>,
}

/// One metric.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metric {
    /// Its name in CloudWatch: `purchase-revenue`.
    pub name: String,
    /// Events that count.
    pub event_type: String,
    /// `SAMPLECOUNT()` or `SUM(Items.PRICE)`, as Personalize writes it.
    pub expression: String,
}
