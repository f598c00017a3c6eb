//! Columns of PostgreSQL as Arrow's.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Date64Array, Float64Array, Int64Array, StringArray};
use arrow_schema::DataType;
use tokio_postgres::{Row, types::FromSql};

/// What a column is to Athena; numbers with a fraction lose what f64 does not hold.
pub(crate) fn arrow_type(sql: &str) -> DataType {
    match sql {
        "boolean" => DataType::Boolean,
        "smallint" | "integer" | "bigint" => DataType::Int64,
        "real" | "double precision" | "numeric" => DataType::Float64,
        "date" | "timestamp without time zone" | "timestamp with time zone" => DataType::Date64,
        _ => DataType::Utf8,
    }
}

/// The column `index` of `rows`.
pub(crate) fn column(
    rows: &[Row],
    index: usize,
    data_type: &DataType,
) -> Result<ArrayRef, tokio_postgres::Error> {
    Ok(match data_type {
        DataType::Boolean => {
            Arc::new(values::<bool>(rows, index).collect::<Result<BooleanArray, _>>()?)
        }
        DataType::Int64 => Arc::new(values::<i64>(rows, index).collect::<Result<Int64Array, _>>()?),
        DataType::Float64 => {
            Arc::new(values::<f64>(rows, index).collect::<Result<Float64Array, _>>()?)
        }
        DataType::Date64 => {
            Arc::new(values::<i64>(rows, index).collect::<Result<Date64Array, _>>()?)
        }
        _ => Arc::new(values::<String>(rows, index).collect::<Result<StringArray, _>>()?),
    })
}

fn values<'r, T>(
    rows: &'r [Row],
    index: usize,
) -> impl Iterator<Item = Result<Option<T>, tokio_postgres::Error>> + 'r
where
    T: FromSql<'r> + 'r,
{
    rows.iter().map(move |row| row.try_get(index))
}
