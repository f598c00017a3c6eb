//! Sums by metric, source and quarter of an hour.

use std::collections::{BTreeMap, BTreeSet};

use super::Expression;
use crate::{
    data::{group::Group, rows::Kept},
    resources::AttributedMetric,
};

/// Sources that one report tells apart, as the service does; events of others are not counted.
const MOST_SOURCES: usize = 100;
/// The stretch of time that one sum is for, in seconds.
const QUARTER: i64 = 900;

/// The number in a column of one event.
type Number<'a> = Box<dyn Fn(&str) -> Option<f64> + 'a>;

/// An event as far as metrics read it.
pub(super) struct Happened<'a> {
    pub(super) event_type: &'a str,
    pub(super) item: &'a str,
    /// Whom it is attributed to.
    pub(super) source: &'a str,
    /// When, in epoch seconds.
    pub(super) second: i64,
    /// The number in a column of interactions.
    pub(super) number: Number<'a>,
}

/// One sum.
pub(super) struct Sum<'a> {
    pub(super) metric: &'a AttributedMetric,
    pub(super) expression: &'a Expression,
    pub(super) source: &'a str,
    /// The beginning of the quarter of an hour, in epoch seconds.
    pub(super) second: i64,
    pub(super) value: f64,
}

/// The sums of some events.
pub(super) struct Sums {
    metrics: Vec<(AttributedMetric, Expression)>,
    sources: BTreeSet<String>,
    /// By the metric's position, source and beginning.
    sums: BTreeMap<(usize, String, i64), f64>,
}

impl Sums {
    /// No events yet.
    pub(super) fn new(metrics: Vec<AttributedMetric>) -> Self {
        let parsed = metrics.into_iter().filter_map(|metric| {
            let expression = Expression::parse(&metric.expression)?;
            Some((metric, expression))
        });
        Self {
            metrics: parsed.collect(),
            sources: BTreeSet::new(),
            sums: BTreeMap::new(),
        }
    }

    /// Adds an event to the metrics of its type.
    pub(super) fn add(&mut self, group: &Group, event: &Happened<'_>) {
        if !self.sources.contains(event.source) {
            if self.sources.len() == MOST_SOURCES {
                return;
            }
            self.sources.insert(event.source.to_owned());
        }
        let begin = event.second - event.second.rem_euclid(QUARTER);
        for (position, (metric, expression)) in self.metrics.iter().enumerate() {
            if !metric.event_type.eq_ignore_ascii_case(event.event_type) {
                continue;
            }
            let value = match expression {
                Expression::Count => Some(1.0),
                Expression::OfItems(column) => of_item(group, event.item, column),
                Expression::OfInteractions(column) => (event.number)(column),
            };
            if let Some(value) = value {
                let place = (position, event.source.to_owned(), begin);
                *self.sums.entry(place).or_default() += value;
            }
        }
    }

    /// All of them, metric by metric.
    pub(super) fn iter(&self) -> impl Iterator<Item = Sum<'_>> {
        let sums = self.sums.iter();
        sums.map(|((position, source, second), value)| {
            let (metric, expression) = &self.metrics[*position];
            Sum {
                metric,
                expression,
                source,
                second: *second,
                value: *value,
            }
        })
    }
}

/// The number in a column of an item.
fn of_item(group: &Group, item: &str, column: &str) -> Option<f64> {
    let rows = &group.item_rows;
    match rows.cell(group.items.get(item)?, rows.column(column)?) {
        Kept::Number(number) => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{
        data::{
            batch::Batch,
            rows::Cell,
            schema::{DatasetType, tests::schema},
        },
        resources::ImportMode,
    };

    /// A mug for 5 sold twice, once at another quarter of an hour, and looked at once.
    pub(in crate::attribution) fn sums() -> Sums {
        let mut group = Group::default();
        let fields = [("ITEM_ID", "string"), ("PRICE", "float")];
        group.set_schema(DatasetType::Items, schema("Items", &fields).unwrap());
        let mug = vec![Cell::Text("mug".to_owned()), Cell::Number(5.0)];
        let rows = Batch::Rows(DatasetType::Items, vec![("mug".to_owned(), mug)]);
        group.import(rows, ImportMode::Full, 0.0);
        let metric = |name: &str, event_type: &str, expression: &str| AttributedMetric {
            metric_name: name.to_owned(),
            event_type: event_type.to_owned(),
            expression: expression.to_owned(),
        };
        let mut sums = Sums::new(vec![
            metric("sales", "Purchase", "SUM(Items.PRICE)"),
            metric("looks", "view", "SAMPLECOUNT()"),
            metric("value", "purchase", "SUM(Interactions.EVENT_VALUE)"),
        ]);
        for (event_type, second) in [("purchase", 1000), ("view", 1000), ("purchase", 2000)] {
            let event = Happened {
                event_type,
                item: "mug",
                source: "mail",
                second,
                number: Box::new(|column| (column == "EVENT_VALUE").then_some(0.5)),
            };
            sums.add(&group, &event);
        }
        sums
    }

    #[test]
    fn events_are_summed_by_metric_and_quarter_of_an_hour() {
        let sums = sums();
        let found: Vec<_> = sums
            .iter()
            .map(|sum| (sum.metric.metric_name.as_str(), sum.second, sum.value))
            .collect();
        assert_eq!(
            found,
            [
                ("sales", 900, 5.0),
                ("sales", 1800, 5.0),
                ("looks", 900, 1.0),
                ("value", 900, 0.5),
                ("value", 1800, 0.5),
            ]
        );
    }

    #[test]
    fn a_hundred_sources_are_told_apart() {
        let metric = AttributedMetric {
            metric_name: "looks".to_owned(),
            event_type: "view".to_owned(),
            expression: "SAMPLECOUNT()".to_owned(),
        };
        let mut sums = Sums::new(vec![metric]);
        for number in 0..2 * MOST_SOURCES {
            let source = number.to_string();
            let event = Happened {
                event_type: "view",
                item: "mug",
                source: &source,
                second: 0,
                number: Box::new(|_| None),
            };
            sums.add(&Group::default(), &event);
        }
        assert_eq!(sums.iter().count(), MOST_SOURCES);
    }
}
