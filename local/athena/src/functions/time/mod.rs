//! Dates and times. All times are counted in milliseconds, zones are UTC.

mod arithmetic;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{
            Array, ArrayRef, AsArray, Date32Builder, Float64Builder, StringBuilder,
            TimestampMillisecondBuilder,
        },
        compute::cast,
        datatypes::{DataType, Float64Type, TimeUnit, TimestampMillisecondType},
    },
    common::{DataFusionError, Result, exec_err},
};
use jiff::{
    Timestamp, Zoned,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use super::Scalar;
use crate::sql::dates;

pub(super) const FUNCTIONS: &[Scalar] = &[
    Scalar {
        name: "to_unixtime",
        arguments: (1, 1),
        returns: |_| Ok(DataType::Float64),
        evaluate: to_unixtime,
    },
    Scalar {
        name: "from_unixtime",
        arguments: (1, 1),
        returns: |_| Ok(zoned()),
        evaluate: from_unixtime,
    },
    Scalar {
        name: "from_iso8601_timestamp",
        arguments: (1, 1),
        returns: |_| Ok(zoned()),
        evaluate: from_iso8601_timestamp,
    },
    Scalar {
        name: "from_iso8601_date",
        arguments: (1, 1),
        returns: |_| Ok(DataType::Date32),
        evaluate: from_iso8601_date,
    },
    Scalar {
        name: "athena_zoned_timestamp",
        arguments: (1, 1),
        returns: |_| Ok(zoned()),
        evaluate: from_iso8601_timestamp,
    },
    Scalar {
        name: "to_iso8601",
        arguments: (1, 1),
        returns: |_| Ok(DataType::Utf8),
        evaluate: to_iso8601,
    },
    Scalar {
        name: "date_parse",
        arguments: (2, 2),
        returns: |_| Ok(plain()),
        evaluate: date_parse,
    },
    Scalar {
        name: "date_format",
        arguments: (2, 2),
        returns: |_| Ok(DataType::Utf8),
        evaluate: date_format,
    },
    Scalar {
        name: "date_diff",
        arguments: (3, 3),
        returns: |_| Ok(DataType::Int64),
        evaluate: arithmetic::date_diff,
    },
    Scalar {
        name: "date_add",
        arguments: (3, 3),
        returns: |types| Ok(sum_type(&types[2])),
        evaluate: arithmetic::date_add,
    },
];

fn plain() -> DataType {
    DataType::Timestamp(TimeUnit::Millisecond, None)
}

fn zoned() -> DataType {
    DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))
}

/// Dates stay dates, times keep their zone.
fn sum_type(of: &DataType) -> DataType {
    match of {
        DataType::Date32 => DataType::Date32,
        DataType::Timestamp(_, Some(_)) => zoned(),
        _ => plain(),
    }
}

fn wrong(message: String) -> DataFusionError {
    DataFusionError::Execution(message)
}

/// Milliseconds since 1970 of dates, times and texts.
fn milliseconds(column: &ArrayRef) -> Result<ArrayRef> {
    Ok(cast(column, &plain())?)
}

fn civil(milliseconds: i64) -> Result<DateTime> {
    let time = Timestamp::from_millisecond(milliseconds);
    let time = time.map_err(|error| wrong(error.to_string()))?;
    Ok(TimeZone::UTC.to_datetime(time))
}

fn since_1970(time: DateTime) -> Result<i64> {
    let time = TimeZone::UTC.to_timestamp(time);
    Ok(time
        .map_err(|error| wrong(error.to_string()))?
        .as_millisecond())
}

fn to_unixtime(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let times = milliseconds(&arguments[0])?;
    let times = times.as_primitive::<TimestampMillisecondType>();
    let mut seconds = Float64Builder::new();
    for time in times {
        seconds.append_option(time.map(|time| time as f64 / 1000.0));
    }
    Ok(Arc::new(seconds.finish()))
}

