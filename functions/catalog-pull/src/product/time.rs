//! When a product came into the shop, as backends write it.

use jiff::{Timestamp, civil, tz::TimeZone};
use serde_json::Value;

/// Numbers from here on are milliseconds: as seconds they would be in the year 5138.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// The moment in epoch seconds; `None` when there is none, or a database's zero (`0000-00-00`).
pub(super) fn epoch_seconds(value: &Value) -> Result<Option<i64>, String> {
    let wrong = || "createdAt is no time; write it like 2026-11-29T23:30:00Z".to_owned();
    match value {
        Value::Null => Ok(None),
        Value::Number(number) => number
            .as_i64()
            .or_else(|| whole(number.as_f64()?))
            .map(|number| Some(seconds(number)))
            .ok_or_else(wrong),
        Value::String(text) => {
            let text = text.trim();
            if text.is_empty() || text.starts_with("0000-00-00") {
                return Ok(None);
            }
            written(text).map(Some).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

#[allow(clippy::cast_possible_truncation)] // Far below 2^53, as asked.
fn whole(number: f64) -> Option<i64> {
    (number.abs() < 1e15).then_some(number as i64)
}

fn seconds(number: i64) -> i64 {
    if number.abs() >= MILLISECONDS_FROM {
        number.div_euclid(1_000)
    } else {
        number
    }
}

fn written(text: &str) -> Option<i64> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment.as_second());
    }
    if let Ok(number) = text.parse::<i64>() {
        return Some(seconds(number));
    }
    // Without a zone it is UTC, as the interfaces that leave it out document.
    let local = text
        .parse::<civil::DateTime>()
        .or_else(|_| text.parse::<civil::Date>().map(civil::DateTime::from));
    if let Ok(local) = local {
        return Some(local.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second());
    }
    let mail = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(mail.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_moment_is_written_in_many_ways() {
        for same in [
            json!("2026-11-29T23:30:00Z"),
            json!("2026-11-30T00:30:00+01:00"),
            json!("2026-11-29T23:30:00"),
            json!("2026-11-29 23:30:00"),
            json!("2026-11-29T23:30:00.000Z"),
            json!("Sun, 29 Nov 2026 23:30:00 +0000"),
            json!("1795995000"),
            json!(1_795_995_000),
            json!(1_795_995_000_000_i64),
            json!(1_795_995_000.5),
        ] {
            assert_eq!(epoch_seconds(&same).unwrap(), Some(1_795_995_000), "{same}");
        }
        assert_eq!(epoch_seconds(&json!("1970-01-02")).unwrap(), Some(86_400));
    }

    #[test]
    fn no_time_is_none_and_another_text_is_wrong() {
        for none in [json!(null), json!(""), json!("0000-00-00 00:00:00")] {
            assert_eq!(epoch_seconds(&none).unwrap(), None);
        }
        for wrong in [
            json!("yesterday"),
            json!("29/11/2026"),
            json!(true),
            json!(1e300),
        ] {
            assert!(epoch_seconds(&wrong).is_err(), "{wrong}");
        }
    }
}
