//! Values as Athena writes them into results, and casts to `varchar` give them.

use std::fmt::Write;

use datafusion::arrow::{
    array::{Array, ArrayRef, AsArray},
    compute::cast,
    datatypes::{DataType, Float32Type, Float64Type, TimeUnit, TimestampMillisecondType},
    error::ArrowError,
};
use jiff::Timestamp;

/// A column made ready to be written, value by value.
#[derive(Debug)]
pub(crate) struct TextColumn {
    nulls: ArrayRef,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Text(ArrayRef),
    Double(ArrayRef),
    Float(ArrayRef),
    Timestamp { values: ArrayRef, zone: bool },
    Binary(ArrayRef),
    List(ArrayRef, Box<TextColumn>),
    Struct(Vec<(String, TextColumn)>),
    Map(ArrayRef, Box<TextColumn>, Box<TextColumn>),
}

impl TextColumn {
    /// Makes a column ready.
    ///
    /// # Errors
    /// For types that have no text.
    pub(crate) fn new(column: &ArrayRef) -> Result<Self, ArrowError> {
        let kind = match column.data_type() {
            DataType::Float64 => Kind::Double(column.clone()),
            DataType::Float32 | DataType::Float16 => Kind::Float(cast(column, &DataType::Float32)?),
            DataType::Timestamp(_, zone) => Kind::Timestamp {
                values: cast(column, &milliseconds())?,
                zone: zone.is_some(),
            },
            DataType::Date64 => Kind::Timestamp {
                values: cast(&cast(column, &DataType::Int64)?, &milliseconds())?,
                zone: false,
            },
            DataType::Binary
            | DataType::LargeBinary
            | DataType::BinaryView
            | DataType::FixedSizeBinary(_) => Kind::Binary(cast(column, &DataType::LargeBinary)?),
            DataType::List(element) | DataType::FixedSizeList(element, _) => {
                let column = cast(column, &DataType::LargeList(element.clone()))?;
                let values = Self::new(column.as_list::<i64>().values())?;
                Kind::List(column, Box::new(values))
            }
            DataType::LargeList(_) => {
                let values = Self::new(column.as_list::<i64>().values())?;
                Kind::List(column.clone(), Box::new(values))
            }
            DataType::Struct(fields) => {
                let columns = fields.iter().zip(column.as_struct().columns());
                let columns =
                    columns.map(|(field, column)| Ok((field.name().clone(), Self::new(column)?)));
                Kind::Struct(columns.collect::<Result<_, ArrowError>>()?)
            }
            DataType::Map(_, _) => {
                let map = column.as_map();
                let (keys, values) = (Self::new(map.keys())?, Self::new(map.values())?);
                Kind::Map(column.clone(), Box::new(keys), Box::new(values))
            }
            _ => Kind::Text(cast(column, &DataType::LargeUtf8)?),
        };
        Ok(Self {
            nulls: column.clone(),
            kind,
        })
    }

    /// Whether a row has no value.
    #[must_use]
    pub(crate) fn is_null(&self, row: usize) -> bool {
        // A column of type Null has no list of nulls.
        self.nulls.is_null(row) || *self.nulls.data_type() == DataType::Null
    }

    /// Writes the value of a row; `null` within lists and maps when it has none.
    pub(crate) fn write(&self, row: usize, text: &mut String) {
        if self.is_null(row) {
            text.push_str("null");
            return;
        }
        match &self.kind {
            Kind::Text(values) => text.push_str(values.as_string::<i64>().value(row)),
            Kind::Double(values) => {
                write_double(values.as_primitive::<Float64Type>().value(row), text);
            }
            Kind::Float(values) => {
                write_float(values.as_primitive::<Float32Type>().value(row), text);
            }
            Kind::Timestamp { values, zone } => {
                write_timestamp(
                    values.as_primitive::<TimestampMillisecondType>().value(row),
                    text,
                );
                if *zone {
                    text.push_str(" UTC");
                }
            }
            Kind::Binary(values) => {
                for (index, byte) in values.as_binary::<i64>().value(row).iter().enumerate() {
                    let space = if index == 0 { "" } else { " " };
                    let _ = write!(text, "{space}{byte:02x}");
                }
            }
            Kind::List(values, elements) => {
                let offsets = values.as_list::<i64>().value_offsets();
                let (from, to) = (offsets[row] as usize, offsets[row + 1] as usize);
                text.push('[');
                for element in from..to {
                    separate(element > from, text);
                    elements.write(element, text);
                }
                text.push(']');
            }
            Kind::Struct(columns) => {
                text.push('{');
                for (index, (name, column)) in columns.iter().enumerate() {
                    separate(index > 0, text);
                    text.push_str(name);
                    text.push('=');
                    column.write(row, text);
                }
                text.push('}');
            }
            Kind::Map(map, keys, values) => {
                let offsets = map.as_map().value_offsets();
                let (from, to) = (offsets[row] as usize, offsets[row + 1] as usize);
                text.push('{');
                for entry in from..to {
                    separate(entry > from, text);
                    keys.write(entry, text);
                    text.push('=');
                    values.write(entry, text);
                }
                text.push('}');
            }
        }
    }
}

