//! CloudWatch metrics in the embedded metric format: one JSON line on standard output, no API call.
//!
//! Format: CloudWatch user guide, "Embedded metric format specification". Dimensions are low in
//! number of values (a placement, a dataset), never an id of a person or a product.

use std::{io::Write, time::SystemTime};

use serde_json::{Map, Value, json};

/// A metric's unit, as CloudWatch names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A number of things.
    Count,
    /// A duration.
    Milliseconds,
    /// A ratio or score.
    None,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
            Self::None => "None",
        }
    }
}

/// One datum: name, unit, value.
pub type Datum<'a> = (&'a str, Unit, f64);

/// Writes `data` of `service` under `dimensions` (besides `service` itself) as one line.
pub fn emit(service: &str, dimensions: &[(&str, &str)], data: &[Datum<'_>]) {
    let namespace = std::env::var("METRICS_NAMESPACE")
        .unwrap_or_else(|_| crate::environment::DEFAULT_METRICS_NAMESPACE.to_owned());
    let line = render(&namespace, service, dimensions, data, SystemTime::now());
    // A log line that cannot be written is no reason to fail a request.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

fn render(
    namespace: &str,
    service: &str,
    dimensions: &[(&str, &str)],
    data: &[Datum<'_>],
    now: SystemTime,
) -> Value {
    let millis = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_millis());
    let mut names = vec!["service"];
    names.extend(dimensions.iter().map(|(name, _)| *name));
    let definitions: Vec<Value> = data
        .iter()
        .map(|(name, unit, _)| json!({"Name": name, "Unit": unit.name()}))
        .collect();
    let mut line = Map::new();
    line.insert(
        "_aws".to_owned(),
        json!({"Timestamp": u64::try_from(millis).unwrap_or(u64::MAX), "CloudWatchMetrics": [
            {"Namespace": namespace, "Dimensions": [names], "Metrics": definitions}
        ]}),
    );
    line.insert("service".to_owned(), json!(service));
    line.extend(
        dimensions
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value))),
    );
    line.extend(
        data.iter()
            .map(|(name, _, value)| ((*name).to_owned(), json!(value))),
    );
    Value::Object(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_declares_every_metric_and_dimension_it_carries() {
        let line = render(
            "Shop",
            "recommend",
            &[("placement", "home")],
            &[("Items", Unit::Count, 8.0)],
            SystemTime::UNIX_EPOCH,
        );
        let declared = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(declared["Dimensions"], json!([["service", "placement"]]));
        assert_eq!(
            declared["Metrics"],
            json!([{"Name": "Items", "Unit": "Count"}])
        );
        assert_eq!(
            (&line["placement"], &line["Items"]),
            (&json!("home"), &json!(8.0))
        );
    }
}
