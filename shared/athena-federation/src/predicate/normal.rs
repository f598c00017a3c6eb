//! Wanted values in order, each of them once: engines send the same value twice, and ranges that
//! overlap, and a source that asks for them one after the other would read rows twice.

use std::{cmp::Ordering, ops::Bound};

use super::ValueRange;
use crate::value::Value;

/// `values` in order, each of them once.
pub(super) fn distinct(mut values: Vec<Value>) -> Vec<Value> {
    values.sort_by(Value::total_cmp);
    values.dedup_by(|second, first| same(first, second));
    values
}

/// `ranges` in order, those that overlap or touch as one.
pub(super) fn merged(mut ranges: Vec<ValueRange>) -> Vec<ValueRange> {
    if ranges.len() > 1 {
        ranges.retain(|range| !range.is_empty());
    }
    ranges.sort_by(|left, right| by_low(&left.low, &right.low));
    let mut merged: Vec<ValueRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if reaches(&last.high, &range.low) => {
                if by_high(&last.high, &range.high).is_lt() {
                    last.high = range.high;
                }
            }
            _ => merged.push(range),
        }
    }
    merged
}

impl ValueRange {
    /// Whether its ends leave nothing between them.
    fn is_empty(&self) -> bool {
        let (Some(low), Some(high)) = (value(&self.low), value(&self.high)) else {
            return false;
        };
        let closed = matches!(
            (&self.low, &self.high),
            (Bound::Included(_), Bound::Included(_))
        );
        match low.total_cmp(high) {
            Ordering::Less => false,
            Ordering::Equal => !closed,
            Ordering::Greater => !same(low, high),
        }
    }
}

/// Equal; zeros of either sign are.
fn same(left: &Value, right: &Value) -> bool {
    left == right || left.total_cmp(right).is_eq()
}

fn value(end: &Bound<Value>) -> Option<&Value> {
    match end {
        Bound::Included(value) | Bound::Excluded(value) => Some(value),
        Bound::Unbounded => None,
    }
}

fn by_low(left: &Bound<Value>, right: &Bound<Value>) -> Ordering {
    match (value(left), value(right)) {
        (Some(first), Some(second)) => {
            let excluded = |end| matches!(end, &Bound::Excluded(_));
            let same_value = excluded(left).cmp(&excluded(right));
            first.total_cmp(second).then(same_value)
        }
        (first, second) => first.is_some().cmp(&second.is_some()),
    }
}

fn by_high(left: &Bound<Value>, right: &Bound<Value>) -> Ordering {
    match (value(left), value(right)) {
        (Some(first), Some(second)) => {
            let included = |end| matches!(end, &Bound::Included(_));
            let same_value = included(left).cmp(&included(right));
            first.total_cmp(second).then(same_value)
        }
        (first, second) => first.is_none().cmp(&second.is_none()),
    }
}

/// Whether no value lies between the upper end of a range and the lower one of the next.
fn reaches(high: &Bound<Value>, low: &Bound<Value>) -> bool {
    let (Some(end), Some(begin)) = (value(high), value(low)) else {
        return true;
    };
    let both_open = matches!((high, low), (Bound::Excluded(_), Bound::Excluded(_)));
    if same(end, begin) {
        return !both_open;
    }
    end.total_cmp(begin).is_gt()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Bound<i64> = Bound::Unbounded;

    fn ranges(ends: &[(Bound<i64>, Bound<i64>)]) -> Vec<ValueRange> {
        let range = |(low, high): &(Bound<i64>, Bound<i64>)| ValueRange {
            low: low.map(Value::Int),
            high: high.map(Value::Int),
        };
        ends.iter().map(range).collect()
    }

    fn from(value: i64) -> Bound<i64> {
        Bound::Included(value)
    }

    fn beyond(value: i64) -> Bound<i64> {
        Bound::Excluded(value)
    }

    #[test]
    fn values_that_come_twice_are_one() {
        let text = |text: &str| Value::Text(text.to_owned());
        let doubled = vec![text("b"), text("a"), text("b")];
        assert_eq!(distinct(doubled), [text("a"), text("b")]);
        let numbers = [f64::NAN, 0.0, -0.0, f64::NAN, 1.0].map(Value::Double);
        assert_eq!(distinct(numbers.into()).len(), 3);
        // Of different types they have an order all the same.
        let mixed = vec![text("a"), Value::Int(1), Value::Bool(true), Value::Int(1)];
        assert_eq!(distinct(mixed).len(), 3);
    }

    #[test]
    fn ranges_that_overlap_or_touch_are_one() {
        let merged = |ends: &[_]| merged(ranges(ends));
        let ones = [(from(1), from(1)), (from(3), from(3)), (from(1), from(1))];
        assert_eq!(
            merged(&ones),
            ranges(&[(from(1), from(1)), (from(3), from(3))])
        );
        let overlapping = [(from(5), beyond(9)), (OPEN, from(6)), (from(9), from(12))];
        assert_eq!(merged(&overlapping), ranges(&[(OPEN, from(12))]));
        let within = [(from(1), OPEN), (from(2), from(3))];
        assert_eq!(merged(&within), ranges(&[(from(1), OPEN)]));
        let parted = [(beyond(5), OPEN), (OPEN, beyond(5))];
        assert_eq!(
            merged(&parted),
            ranges(&[(OPEN, beyond(5)), (beyond(5), OPEN)])
        );
        let one_empty = [(from(1), from(2)), (from(9), from(0)), (beyond(4), from(4))];
        assert_eq!(merged(&one_empty), ranges(&[(from(1), from(2))]));
    }
}