fn milliseconds() -> DataType {
    DataType::Timestamp(TimeUnit::Millisecond, None)
}

fn separate(wanted: bool, text: &mut String) {
    if wanted {
        text.push_str(", ");
    }
}

/// `2026-11-29 10:00:00.000`.
fn write_timestamp(milliseconds: i64, text: &mut String) {
    match Timestamp::from_millisecond(milliseconds) {
        Ok(time) => {
            let _ = write!(text, "{}", time.strftime("%Y-%m-%d %H:%M:%S.%3f"));
        }
        // Out of the calendar; the number is all there is.
        Err(_) => {
            let _ = write!(text, "{milliseconds}");
        }
    }
}

/// As Java writes it: `1.0`, `0.001`, `1.0E10`.
fn write_double(value: f64, text: &mut String) {
    write_java(value, &format!("{value:e}"), text);
}

fn write_float(value: f32, text: &mut String) {
    write_java(f64::from(value), &format!("{value:e}"), text);
}

fn write_java(value: f64, scientific: &str, text: &mut String) {
    if value.is_nan() {
        return text.push_str("NaN");
    }
    if value.is_infinite() {
        return text.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
    let (digits, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value != 0.0 && !(-3..7).contains(&exponent) {
        let point = if digits.contains('.') { "" } else { ".0" };
        let _ = write!(text, "{digits}{point}E{exponent}");
        return;
    }
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits),
    };
    let digits = digits.replace('.', "");
    text.push_str(sign);
    if exponent < 0 {
        text.push_str("0.");
        (1..-exponent).for_each(|_| text.push('0'));
        text.push_str(&digits);
    } else {
        let whole = exponent as usize + 1;
        let padded = format!("{digits:0<whole$}");
        let (before, after) = padded.split_at(whole);
        let after = if after.is_empty() { "0" } else { after };
        let _ = write!(text, "{before}.{after}");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{
        BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array,
        Int32Array, Int64Array, ListArray, NullArray, StringArray, StringViewArray, StructArray,
        TimestampMicrosecondArray,
    };
    use datafusion::arrow::datatypes::{Field, Int32Type};

    use super::*;

    fn texts(column: impl Array + 'static) -> Vec<String> {
        let column = TextColumn::new(&(Arc::new(column) as ArrayRef)).unwrap();
        let rows = 0..column.nulls.len();
        rows.map(|row| {
            let mut text = String::new();
            column.write(row, &mut text);
            text
        })
        .collect()
    }

    #[test]
    fn values_are_written_as_athena_does() {
        assert_eq!(
            texts(Float64Array::from(vec![
                1.0,
                0.1,
                1e10,
                12_345_678.0,
                1_234_567.0,
                0.001,
                0.000_1,
                -2.5e-7,
                100.0,
                0.0,
                f64::NAN
            ])),
            [
                "1.0",
                "0.1",
                "1.0E10",
                "1.2345678E7",
                "1234567.0",
                "0.001",
                "1.0E-4",
                "-2.5E-7",
                "100.0",
                "0.0",
                "NaN"
            ]
        );
        assert_eq!(texts(Float32Array::from(vec![0.1, 3.5])), ["0.1", "3.5"]);
        assert_eq!(
            texts(Int64Array::from(vec![Some(-5), None])),
            ["-5", "null"]
        );
        assert_eq!(
            texts(BooleanArray::from(vec![true, false])),
            ["true", "false"]
        );
        assert_eq!(texts(StringArray::from(vec!["a\"b"])), ["a\"b"]);
        assert_eq!(texts(StringViewArray::from(vec!["view"])), ["view"]);
        assert_eq!(texts(Date32Array::from(vec![20_786])), ["2026-11-29"]);
        let decimal = Decimal128Array::from(vec![1999])
            .with_precision_and_scale(10, 2)
            .unwrap();
        assert_eq!(texts(decimal), ["19.99"]);
        let time = TimestampMicrosecondArray::from(vec![1_795_946_400_123_456]);
        assert_eq!(texts(time.clone()), ["2026-11-29 10:00:00.123"]);
        assert_eq!(
            texts(time.with_timezone("UTC")),
            ["2026-11-29 10:00:00.123 UTC"]
        );
        assert_eq!(texts(BinaryArray::from(vec![b"hi".as_slice()])), ["68 69"]);
        assert_eq!(texts(NullArray::new(1)), ["null"]);
    }

    #[test]
    fn nested_values_are_written_as_athena_does() {
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![
            Some(vec![Some(1), None]),
            Some(vec![]),
        ]);
        assert_eq!(texts(list), ["[1, null]", "[]"]);
        let row = StructArray::from(vec![
            (
                Arc::new(Field::new("a", DataType::Int32, true)),
                Arc::new(Int32Array::from(vec![1])) as ArrayRef,
            ),
            (
                Arc::new(Field::new("b", DataType::Utf8, true)),
                Arc::new(StringArray::from(vec!["x"])) as ArrayRef,
            ),
        ]);
        assert_eq!(texts(row), ["{a=1, b=x}"]);
    }
}
