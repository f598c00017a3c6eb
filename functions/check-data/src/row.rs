//! Judges one row against its columns: the first rule it breaks, or its values.

use crate::{
    columns::{Column, Columns, Rule},
    layout::Layout,
    reason::{Detail, Reason, Rejection},
    records::Fields,
};

/// The longest id or event type, in characters.
const MAX_ID: usize = 256;
/// The longest category, in characters.
const MAX_CATEGORY: usize = 1_000;
/// 1973 in milliseconds, the year 5138 in seconds: beyond it, a time is in milliseconds.
const MILLISECONDS_FROM: i64 = 100_000_000_000;
/// How far ahead an interaction may be: clocks and time zones differ.
const AHEAD_SECONDS: i64 = 24 * 60 * 60;

/// The values of a good row, by index of the schema's columns.
pub(crate) type Values<'a> = Vec<&'a str>;

/// Judges the row at `now` (epoch seconds).
///
/// # Errors
/// The first rule it breaks.
pub(crate) fn judge<'a>(
    columns: &'a Columns,
    layout: &Layout,
    row: Fields<'a>,
    now: i64,
) -> Result<Values<'a>, Rejection<'a>> {
    if row.len() != layout.width {
        let detail = Detail::Fields(row.len(), layout.width);
        return Err(Rejection::new(Reason::ColumnCount, detail));
    }
    let mut values = Vec::with_capacity(columns.list.len());
    for (column, position) in columns.list.iter().zip(&layout.positions) {
        let value = std::str::from_utf8(row.get(*position));
        let value = value.map_err(|_| broken(Reason::NotUtf8, column, "is not UTF-8"))?;
        obeys(column, value, now)?;
        values.push(value);
    }
    Ok(values)
}

fn broken<'a>(reason: Reason, column: &'a Column, what: &'static str) -> Rejection<'a> {
    Rejection::new(reason, Detail::Column(&column.name, what))
}

fn obeys<'a>(column: &'a Column, value: &str, now: i64) -> Result<(), Rejection<'a>> {
    let reject = |reason, what| Err(broken(reason, column, what));
    if value.is_empty() {
        return if column.nullable {
            Ok(())
        } else {
            reject(Reason::MissingValue, "is empty")
        };
    }
    match column.rule {
        Rule::Id if longer(value, MAX_ID) => {
            reject(Reason::IdTooLong, "has more than 256 characters")
        }
        Rule::Categories if value.split('|').any(|one| longer(one, MAX_CATEGORY)) => reject(
            Reason::CategoryTooLong,
            "has a category of more than 1000 characters",
        ),
        Rule::Time { past } => time(column, value, past, now),
        Rule::Int if value.parse::<i32>().is_err() => {
            reject(Reason::NotANumber, "is not a whole number of 32 bits")
        }
        Rule::Long if value.parse::<i64>().is_err() => {
            reject(Reason::NotANumber, "is not a whole number")
        }
        Rule::Decimal if !is_price(value) && !value.parse::<f64>().is_ok_and(f64::is_finite) => {
            reject(Reason::NotANumber, "is not a number")
        }
        Rule::Boolean if !matches!(value, "true" | "false") => {
            reject(Reason::NotABoolean, "is neither true nor false")
        }
        _ => Ok(()),
    }
}

fn time<'a>(column: &'a Column, value: &str, past: bool, now: i64) -> Result<(), Rejection<'a>> {
    let reject = |reason, what| Err(broken(reason, column, what));
    let Ok(seconds) = value.parse::<i64>() else {
        let what = "is not a whole number of seconds since 1970";
        return reject(Reason::NotANumber, what);
    };
    if seconds < 0 {
        reject(Reason::TimeBefore1970, "is before 1970")
    } else if seconds >= MILLISECONDS_FROM {
        let what = "looks like milliseconds; divide it by 1000";
        reject(Reason::TimeInMilliseconds, what)
    } else if past && seconds > now + AHEAD_SECONDS {
        reject(Reason::TimeInFuture, "is more than a day in the future")
    } else {
        Ok(())
    }
}

