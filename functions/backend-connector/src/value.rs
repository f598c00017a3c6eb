//! Values of JSON as values of columns. What would lose something is refused: `"12"` is a whole
//! number, `"12.5"` is none.

use jiff::{
    Span, Timestamp,
    civil::{Date, DateTime, date},
    tz::TimeZone,
};
use serde_json::Value;

/// The days and milliseconds of columns count from here.
const EPOCH: Date = date(1970, 1, 1);

/// Whole numbers below this are seconds since 1970, others milliseconds: the year 5138, or March 1973.
const LARGEST_SECONDS: i64 = 100_000_000_000;

/// Whole numbers that `f64` tells apart.
const EXACT: f64 = 9_007_199_254_740_992.0;

pub(crate) fn text(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

pub(crate) fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::Number(number) => match number.as_u64()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
        Value::String(text) => match text.trim() {
            "1" => Some(true),
            "0" => Some(false),
            word if word.eq_ignore_ascii_case("true") => Some(true),
            word if word.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        },
        _ => None,
    }
}

pub(crate) fn bigint(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| whole(text.parse().ok()?))
        }
        _ => None,
    }
}

pub(crate) fn integer(value: &Value) -> Option<i32> {
    i32::try_from(bigint(value)?).ok()
}

pub(crate) fn double(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

/// Days since 1970. A moment is a day at midnight UTC only.
pub(crate) fn day(value: &Value) -> Option<i32> {
    let text = value.as_str()?.trim();
    let day = match text.parse::<Timestamp>() {
        Ok(moment) => {
            let moment = moment.to_zoned(TimeZone::UTC).datetime();
            (moment.time() == jiff::civil::Time::midnight()).then(|| moment.date())?
        }
        Err(_) => text.parse::<DateTime>().ok().filter(is_midnight)?.date(),
    };
    i32::try_from(day.duration_since(EPOCH).as_hours() / 24).ok()
}

/// Milliseconds since 1970. Times without an offset are UTC.
pub(crate) fn moment(value: &Value) -> Option<i64> {
    let moment = match value {
        Value::Number(number) => {
            let number = number.as_i64()?;
            let seconds = number.unsigned_abs() < LARGEST_SECONDS.unsigned_abs();
            return if seconds {
                number.checked_mul(1_000)
            } else {
                Some(number)
            };
        }
        Value::String(text) => {
            let text = text.trim();
            match text.parse::<Timestamp>() {
                Ok(moment) => moment,
                Err(_) => {
                    let civil: DateTime = text.parse().ok()?;
                    civil.to_zoned(TimeZone::UTC).ok()?.timestamp()
                }
            }
        }
        _ => return None,
    };
    i64::try_from(moment.as_nanosecond().div_euclid(1_000_000)).ok()
}

/// The day of that number as query parameters have it: `2026-11-30`.
pub(crate) fn day_text(days: i32) -> Option<String> {
    let days = Span::new().try_days(days).ok()?;
    Some(EPOCH.checked_add(days).ok()?.to_string())
}

/// The moment of that number as query parameters have it: RFC 3339 in UTC.
pub(crate) fn moment_text(millis: i64) -> Option<String> {
    Some(Timestamp::from_millisecond(millis).ok()?.to_string())
}

#[allow(clippy::cast_possible_truncation)] // Whether it is whole and small enough is asked before.
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
}

fn is_midnight(moment: &DateTime) -> bool {
    moment.time() == jiff::civil::Time::midnight()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_in_text_are_numbers() {
        assert_eq!(bigint(&json!(" 12 ")), Some(12));
        assert_eq!(bigint(&json!("12.0")), Some(12));
        assert_eq!(bigint(&json!(12.0)), Some(12));
        assert_eq!(bigint(&json!("9223372036854775807")), Some(i64::MAX));
        assert_eq!(double(&json!("1e3")), Some(1000.0));
        assert_eq!(boolean(&json!("True")), Some(true));
        assert_eq!(boolean(&json!(0)), Some(false));
    }

    #[test]
    fn what_would_lose_something_is_refused() {
        for value in [
            json!("12.5"),
            json!(12.5),
            json!("twelve"),
            json!([1]),
            json!(1e300),
        ] {
            assert_eq!(bigint(&value), None, "{value}");
        }
        assert_eq!(integer(&json!(3_000_000_000_u32)), None);
        assert_eq!(double(&json!("NaN")), None);
        assert_eq!(boolean(&json!(2)), None);
        assert_eq!(day(&json!("2026-11-30T01:00:00Z")), None);
        assert_eq!(moment(&json!("soon")), None);
    }

    #[test]
    fn times_are_read_with_and_without_an_offset() {
        let expected = Some(1_796_081_400_000);
        for text in [
            "2026-11-30T23:30:00Z",
            "2026-12-01T00:30:00+01:00",
            "2026-11-30 23:30:00",
        ] {
            assert_eq!(moment(&json!(text)), expected, "{text}");
        }
        assert_eq!(moment(&json!(1_796_081_400)), expected);
        assert_eq!(moment(&json!(1_796_081_400_000_i64)), expected);
        assert_eq!(moment(&json!("1969-12-31T23:59:59.9995Z")), Some(-1));
        assert_eq!(
            moment_text(1_796_081_400_000).unwrap(),
            "2026-11-30T23:30:00Z"
        );
        assert_eq!(day(&json!("2026-11-30")), Some(20_787));
        assert_eq!(day(&json!("2026-11-30T00:00:00Z")), Some(20_787));
        assert_eq!(day(&json!("1969-12-31")), Some(-1));
        assert_eq!(day_text(20_787).unwrap(), "2026-11-30");
        assert_eq!((day_text(i32::MAX), day_text(i32::MIN)), (None, None));
    }

    #[test]
    fn everything_has_a_text() {
        assert_eq!(text(&json!(1.5)).unwrap(), "1.5");
        assert_eq!(text(&json!({"a": [1]})).unwrap(), r#"{"a":[1]}"#);
    }
}
