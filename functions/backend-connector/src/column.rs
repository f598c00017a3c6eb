//! One column: where its values are in a row of the backend, and the Arrow array of them.

use std::{borrow::Cow, sync::Arc};

use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Date64Array, Float64Array, Int32Array, Int64Array,
    StringArray,
};
use arrow_schema::{DataType, Field};
use backend::{BackendError, Expression};
use serde_json::Value;
use shared::config::backend::{self as config, ColumnFilter, ColumnType};

use crate::value;

/// A column of a table.
#[derive(Debug)]
pub(crate) struct Column {
    /// Its name in Athena, in lower case.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) kind: ColumnType,
    /// How the backend filters by it.
    pub(crate) filter: ColumnFilter,
    place: Place,
}

/// Where a value is in a row.
#[derive(Debug)]
enum Place {
    /// Members within members; what JMESPath is used for the most, and ten times as fast without it.
    Members(Vec<String>),
    /// Anywhere.
    Expression(Expression),
}

impl Column {
    /// The column `name` as it is declared.
    pub(crate) fn new(name: &str, declared: &config::Column) -> Result<Self, BackendError> {
        let place = match declared.from.as_deref() {
            None => Place::Members(vec![name.to_owned()]),
            Some(path) if path.split('.').all(is_identifier) => {
                Place::Members(path.split('.').map(str::to_owned).collect())
            }
            Some(expression) => Place::Expression(Expression::compile(expression)?),
        };
        Ok(Self {
            name: name.to_lowercase(),
            kind: declared.column_type,
            filter: declared.filter.clone().unwrap_or_default(),
            place,
        })
    }

    /// As Arrow and Athena describe it.
    pub(crate) fn field(&self) -> Field {
        let data_type = match self.kind {
            ColumnType::Varchar => DataType::Utf8,
            ColumnType::Boolean => DataType::Boolean,
            ColumnType::Integer => DataType::Int32,
            ColumnType::Bigint => DataType::Int64,
            ColumnType::Double => DataType::Float64,
            ColumnType::Date => DataType::Date32,
            ColumnType::Timestamp => DataType::Date64,
        };
        Field::new(&self.name, data_type, true)
    }

    /// What the backend calls the member of a row that has it; `None` when it is computed from several.
    pub(crate) fn member(&self) -> Option<&str> {
        match &self.place {
            Place::Members(path) => path.first().map(String::as_str),
            Place::Expression(_) => None,
        }
    }

    /// Its values in `rows`, and how many of them are not of its type, which are null then.
    pub(crate) fn array(&self, rows: &[Value]) -> (ArrayRef, u64) {
        match self.kind {
            ColumnType::Varchar => self.collect::<_, StringArray>(rows, value::text),
            ColumnType::Boolean => self.collect::<_, BooleanArray>(rows, value::boolean),
            ColumnType::Integer => self.collect::<_, Int32Array>(rows, value::integer),
            ColumnType::Bigint => self.collect::<_, Int64Array>(rows, value::bigint),
            ColumnType::Double => self.collect::<_, Float64Array>(rows, value::double),
            ColumnType::Date => self.collect::<_, Date32Array>(rows, value::day),
            ColumnType::Timestamp => self.collect::<_, Date64Array>(rows, value::moment),
        }
    }

    fn collect<T, A: Array + FromIterator<Option<T>> + 'static>(
        &self,
        rows: &[Value],
        convert: fn(&Value) -> Option<T>,
    ) -> (ArrayRef, u64) {
        let mut rejected = 0;
        let values = rows.iter().map(|row| {
            let value = match self.find(row) {
                Ok(value) if value.is_null() => return None,
                Ok(value) => convert(&value),
                // A function of JMESPath does not take what is there.
                Err(_) => None,
            };
            rejected += u64::from(value.is_none());
            value
        });
        let array: A = values.collect();
        (Arc::new(array), rejected)
    }

    fn find<'a>(&self, row: &'a Value) -> Result<Cow<'a, Value>, BackendError> {
        match &self.place {
            Place::Members(path) => {
                let found = path.iter().try_fold(row, |value, member| value.get(member));
                Ok(Cow::Borrowed(found.unwrap_or(&Value::Null)))
            }
            Place::Expression(expression) => expression.find(row).map(Cow::Owned),
        }
    }
}

/// Whether it is a name that JMESPath needs no quotes for.
fn is_identifier(name: &str) -> bool {
    let mut letters = name.bytes();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == b'_')
}

#[cfg(test)]
mod tests {
    use arrow_array::{cast::AsArray, types::Float64Type};
    use serde_json::json;

    use super::*;

    fn column(declared: &Value) -> Column {
        Column::new("Total", &serde_json::from_value(declared.clone()).unwrap()).unwrap()
    }

    #[test]
    fn values_are_found_by_name_path_or_expression() {
        let rows = [json!({"Total": "1.5", "sum": {"net": 2}, "lines": [{"p": 1}, {"p": 2}]})];
        for (declared, expected, member) in [
            (json!({"type": "double"}), 1.5, Some("Total")),
            (
                json!({"type": "double", "from": "sum.net"}),
                2.0,
                Some("sum"),
            ),
            (
                json!({"type": "double", "from": "sum(lines[].p)"}),
                3.0,
                None,
            ),
        ] {
            let column = column(&declared);
            let (array, rejected) = column.array(&rows);
            assert_eq!(array.as_primitive::<Float64Type>().value(0), expected);
            assert_eq!((rejected, column.member()), (0, member), "{declared}");
            assert_eq!(column.field().name(), "total");
        }
    }

    #[test]
    fn values_of_another_type_are_null_and_counted() {
        let rows = [
            json!({"Total": 1}),
            json!({"Total": "much"}),
            json!({"Total": null}),
            json!({}),
            json!("no row"),
        ];
        let (array, rejected) = column(&json!({"type": "double"})).array(&rows);
        assert_eq!((array.null_count(), rejected), (4, 1));
    }
}