/// Whether `value` is a number as most are, a few digits with a point among them: no need to compute it.
fn is_price(value: &str) -> bool {
    let bytes = value.as_bytes();
    let points = bytes.iter().filter(|byte| **byte == b'.').count();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    bytes.len() <= 15 && digits > 0 && points <= 1 && digits + points == bytes.len()
}

/// Whether `value` has more than `limit` characters. Bytes are never fewer: most need no counting.
fn longer(value: &str, limit: usize) -> bool {
    value.len() > limit && value.chars().count() > limit
}

#[cfg(test)]
mod tests {
    use shared::config::DatasetType;

    use super::*;
    use crate::{columns::tests::shipped, records::Records};

    const NOW: i64 = 1_700_000_000;

    fn verdict(dataset: DatasetType, row: &str) -> Option<Reason> {
        let columns = shipped(dataset);
        let width = columns.list.len();
        let layout = Layout {
            positions: (0..width).collect(),
            width,
            extra: Vec::new(),
        };
        let mut records = Records::new();
        records.push(row.as_bytes());
        let fields = records.next(true).unwrap().fields.unwrap();
        judge(&columns, &layout, fields, NOW)
            .err()
            .map(|rejection| rejection.reason)
    }

    fn interaction(row: &str) -> Option<Reason> {
        verdict(DatasetType::Interactions, row)
    }

    #[test]
    fn good_rows_pass() {
        assert_eq!(interaction("u1,i1,1600000000,view,"), None);
        assert_eq!(interaction("u1,i1,0,view,3.5e2"), None);
        assert_eq!(
            interaction(&format!("{},i1,1600000000,view,1", "é".repeat(256))),
            None
        );
    }

    #[test]
    fn each_broken_rule_has_its_reason() {
        let long = "x".repeat(257);
        for (row, reason) in [
            ("u1,i1,1600000000,view", Reason::ColumnCount),
            (",i1,1600000000,view,", Reason::MissingValue),
            ("u1,i1,1600000000,,", Reason::MissingValue),
            (&format!("u1,{long},1600000000,view,"), Reason::IdTooLong),
            ("u1,i1,2020-09-13,view,", Reason::NotANumber),
            ("u1,i1,1600000000.5,view,", Reason::NotANumber),
            ("u1,i1,1600000000000,view,", Reason::TimeInMilliseconds),
            ("u1,i1,-1,view,", Reason::TimeBefore1970),
            ("u1,i1,1600000000,view,NaN", Reason::NotANumber),
            ("u1,i1,1600000000,view,.", Reason::NotANumber),
            ("u1,i1,1600000000,view,1.2.3", Reason::NotANumber),
            ("u1,i1,1600000000,view,1e999", Reason::NotANumber),
        ] {
            assert_eq!(interaction(row), Some(reason), "{row}");
        }
    }

    #[test]
    fn a_day_ahead_is_a_time_zone_and_more_is_the_future() {
        let at = |seconds: i64| interaction(&format!("u1,i1,{seconds},view,"));
        assert_eq!(at(NOW + 86_400), None);
        assert_eq!(at(NOW + 86_401), Some(Reason::TimeInFuture));
        let launch = format!("i1,1,toys,{},", NOW + 90 * 86_400);
        assert_eq!(verdict(DatasetType::Items, &launch), None);
    }

    #[test]
    fn each_category_of_several_has_the_limit() {
        let fits = format!("i1,1,{0}|{0},0,text", "c".repeat(1_000));
        assert_eq!(verdict(DatasetType::Items, &fits), None);
        let not = format!("i1,1,a|{},0,text", "c".repeat(1_001));
        assert_eq!(
            verdict(DatasetType::Items, &not),
            Some(Reason::CategoryTooLong)
        );
    }
}
