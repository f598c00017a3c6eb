//! Single values of columns, as Rust has them.

use std::{cmp::Ordering, fmt, sync::Arc};

use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Date64Array, Decimal128Array,
    Float32Array, Float64Array, PrimitiveArray, StringArray,
    cast::AsArray,
    types::{
        ArrowPrimitiveType, Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type,
        Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    },
};
use arrow_schema::DataType;

/// A value that is not null.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A boolean.
    Bool(bool),
    /// An integer of any width up to 64 bits.
    Int(i64),
    /// A number of either floating-point type.
    Double(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Days since 1970-01-01.
    Date(i32),
    /// Milliseconds since 1970-01-01, without a time zone: what Athena calls `timestamp`.
    Timestamp(i64),
    /// A decimal number: this integer divided by ten to the power of the scale.
    Decimal(i128, i8),
}

impl Value {
    /// The value in `row` of `column`; `None` when it is null or of a type without a [`Value`].
    #[must_use]
    pub fn at(column: &dyn Array, row: usize) -> Option<Self> {
        if column.is_null(row) {
            return None;
        }
        Some(match column.data_type() {
            DataType::Boolean => Self::Bool(column.as_boolean().value(row)),
            DataType::Int8 => Self::Int(number::<Int8Type>(column, row).into()),
            DataType::Int16 => Self::Int(number::<Int16Type>(column, row).into()),
            DataType::Int32 => Self::Int(number::<Int32Type>(column, row).into()),
            DataType::Int64 => Self::Int(number::<Int64Type>(column, row)),
            DataType::UInt8 => Self::Int(number::<UInt8Type>(column, row).into()),
            DataType::UInt16 => Self::Int(number::<UInt16Type>(column, row).into()),
            DataType::UInt32 => Self::Int(number::<UInt32Type>(column, row).into()),
            DataType::Float32 => Self::Double(number::<Float32Type>(column, row).into()),
            DataType::Float64 => Self::Double(number::<Float64Type>(column, row)),
            DataType::Utf8 => Self::Text(column.as_string::<i32>().value(row).to_owned()),
            DataType::Binary => Self::Bytes(column.as_binary::<i32>().value(row).to_vec()),
            DataType::Date32 => Self::Date(number::<Date32Type>(column, row)),
            DataType::Date64 => Self::Timestamp(number::<Date64Type>(column, row)),
            DataType::Decimal128(_, scale) => {
                Self::Decimal(number::<Decimal128Type>(column, row), *scale)
            }
            _ => return None,
        })
    }

    /// A column of `values`; `None` when one of them is not exactly a value of `data_type`.
    #[must_use]
    pub fn column(values: &[Self], data_type: &DataType) -> Option<ArrayRef> {
        Some(match data_type {
            DataType::Boolean => Arc::new(BooleanArray::from(each(values, Self::as_bool)?)),
            DataType::Int8 => integers::<Int8Type>(values)?,
            DataType::Int16 => integers::<Int16Type>(values)?,
            DataType::Int32 => integers::<Int32Type>(values)?,
            DataType::Int64 => integers::<Int64Type>(values)?,
            DataType::Float32 => Arc::new(Float32Array::from(each(values, Self::as_float)?)),
            DataType::Float64 => Arc::new(Float64Array::from(each(values, Self::as_double)?)),
            DataType::Utf8 => Arc::new(StringArray::from(each(values, Self::as_text)?)),
            DataType::Binary => Arc::new(BinaryArray::from(each(values, Self::as_bytes)?)),
            DataType::Date32 => Arc::new(Date32Array::from(each(values, Self::as_date)?)),
            DataType::Date64 => Arc::new(Date64Array::from(each(values, Self::as_timestamp)?)),
            DataType::Decimal128(precision, scale) => {
                let unscaled = each(values, |value| value.as_decimal(*scale))?;
                let column = Decimal128Array::from(unscaled);
                Arc::new(column.with_precision_and_scale(*precision, *scale).ok()?)
            }
            _ => return None,
        })
    }

    fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    fn as_double(&self) -> Option<f64> {
        match self {
            Self::Double(value) => Some(*value),
            _ => None,
        }
    }

    #[allow(clippy::cast_possible_truncation)] // Whether it was, is asked right after.
    fn as_float(&self) -> Option<f32> {
        let value = self.as_double()?;
        let narrow = value as f32;
        (f64::from(narrow) == value).then_some(narrow)
    }

    fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(value) => Some(value),
            _ => None,
        }
    }

    fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(value) => Some(value),
            _ => None,
        }
    }

    fn as_date(&self) -> Option<i32> {
        match self {
            Self::Date(value) => Some(*value),
            _ => None,
        }
    }

    fn as_timestamp(&self) -> Option<i64> {
        match self {
            Self::Timestamp(value) => Some(*value),
            _ => None,
        }
    }

    fn as_decimal(&self, wanted: i8) -> Option<i128> {
        match self {
            Self::Decimal(value, scale) if *scale == wanted => Some(*value),
            _ => None,
        }
    }
}

