//! What the conditions of a query say of single columns: as connectors understand it, and as folders of
//! partitions are chosen by it.

use std::{
    cmp::Ordering,
    collections::BTreeMap,
    ops::Bound::{Excluded, Included, Unbounded},
};

use athena_federation::{Value, predicate::Predicate};
use datafusion::{
    arrow::{
        array::{Array, ArrayRef},
        compute::cast,
        datatypes::{DataType, TimeUnit},
    },
    logical_expr::{Between, BinaryExpr, Expr, Operator, expr::InList},
    scalar::ScalarValue,
};

use super::wanted::Wanted;

/// What conditions that all have to be met say of columns, by name.
#[must_use]
pub(crate) fn of_all(conditions: &[Expr]) -> BTreeMap<String, Predicate> {
    let mut columns: BTreeMap<String, Wanted> = BTreeMap::new();
    for (column, wanted) in conditions.iter().filter_map(of) {
        let both = match columns.remove(&column) {
            Some(before) => before.and(&wanted),
            None => wanted,
        };
        columns.insert(column, both);
    }
    let predicates = columns.into_iter();
    predicates
        .map(|(column, wanted)| (column, wanted.predicate()))
        .collect()
}

/// Whether a condition says something of one column.
#[must_use]
pub(crate) fn is_understood(condition: &Expr) -> bool {
    of(condition).is_some()
}

/// The column of a condition, and what is wanted of it.
fn of(condition: &Expr) -> Option<(String, Wanted)> {
    match condition {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => match op {
            Operator::Or => {
                let ((one, left), (two, right)) = (of(left)?, of(right)?);
                (one == two).then(|| (one, left.or(&right)))
            }
            Operator::And => {
                let ((one, left), (two, right)) = (of(left)?, of(right)?);
                (one == two).then(|| (one, left.and(&right)))
            }
            _ => comparison(left, *op, right).or_else(|| comparison(right, op.swap()?, left)),
        },
        Expr::Between(Between {
            expr,
            negated: false,
            low,
            high,
        }) => {
            let low = Included(value(low)?);
            Some((column(expr)?, Wanted::range(low, Included(value(high)?))))
        }
        Expr::InList(InList {
            expr,
            list,
            negated: false,
        }) => {
            let column = column(expr)?;
            let mut wanted = Wanted::nothing();
            for item in list {
                // NULL in a list equals nothing.
                if !matches!(item, Expr::Literal(literal, _) if literal.is_null()) {
                    let value = value(item)?;
                    let only = Wanted::range(Included(value.clone()), Included(value));
                    wanted = wanted.or(&only);
                }
            }
            Some((column, wanted))
        }
        Expr::IsNull(inner) => Some((column(inner)?, Wanted::null())),
        Expr::IsNotNull(inner) => Some((column(inner)?, Wanted::range(Unbounded, Unbounded))),
        Expr::Column(_) => {
            let is = Included(Value::Bool(true));
            Some((column(condition)?, Wanted::range(is.clone(), is)))
        }
        Expr::Not(inner) if matches!(inner.as_ref(), Expr::Column(_)) => {
            let is = Included(Value::Bool(false));
            Some((column(inner)?, Wanted::range(is.clone(), is)))
        }
        _ => None,
    }
}

fn comparison(left: &Expr, operator: Operator, right: &Expr) -> Option<(String, Wanted)> {
    let (column, value) = (column(left)?, value(right)?);
    let wanted = match operator {
        Operator::Eq => Wanted::range(Included(value.clone()), Included(value)),
        Operator::NotEq => Wanted::range(Unbounded, Excluded(value.clone()))
            .or(&Wanted::range(Excluded(value), Unbounded)),
        Operator::Lt => Wanted::range(Unbounded, Excluded(value)),
        Operator::LtEq => Wanted::range(Unbounded, Included(value)),
        Operator::Gt => Wanted::range(Excluded(value), Unbounded),
        Operator::GtEq => Wanted::range(Included(value), Unbounded),
        _ => return None,
    };
    Some((column, wanted))
}

fn column(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Column(column) => Some(column.name.clone()),
        _ => None,
    }
}

