//! Partitions: the only one of tables that have none, those a query wants, and splits of them.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int32Array, RecordBatch, UInt32Array};
use arrow_select::take::take_record_batch;

use super::Properties;
use crate::{error::ProtocolError, message::Constraints, value::Value};

/// The engine reads nothing of a table without partitions, so there is always one.
const SINGLE_COLUMN: &str = "partitionId";

/// The partition of a table that has none.
pub(super) fn single() -> Result<RecordBatch, ProtocolError> {
    let column: ArrayRef = Arc::new(Int32Array::from(vec![1]));
    Ok(RecordBatch::try_from_iter([(SINGLE_COLUMN, column)])?)
}

/// The rows of `all` that `constraints` do not exclude by one of their columns.
pub(super) fn wanted(
    all: &RecordBatch,
    constraints: &Constraints,
) -> Result<RecordBatch, ProtocolError> {
    let predicates = constraints.predicates()?;
    let conditions: Vec<_> = predicates
        .iter()
        .filter_map(|(name, predicate)| all.column_by_name(name).zip(Some(predicate)))
        .collect();
    let rows = u32::try_from(all.num_rows()).unwrap_or(u32::MAX);
    let kept = (0..rows).filter(|row| {
        conditions.iter().all(|(column, predicate)| {
            let row = *row as usize;
            let value = Value::at(column.as_ref(), row);
            // A value of a type that is not known here is not null, and may be wanted.
            let unknown = value.is_none() && column.is_valid(row);
            unknown || predicate.may_allow(value.as_ref())
        })
    });
    Ok(take_record_batch(
        all,
        &UInt32Array::from_iter_values(kept),
    )?)
}

/// A split for each partition, with the values of `columns` as its properties.
pub(super) fn splits(partitions: &RecordBatch, columns: &[String]) -> Vec<Properties> {
    let value = |name: &String, row| {
        let column = partitions.column_by_name(name)?;
        Some((name.clone(), Value::at(column.as_ref(), row)?.to_string()))
    };
    (0..partitions.num_rows())
        .map(|row| columns.iter().filter_map(|name| value(name, row)).collect())
        .collect()
}
