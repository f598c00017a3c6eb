//! Arrow's types as JSON objects. They say nothing of what is inside of lists and structs.

use arrow_schema::DataType;
use serde::{Deserialize, Serialize};

/// A type, named as Arrow's Java library names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "@type", rename_all_fields = "camelCase")]
#[allow(missing_docs)] // The names are Arrow's own.
pub enum ArrowType {
    Null,
    Struct,
    List,
    FixedSizeList {
        list_size: i32,
    },
    Union {
        mode: String,
        type_ids: Vec<i32>,
    },
    Int {
        bit_width: i32,
        is_signed: bool,
    },
    FloatingPoint {
        precision: Precision,
    },
    Utf8,
    Binary,
    FixedSizeBinary {
        byte_width: i32,
    },
    Bool,
    Decimal {
        precision: i32,
        scale: i32,
    },
    Date {
        unit: DateUnit,
    },
    Time {
        unit: TimeUnit,
        bit_width: i32,
    },
    Timestamp {
        unit: TimeUnit,
        timezone: Option<String>,
    },
    Interval {
        unit: IntervalUnit,
    },
    Map,
}

/// How wide a floating-point number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum Precision {
    Half,
    Single,
    Double,
}

/// What a date counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum DateUnit {
    Day,
    Millisecond,
}

/// What a time or timestamp counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum TimeUnit {
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
}

impl From<arrow_schema::TimeUnit> for TimeUnit {
    fn from(unit: arrow_schema::TimeUnit) -> Self {
        match unit {
            arrow_schema::TimeUnit::Second => Self::Second,
            arrow_schema::TimeUnit::Millisecond => Self::Millisecond,
            arrow_schema::TimeUnit::Microsecond => Self::Microsecond,
            arrow_schema::TimeUnit::Nanosecond => Self::Nanosecond,
        }
    }
}

/// What an interval counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum IntervalUnit {
    YearMonth,
    DayTime,
    MonthDayNano,
}

impl ArrowType {
    /// The description of `data_type`; `None` for types that the protocol does not carry.
    #[must_use]
    pub fn of(data_type: &DataType) -> Option<Self> {
        let int = |bit_width, is_signed| Self::Int {
            bit_width,
            is_signed,
        };
        let time = |unit: arrow_schema::TimeUnit, bit_width| Self::Time {
            unit: unit.into(),
            bit_width,
        };
        Some(match data_type {
            DataType::Null => Self::Null,
            DataType::Boolean => Self::Bool,
            DataType::Int8 => int(8, true),
            DataType::Int16 => int(16, true),
            DataType::Int32 => int(32, true),
            DataType::Int64 => int(64, true),
            DataType::UInt8 => int(8, false),
            DataType::UInt16 => int(16, false),
            DataType::UInt32 => int(32, false),
            DataType::UInt64 => int(64, false),
            DataType::Float16 => Self::float(Precision::Half),
            DataType::Float32 => Self::float(Precision::Single),
            DataType::Float64 => Self::float(Precision::Double),
            DataType::Utf8 => Self::Utf8,
            DataType::Binary => Self::Binary,
            DataType::FixedSizeBinary(byte_width) => Self::FixedSizeBinary {
                byte_width: *byte_width,
            },
            DataType::Decimal128(precision, scale) => Self::Decimal {
                precision: i32::from(*precision),
                scale: i32::from(*scale),
            },
            DataType::Date32 => Self::Date {
                unit: DateUnit::Day,
            },
            DataType::Date64 => Self::Date {
                unit: DateUnit::Millisecond,
            },
            DataType::Time32(unit) => time(*unit, 32),
            DataType::Time64(unit) => time(*unit, 64),
            DataType::Timestamp(unit, zone) => Self::Timestamp {
                unit: (*unit).into(),
                timezone: zone.as_deref().map(ToOwned::to_owned),
            },
            DataType::Interval(unit) => Self::Interval {
                unit: match unit {
                    arrow_schema::IntervalUnit::YearMonth => IntervalUnit::YearMonth,
                    arrow_schema::IntervalUnit::DayTime => IntervalUnit::DayTime,
                    arrow_schema::IntervalUnit::MonthDayNano => IntervalUnit::MonthDayNano,
                },
            },
            DataType::List(_) => Self::List,
            DataType::FixedSizeList(_, list_size) => Self::FixedSizeList {
                list_size: *list_size,
            },
            DataType::Struct(_) => Self::Struct,
            DataType::Map(..) => Self::Map,
            _ => return None,
        })
    }

    fn float(precision: Precision) -> Self {
        Self::FloatingPoint { precision }
    }
}
