//! CloudWatch metrics in the embedded metric format: one JSON line on standard output, no API call.
//!
//! Format: CloudWatch user guide, "Embedded metric format specification". Dimensions are low in
//! number of values (a placement, a dataset), never an id of a person or a product.

use std::{io::Write, time::SystemTime};

use serde::{Serialize, Serializer, ser::SerializeMap};

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
    if let Some(mut line) = render(&namespace, service, dimensions, data, SystemTime::now()) {
        line.push('\n');
        // A log line that cannot be written is no reason to fail a request.
        let _ = std::io::stdout().lock().write_all(line.as_bytes());
    }
}

fn render(
    namespace: &str,
    service: &str,
    dimensions: &[(&str, &str)],
    data: &[Datum<'_>],
    now: SystemTime,
) -> Option<String> {
    let millis = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_millis());
    let mut names = vec!["service"];
    names.extend(dimensions.iter().map(|(name, _)| *name));
    let metrics = data.iter().map(|(name, unit, _)| Metric {
        name,
        unit: unit.name(),
    });
    let line = Line {
        aws: Aws {
            timestamp: u64::try_from(millis).unwrap_or(u64::MAX),
            metrics: [Directive {
                namespace,
                dimensions: [names],
                metrics: metrics.collect(),
            }],
        },
        service,
        dimensions,
        data,
    };
    serde_json::to_string(&line).ok()
}

/// A line: one is written with every request, so it is written as it stands.
struct Line<'a> {
    aws: Aws<'a>,
    service: &'a str,
    dimensions: &'a [(&'a str, &'a str)],
    data: &'a [Datum<'a>],
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut line = serializer.serialize_map(None)?;
        line.serialize_entry("_aws", &self.aws)?;
        line.serialize_entry("service", self.service)?;
        for (name, value) in self.dimensions {
            line.serialize_entry(name, value)?;
        }
        for (name, _, value) in self.data {
            line.serialize_entry(name, value)?;
        }
        line.end()
    }
}

#[derive(Serialize)]
struct Aws<'a> {
    #[serde(rename = "Timestamp")]
    timestamp: u64,
    #[serde(rename = "CloudWatchMetrics")]
    metrics: [Directive<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    namespace: &'a str,
    dimensions: [Vec<&'a str>; 1],
    metrics: Vec<Metric<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric<'a> {
    name: &'a str,
    unit: &'static str,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

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
        let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
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