impl Value {
    /// An order of all values, such as sorting needs: that of [`PartialOrd`] within a type, and numbers
    /// that are none behind all others.
    pub(crate) fn total_cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Double(left), Self::Double(right)) => left.total_cmp(right),
            _ => self
                .partial_cmp(other)
                .unwrap_or_else(|| self.kind().cmp(&other.kind())),
        }
    }

    /// Tells types apart, and decimals by their scale.
    fn kind(&self) -> (u8, i8) {
        match self {
            Self::Bool(_) => (0, 0),
            Self::Int(_) => (1, 0),
            Self::Double(_) => (2, 0),
            Self::Text(_) => (3, 0),
            Self::Bytes(_) => (4, 0),
            Self::Date(_) => (5, 0),
            Self::Timestamp(_) => (6, 0),
            Self::Decimal(_, scale) => (7, *scale),
        }
    }
}

impl PartialOrd for Value {
    /// Values of different types have no order.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Bool(left), Self::Bool(right)) => left.partial_cmp(right),
            (Self::Int(left), Self::Int(right)) => left.partial_cmp(right),
            (Self::Double(left), Self::Double(right)) => left.partial_cmp(right),
            (Self::Text(left), Self::Text(right)) => left.partial_cmp(right),
            (Self::Bytes(left), Self::Bytes(right)) => left.partial_cmp(right),
            (Self::Date(left), Self::Date(right)) => left.partial_cmp(right),
            (Self::Timestamp(left), Self::Timestamp(right)) => left.partial_cmp(right),
            (Self::Decimal(left, scale), Self::Decimal(right, other)) if scale == other => {
                left.partial_cmp(right)
            }
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    /// As a split's properties have it: numbers in decimal, dates and timestamps as the number they
    /// are, bytes in hexadecimal.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(formatter),
            Self::Int(value) | Self::Timestamp(value) => value.fmt(formatter),
            Self::Double(value) => value.fmt(formatter),
            Self::Text(value) => value.fmt(formatter),
            Self::Bytes(value) => value
                .iter()
                .try_for_each(|byte| write!(formatter, "{byte:02x}")),
            Self::Date(value) => value.fmt(formatter),
            Self::Decimal(value, scale) => decimal(*value, *scale).fmt(formatter),
        }
    }
}

fn decimal(value: i128, scale: i8) -> String {
    let Ok(scale) = usize::try_from(scale) else {
        return format!("{value}{}", "0".repeat(usize::from(scale.unsigned_abs())));
    };
    if scale == 0 {
        return value.to_string();
    }
    let sign = if value < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    format!("{sign}{whole}.{fraction}")
}

fn number<T: ArrowPrimitiveType>(column: &dyn Array, row: usize) -> T::Native {
    column.as_primitive::<T>().value(row)
}

fn each<'a, T>(values: &'a [Value], value: impl Fn(&'a Value) -> Option<T>) -> Option<Vec<T>> {
    values.iter().map(value).collect()
}

fn integers<T: ArrowPrimitiveType<Native: TryFrom<i64>>>(values: &[Value]) -> Option<ArrayRef> {
    let values = each(values, |value| T::Native::try_from(value.as_int()?).ok())?;
    Some(Arc::new(PrimitiveArray::<T>::from_iter_values(values)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_into_columns_and_out_again() {
        let samples = [
            (DataType::Boolean, Value::Bool(true)),
            (DataType::Int8, Value::Int(-3)),
            (DataType::Int64, Value::Int(i64::MAX)),
            (DataType::Float32, Value::Double(0.5)),
            (DataType::Float64, Value::Double(0.1)),
            (DataType::Utf8, Value::Text("tea".into())),
            (DataType::Binary, Value::Bytes(vec![1, 2])),
            (DataType::Date32, Value::Date(20_786)),
            (DataType::Date64, Value::Timestamp(1_795_000_000_000)),
            (DataType::Decimal128(10, 2), Value::Decimal(1_999, 2)),
        ];
        for (data_type, value) in samples {
            let column = Value::column(std::slice::from_ref(&value), &data_type).unwrap();
            assert_eq!(Value::at(&column, 0), Some(value), "{data_type}");
        }
    }

    #[test]
    fn what_a_column_cannot_hold_exactly_is_refused() {
        assert!(Value::column(&[Value::Int(300)], &DataType::Int8).is_none());
        assert!(Value::column(&[Value::Double(0.1)], &DataType::Float32).is_none());
        assert!(Value::column(&[Value::Text("1".into())], &DataType::Int64).is_none());
    }

    #[test]
    fn decimals_are_written_with_their_scale() {
        assert_eq!(Value::Decimal(1_999, 2).to_string(), "19.99");
        assert_eq!(Value::Decimal(-5, 2).to_string(), "-0.05");
        assert_eq!(Value::Decimal(7, 0).to_string(), "7");
        assert_eq!(Value::Decimal(7, -2).to_string(), "700");
    }
}