fn from_unixtime(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let seconds = cast(&arguments[0], &DataType::Float64)?;
    let mut times = TimestampMillisecondBuilder::new().with_timezone("UTC");
    for second in seconds.as_primitive::<Float64Type>() {
        times.append_option(second.map(|second| (second * 1000.0).round() as i64));
    }
    Ok(Arc::new(times.finish()))
}

fn from_iso8601_timestamp(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let texts = cast(&arguments[0], &DataType::Utf8)?;
    let mut times = TimestampMillisecondBuilder::new().with_timezone("UTC");
    for text in texts.as_string::<i32>() {
        times.append_option(text.map(instant).transpose()?);
    }
    Ok(Arc::new(times.finish()))
}

/// Milliseconds of `2026-11-29T10:00:00+01:00`, `2026-11-29 10:00:00 Europe/London` and shorter forms.
fn instant(text: &str) -> Result<i64> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time.as_millisecond());
    }
    if let Some((time, zone)) = text.rsplit_once(' ')
        && let (Ok(time), Ok(zone)) = (time.parse::<DateTime>(), TimeZone::get(zone))
        && let Ok(time) = zone.to_timestamp(time)
    {
        return Ok(time.as_millisecond());
    }
    if let Ok(time) = text.parse::<Zoned>() {
        return Ok(time.timestamp().as_millisecond());
    }
    match text.parse::<DateTime>() {
        Ok(time) => since_1970(time),
        Err(_) => exec_err!("Invalid ISO 8601 timestamp: \"{text}\""),
    }
}

fn from_iso8601_date(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let texts = cast(&arguments[0], &DataType::Utf8)?;
    let mut dates = Date32Builder::new();
    for text in texts.as_string::<i32>() {
        let Some(text) = text else {
            dates.append_null();
            continue;
        };
        let date: Date = text
            .parse()
            .map_err(|_| wrong(format!("Invalid ISO 8601 date: \"{text}\"")))?;
        let days = since_1970(date.to_datetime(jiff::civil::Time::midnight()))? / 86_400_000;
        dates.append_value(i32::try_from(days).unwrap_or(i32::MAX));
    }
    Ok(Arc::new(dates.finish()))
}

fn to_iso8601(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let format = match arguments[0].data_type() {
        DataType::Date32 => "%Y-%m-%d",
        DataType::Timestamp(_, Some(_)) => "%Y-%m-%dT%H:%M:%S.%3fZ",
        _ => "%Y-%m-%dT%H:%M:%S.%3f",
    };
    let times = milliseconds(&arguments[0])?;
    let mut texts = StringBuilder::new();
    for time in times.as_primitive::<TimestampMillisecondType>() {
        let text = time.map(|time| dates::format(civil(time)?, format).map_err(wrong));
        texts.append_option(text.transpose()?);
    }
    Ok(Arc::new(texts.finish()))
}

fn date_parse(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let texts = cast(&arguments[0], &DataType::Utf8)?;
    let formats = cast(&arguments[1], &DataType::Utf8)?;
    let mut times = TimestampMillisecondBuilder::new();
    for (text, format) in texts
        .as_string::<i32>()
        .iter()
        .zip(formats.as_string::<i32>())
    {
        let (Some(text), Some(format)) = (text, format) else {
            times.append_null();
            continue;
        };
        let time = dates::parse(text, &dates::translated(format)).map_err(wrong)?;
        times.append_value(since_1970(time)?);
    }
    Ok(Arc::new(times.finish()))
}

fn date_format(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let times = milliseconds(&arguments[0])?;
    let formats = cast(&arguments[1], &DataType::Utf8)?;
    let mut texts = StringBuilder::new();
    let rows = times.as_primitive::<TimestampMillisecondType>().iter();
    for (time, format) in rows.zip(formats.as_string::<i32>()) {
        let (Some(time), Some(format)) = (time, format) else {
            texts.append_null();
            continue;
        };
        let text = dates::format(civil(time)?, &dates::translated(format));
        texts.append_value(text.map_err(wrong)?);
    }
    Ok(Arc::new(texts.finish()))
}
