//! Conditions on columns, as Rust has them: what a source looks at to ask for fewer rows.

mod normal;
mod sets;

use std::{cmp::Ordering, ops::Bound};

use crate::value::Value;

/// Which values of a column are wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Predicate {
    /// The wanted values.
    pub values: Values,
    /// Whether rows without a value are wanted, too.
    pub null_allowed: bool,
}

/// Wanted values, not counting null.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Every value.
    All,
    /// No value.
    None,
    /// The values in any of these ranges, which are in order and do not touch.
    Ranges(Vec<ValueRange>),
    /// These values; each is once in it when the predicate was read from a message.
    In(Vec<Value>),
    /// All values but these.
    NotIn(Vec<Value>),
}

/// The values between two ends.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueRange {
    /// The lower end.
    pub low: Bound<Value>,
    /// The upper end.
    pub high: Bound<Value>,
}

impl ValueRange {
    /// The range of `value` alone.
    #[must_use]
    pub fn only(value: Value) -> Self {
        Self {
            low: Bound::Included(value.clone()),
            high: Bound::Included(value),
        }
    }

    /// The value, when the range has only one.
    #[must_use]
    pub fn single(&self) -> Option<&Value> {
        match (&self.low, &self.high) {
            (Bound::Included(low), Bound::Included(high)) if low == high => Some(low),
            _ => None,
        }
    }

    /// Whether `value` is in it. A value that cannot be compared may be.
    fn may_contain(&self, value: &Value) -> bool {
        let above = match &self.low {
            Bound::Included(low) => value.partial_cmp(low).is_none_or(Ordering::is_ge),
            Bound::Excluded(low) => value.partial_cmp(low).is_none_or(Ordering::is_gt),
            Bound::Unbounded => true,
        };
        let below = match &self.high {
            Bound::Included(high) => value.partial_cmp(high).is_none_or(Ordering::is_le),
            Bound::Excluded(high) => value.partial_cmp(high).is_none_or(Ordering::is_lt),
            Bound::Unbounded => true,
        };
        above && below
    }
}

impl Predicate {
    /// The wanted values, when they can be listed. Whether null is wanted is another question.
    #[must_use]
    pub fn list(&self) -> Option<Vec<&Value>> {
        match &self.values {
            Values::None => Some(Vec::new()),
            Values::In(values) => Some(values.iter().collect()),
            Values::Ranges(ranges) => ranges.iter().map(ValueRange::single).collect(),
            Values::All | Values::NotIn(_) => None,
        }
    }

    /// The ends of the smallest range that has all wanted values; unbounded on both sides when that
    /// is not known.
    #[must_use]
    pub fn hull(&self) -> (Bound<&Value>, Bound<&Value>) {
        match &self.values {
            Values::Ranges(ranges) => match (ranges.first(), ranges.last()) {
                (Some(first), Some(last)) => (first.low.as_ref(), last.high.as_ref()),
                _ => (Bound::Unbounded, Bound::Unbounded),
            },
            _ => (Bound::Unbounded, Bound::Unbounded),
        }
    }

    /// Whether a row with `value` may be wanted. Values that cannot be compared may be.
    #[must_use]
    pub fn may_allow(&self, value: Option<&Value>) -> bool {
        let Some(value) = value else {
            return self.null_allowed;
        };
        match &self.values {
            Values::All => true,
            Values::None => false,
            Values::In(values) => values.contains(value),
            Values::NotIn(values) => !values.contains(value),
            Values::Ranges(ranges) => ranges.iter().any(|range| range.may_contain(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow_schema::DataType;

    use super::*;
    use crate::version::SerDe;

    fn samples() -> Vec<(DataType, Values)> {
        let text = |text: &str| Value::Text(text.to_owned());
        vec![
            (DataType::Utf8, Values::In(vec![text("a"), text("b")])),
            (DataType::Utf8, Values::NotIn(vec![text("a")])),
            (DataType::Int64, Values::All),
            (DataType::Int64, Values::None),
            (
                DataType::Date64,
                Values::Ranges(vec![
                    ValueRange::only(Value::Timestamp(5)),
                    ValueRange {
                        low: Bound::Excluded(Value::Timestamp(7)),
                        high: Bound::Unbounded,
                    },
                ]),
            ),
        ]
    }

    #[test]
    fn predicates_survive_every_version() {
        for version in SerDe::ALL {
            for (data_type, values) in samples() {
                let predicate = Predicate {
                    values,
                    null_allowed: true,
                };
                let set = predicate
                    .to_value_set(&data_type, version)
                    .unwrap()
                    .unwrap();
                assert_eq!(Predicate::of(&set).unwrap(), Some(predicate));
            }
        }
    }

    #[test]
    fn a_list_and_a_hull_are_known_from_ranges() {
        let ranges = |ranges| Predicate {
            values: Values::Ranges(ranges),
            null_allowed: false,
        };
        let two = ranges(vec![
            ValueRange::only(Value::Int(1)),
            ValueRange::only(Value::Int(4)),
        ]);
        assert_eq!(two.list(), Some(vec![&Value::Int(1), &Value::Int(4)]));
        let hull = (
            Bound::Included(&Value::Int(1)),
            Bound::Included(&Value::Int(4)),
        );
        assert_eq!(two.hull(), hull);
        assert!(two.may_allow(Some(&Value::Int(4))) && !two.may_allow(Some(&Value::Int(3))));
        assert!(!two.may_allow(None));
        let open = ranges(vec![ValueRange {
            low: Bound::Unbounded,
            high: Bound::Excluded(Value::Int(9)),
        }]);
        assert_eq!(open.list(), None);
        assert!(open.may_allow(Some(&Value::Int(8))) && !open.may_allow(Some(&Value::Int(9))));
    }
}
