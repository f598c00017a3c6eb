//! Sets of a column's values, as ranges: which of them both of two conditions want, or one of them.

use std::{
    cmp::Ordering,
    ops::Bound::{self, Excluded, Included, Unbounded},
};

use athena_federation::{
    Value,
    predicate::{Predicate, ValueRange, Values},
};

/// What is wanted of a column: ranges in order that do not touch, and whether NULL is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    ranges: Vec<ValueRange>,
    null: bool,
}

impl Wanted {
    /// No value.
    pub(super) fn nothing() -> Self {
        Self {
            ranges: Vec::new(),
            null: false,
        }
    }

    /// NULL.
    pub(super) fn null() -> Self {
        Self {
            ranges: Vec::new(),
            null: true,
        }
    }

    /// The values between two ends.
    pub(super) fn range(low: Bound<Value>, high: Bound<Value>) -> Self {
        Self {
            ranges: vec![ValueRange { low, high }],
            null: false,
        }
    }

    /// The same for connectors.
    pub(super) fn predicate(self) -> Predicate {
        let all = matches!(
            self.ranges.as_slice(),
            [ValueRange {
                low: Unbounded,
                high: Unbounded
            }]
        );
        let values = match self.ranges.is_empty() {
            true => Values::None,
            false if all => Values::All,
            false => Values::Ranges(self.ranges),
        };
        Predicate {
            values,
            null_allowed: self.null,
        }
    }

    /// What both want.
    pub(super) fn and(&self, other: &Self) -> Self {
        let mut ranges = Vec::new();
        for one in &self.ranges {
            for two in &other.ranges {
                let low = max_low(&one.low, &two.low).clone();
                let high = min_high(&one.high, &two.high).clone();
                if !is_empty(&low, &high) {
                    ranges.push(ValueRange { low, high });
                }
            }
        }
        Self {
            ranges,
            null: self.null && other.null,
        }
    }

    /// What one of them wants.
    pub(super) fn or(&self, other: &Self) -> Self {
        let mut ranges: Vec<ValueRange> =
            self.ranges.iter().chain(&other.ranges).cloned().collect();
        ranges.sort_by(|one, two| compare_low(&one.low, &two.low));
        let mut merged: Vec<ValueRange> = Vec::new();
        for range in ranges {
            match merged.last_mut() {
                Some(last) if touches(&last.high, &range.low) => {
                    last.high = max_high(&last.high, &range.high).clone();
                }
                _ => merged.push(range),
            }
        }
        Self {
            ranges: merged,
            null: self.null || other.null,
        }
    }
}

fn order(one: &Value, two: &Value) -> Ordering {
    one.partial_cmp(two).unwrap_or(Ordering::Equal)
}

fn compare_low(one: &Bound<Value>, two: &Bound<Value>) -> Ordering {
    match (one, two) {
        (Unbounded, Unbounded) => Ordering::Equal,
        (Unbounded, _) => Ordering::Less,
        (_, Unbounded) => Ordering::Greater,
        (Included(one), Excluded(two)) => order(one, two).then(Ordering::Less),
        (Excluded(one), Included(two)) => order(one, two).then(Ordering::Greater),
        (Included(one) | Excluded(one), Included(two) | Excluded(two)) => order(one, two),
    }
}

fn compare_high(one: &Bound<Value>, two: &Bound<Value>) -> Ordering {
    match (one, two) {
        (Unbounded, Unbounded) => Ordering::Equal,
        (Unbounded, _) => Ordering::Greater,
        (_, Unbounded) => Ordering::Less,
        (Included(one), Excluded(two)) => order(one, two).then(Ordering::Greater),
        (Excluded(one), Included(two)) => order(one, two).then(Ordering::Less),
        (Included(one) | Excluded(one), Included(two) | Excluded(two)) => order(one, two),
    }
}

fn max_low<'a>(one: &'a Bound<Value>, two: &'a Bound<Value>) -> &'a Bound<Value> {
    if compare_low(one, two).is_lt() {
        two
    } else {
        one
    }
}

fn min_high<'a>(one: &'a Bound<Value>, two: &'a Bound<Value>) -> &'a Bound<Value> {
    if compare_high(one, two).is_gt() {
        two
    } else {
        one
    }
}

fn max_high<'a>(one: &'a Bound<Value>, two: &'a Bound<Value>) -> &'a Bound<Value> {
    if compare_high(one, two).is_lt() {
        two
    } else {
        one
    }
}

fn is_empty(low: &Bound<Value>, high: &Bound<Value>) -> bool {
    match (low, high) {
        (Unbounded, _) | (_, Unbounded) => false,
        (Included(low), Included(high)) => order(low, high).is_gt(),
        (Included(low) | Excluded(low), Included(high) | Excluded(high)) => {
            order(low, high).is_ge()
        }
    }
}

/// Whether nothing lies between the end of a range and the beginning of a later one.
fn touches(high: &Bound<Value>, low: &Bound<Value>) -> bool {
    match (high, low) {
        (Unbounded, _) | (_, Unbounded) => true,
        (Excluded(high), Excluded(low)) => order(high, low).is_gt(),
        (Included(high) | Excluded(high), Included(low) | Excluded(low)) => {
            order(high, low).is_ge()
        }
    }
}