/// A literal that has an order and is something.
fn value(expression: &Expr) -> Option<Value> {
    let Expr::Literal(literal, _) = expression else {
        return None;
    };
    let value = scalar(literal)?;
    // What does not equal itself (NaN) is in no range.
    (value.partial_cmp(&value) == Some(Ordering::Equal)).then_some(value)
}

fn scalar(literal: &ScalarValue) -> Option<Value> {
    if literal.is_null() {
        return None;
    }
    at(&literal.to_array().ok()?, 0)
}

/// The value of a row of a column; nothing for NULL and for types without an order.
#[must_use]
pub(crate) fn at(column: &ArrayRef, row: usize) -> Option<Value> {
    let column = match column.data_type() {
        DataType::Timestamp(unit, None) => {
            let counts = cast(column, &DataType::Int64).ok()?;
            // A time between two milliseconds is no value of a column of milliseconds.
            let per_millisecond = match unit {
                TimeUnit::Second | TimeUnit::Millisecond => 1,
                TimeUnit::Microsecond => 1_000,
                TimeUnit::Nanosecond => 1_000_000,
            };
            let Some(Value::Int(count)) = Value::at(&counts, row) else {
                return None;
            };
            let factor = if *unit == TimeUnit::Second { 1_000 } else { 1 };
            return (count % per_millisecond == 0)
                .then(|| Value::Timestamp(count / per_millisecond * factor));
        }
        DataType::LargeUtf8 | DataType::Utf8View => cast(column, &DataType::Utf8).ok()?,
        _ => column.clone(),
    };
    (row < column.len())
        .then(|| Value::at(&column, row))
        .flatten()
}

#[cfg(test)]
mod tests {
    use std::ops::Bound;

    use athena_federation::predicate::Values;
    use datafusion::prelude::{col, lit};

    use super::*;

    fn text(conditions: &[Expr]) -> String {
        let columns = of_all(conditions);
        let text = columns.iter().map(|(column, predicate)| {
            let values = match &predicate.values {
                Values::Ranges(ranges) => ranges
                    .iter()
                    .map(|range| {
                        let bound = |bound: &Bound<Value>| match bound {
                            Included(Value::Int(value)) => format!("={value}"),
                            Excluded(Value::Int(value)) => value.to_string(),
                            Unbounded => String::new(),
                            other => format!("{other:?}"),
                        };
                        format!("{}..{}", bound(&range.low), bound(&range.high))
                    })
                    .collect::<Vec<_>>()
                    .join(" "),
                other => format!("{other:?}"),
            };
            let null = if predicate.null_allowed { " null" } else { "" };
            format!("{column} {values}{null}")
        });
        text.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn conditions_become_ranges() {
        let a = || col("a");
        for (conditions, expected) in [
            (vec![a().eq(lit(5i64))], "a =5..=5"),
            (vec![lit(5i64).lt(a())], "a 5.."),
            (vec![a().gt_eq(lit(1i64)), a().lt(lit(9i64))], "a =1..9"),
            (vec![a().between(lit(1i64), lit(3i64))], "a =1..=3"),
            (vec![a().not_eq(lit(5i64))], "a ..5 5.."),
            (
                vec![a().in_list(vec![lit(3i64), lit(1i64), lit(3i64)], false)],
                "a =1..=1 =3..=3",
            ),
            (
                vec![a().eq(lit(3i64)).or(a().eq(lit(1i64)))],
                "a =1..=1 =3..=3",
            ),
            (vec![a().lt(lit(3i64)).or(a().is_null())], "a ..3 null"),
            (vec![a().lt(lit(3i64)).or(a().gt_eq(lit(3i64)))], "a All"),
            (vec![a().lt(lit(1i64)), a().gt(lit(3i64))], "a None"),
            (vec![a().is_null()], "a None null"),
            (vec![a().is_not_null()], "a All"),
            (vec![a().eq(lit(1i64)).or(col("b").eq(lit(1i64)))], ""),
            (vec![a().eq(lit(f64::NAN))], ""),
            (
                vec![a().eq(lit(1i64)), col("b").gt(lit(2i64))],
                "a =1..=1; b 2..",
            ),
        ] {
            assert_eq!(text(&conditions), expected, "{conditions:?}");
        }
    }
}
