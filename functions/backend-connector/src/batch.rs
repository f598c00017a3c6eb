//! Rows of the backend as batches of Arrow, and what of them did not fit.

use std::{collections::BTreeMap, sync::Arc};

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, Schema};
use athena_federation::Value as Literal;
use serde_json::Value;

use crate::column::Column;

/// Values that were not of their column's type.
#[derive(Debug, Default)]
pub(crate) struct Rejected(BTreeMap<String, u64>);

impl Rejected {
    /// How many.
    pub(crate) fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// Says in the log which columns, without the values.
    pub(crate) fn log(&self, table: &str) {
        for (column, values) in &self.0 {
            tracing::warn!(
                table,
                column,
                values,
                "values are not of the declared type and were read as null; correct the type in \
                 backend.tables, or the data"
            );
        }
    }
}

/// The batch of `columns` in `rows`; `only` keeps the rows with these values in these columns.
pub(crate) fn batch(
    columns: &[&Column],
    rows: Vec<Value>,
    only: &[(&Column, &Literal)],
    rejected: &mut Rejected,
) -> Result<RecordBatch, ArrowError> {
    let rows = only
        .iter()
        .fold(rows, |rows, (column, value)| with(rows, column, value));
    let mut arrays = Vec::with_capacity(columns.len());
    for column in columns {
        let (array, refused) = column.array(&rows);
        if refused > 0 {
            *rejected.0.entry(column.name.clone()).or_default() += refused;
        }
        arrays.push(array);
    }
    let fields: Vec<_> = columns.iter().map(|column| column.field()).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
}

fn with(rows: Vec<Value>, column: &Column, value: &Literal) -> Vec<Value> {
    let (array, _) = column.array(&rows);
    let rows = rows.into_iter().enumerate();
    rows.filter(|(row, _)| Literal::at(array.as_ref(), *row).as_ref() == Some(value))
        .map(|(_, row)| row)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn column(name: &str, kind: &str) -> Column {
        Column::new(
            name,
            &serde_json::from_value(json!({"type": kind})).unwrap(),
        )
        .unwrap()
    }

    #[test]
    fn rows_stay_even_if_no_column_is_wanted() {
        let rows = vec![json!({"id": 1}), json!({"id": "x"})];
        let mut rejected = Rejected::default();
        let id = column("id", "bigint");
        let all = batch(&[&id], rows.clone(), &[], &mut rejected).unwrap();
        assert_eq!((all.num_rows(), rejected.count()), (2, 1));
        let none = batch(&[], rows, &[], &mut rejected).unwrap();
        assert_eq!((none.num_rows(), none.num_columns()), (2, 0));
    }

    #[test]
    fn only_rows_with_the_value_asked_for_are_kept() {
        // A backend that compares without case answers both for either.
        let rows = vec![
            json!({"id": 1, "status": "A"}),
            json!({"id": 2, "status": "a"}),
        ];
        let (id, status) = (column("id", "bigint"), column("status", "varchar"));
        let value = Literal::Text("a".into());
        let only = [(&status, &value)];
        let kept = batch(&[&id], rows, &only, &mut Rejected::default()).unwrap();
        assert_eq!(
            Literal::at(kept.column(0).as_ref(), 0),
            Some(Literal::Int(2))
        );
        assert_eq!(kept.num_rows(), 1);
    }
}
