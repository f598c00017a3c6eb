//! Differences and sums of times.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, Int64Builder, TimestampMillisecondBuilder},
        compute::cast,
        datatypes::{DataType, Int64Type, TimestampMillisecondType},
    },
    common::{Result, exec_err},
};
use jiff::{Span, Unit};

use super::{civil, milliseconds, since_1970, sum_type, wrong};

fn unit(name: &str) -> Result<Unit> {
    match name.to_lowercase().as_str() {
        "millisecond" => Ok(Unit::Millisecond),
        "second" => Ok(Unit::Second),
        "minute" => Ok(Unit::Minute),
        "hour" => Ok(Unit::Hour),
        "day" => Ok(Unit::Day),
        "week" => Ok(Unit::Week),
        "month" | "quarter" => Ok(Unit::Month),
        "year" => Ok(Unit::Year),
        _ => exec_err!("'{name}' is not a valid TIMESTAMP field"),
    }
}

/// A quarter is three months.
fn months(name: &str) -> i64 {
    if name.eq_ignore_ascii_case("quarter") {
        3
    } else {
        1
    }
}

/// Whole units between two times.
pub(super) fn date_diff(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let units = cast(&arguments[0], &DataType::Utf8)?;
    let (from, to) = (milliseconds(&arguments[1])?, milliseconds(&arguments[2])?);
    let from = from.as_primitive::<TimestampMillisecondType>();
    let to = to.as_primitive::<TimestampMillisecondType>();
    let mut counts = Int64Builder::new();
    for ((name, from), to) in units.as_string::<i32>().iter().zip(from).zip(to) {
        let (Some(name), Some(from), Some(to)) = (name, from, to) else {
            counts.append_null();
            continue;
        };
        let unit = unit(name)?;
        let span = civil(from)?.until((unit, civil(to)?));
        let span = span.map_err(|error| wrong(error.to_string()))?;
        counts.append_value(whole(span, unit) / months(name));
    }
    Ok(Arc::new(counts.finish()))
}

/// The count of the unit that is the greatest in a span.
fn whole(span: Span, unit: Unit) -> i64 {
    match unit {
        Unit::Year => i64::from(span.get_years()),
        Unit::Month => i64::from(span.get_months()),
        Unit::Week => i64::from(span.get_weeks()),
        Unit::Day => i64::from(span.get_days()),
        Unit::Hour => i64::from(span.get_hours()),
        Unit::Minute => span.get_minutes(),
        Unit::Second => span.get_seconds(),
        _ => span.get_milliseconds(),
    }
}

/// Times and a number of units.
pub(super) fn date_add(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let result = sum_type(arguments[2].data_type());
    let units = cast(&arguments[0], &DataType::Utf8)?;
    let counts = cast(&arguments[1], &DataType::Int64)?;
    let times = milliseconds(&arguments[2])?;
    let mut sums = TimestampMillisecondBuilder::new();
    let rows = units.as_string::<i32>().iter();
    let rows = rows.zip(counts.as_primitive::<Int64Type>());
    for ((name, count), time) in rows.zip(times.as_primitive::<TimestampMillisecondType>()) {
        let (Some(name), Some(count), Some(time)) = (name, count, time) else {
            sums.append_null();
            continue;
        };
        let span = span(unit(name)?, count * months(name));
        let sum = span.and_then(|span| civil(time).ok()?.checked_add(span).ok());
        let sum = sum.ok_or_else(|| wrong(format!("date_add: {count} {name} are too many")))?;
        sums.append_value(since_1970(sum)?);
    }
    Ok(cast(&(Arc::new(sums.finish()) as ArrayRef), &result)?)
}

fn span(unit: Unit, count: i64) -> Option<Span> {
    let span = Span::new();
    let span = match unit {
        Unit::Year => span.try_years(count),
        Unit::Month => span.try_months(count),
        Unit::Week => span.try_weeks(count),
        Unit::Day => span.try_days(count),
        Unit::Hour => span.try_hours(count),
        Unit::Minute => span.try_minutes(count),
        Unit::Second => span.try_seconds(count),
        _ => span.try_milliseconds(count),
    };
    span.ok()
}
