//! Formats of dates as Trino takes them from MySQL, in the letters of the library used here.

use jiff::{
    civil::DateTime,
    fmt::strtime::{self, BrokenDownTime},
};

/// A MySQL format (`%Y-%m-%d %H:%i:%s`) in the library's letters.
#[must_use]
pub(crate) fn translated(mysql: &str) -> String {
    let mut format = String::with_capacity(mysql.len());
    let mut signs = mysql.chars();
    while let Some(sign) = signs.next() {
        if sign != '%' {
            format.push(sign);
            continue;
        }
        match signs.next() {
            Some('i') => format.push_str("%M"),
            Some('s') => format.push_str("%S"),
            Some('M') => format.push_str("%B"),
            Some('W') => format.push_str("%A"),
            Some('h' | 'l') => format.push_str("%I"),
            Some('k') => format.push_str("%H"),
            Some('c') => format.push_str("%m"),
            Some('r') => format.push_str("%I:%M:%S %p"),
            Some('T') => format.push_str("%H:%M:%S"),
            Some('v') => format.push_str("%V"),
            Some(other) => {
                format.push('%');
                format.push(other);
            }
            None => format.push_str("%%"),
        }
    }
    format
}

/// Reads a date and time; a day or an hour that the format lacks is the first.
///
/// # Errors
/// In words, when the text is not in the format.
pub(crate) fn parse(text: &str, format: &str) -> Result<DateTime, String> {
    let wrong = |error: jiff::Error| format!("Invalid format: \"{text}\" ({error})");
    let mut time = BrokenDownTime::parse(format, text).map_err(wrong)?;
    if time.day().is_none() && time.day_of_year().is_none() {
        time.set_day(Some(1)).map_err(wrong)?;
    }
    if time.month().is_none() && time.day_of_year().is_none() {
        time.set_month(Some(1)).map_err(wrong)?;
    }
    let date = time.to_date().map_err(wrong)?;
    let clock = time.to_time().unwrap_or_default();
    Ok(date.to_datetime(clock))
}

/// Writes a date and time.
///
/// # Errors
/// In words, when the format is none.
pub(crate) fn format(time: DateTime, format: &str) -> Result<String, String> {
    strtime::format(format, time).map_err(|error| format!("Invalid date format: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_and_written_as_mysql_does() {
        for (text, mysql, expected) in [
            (
                "2026-11-29 10:05:09",
                "%Y-%m-%d %H:%i:%s",
                "2026-11-29T10:05:09",
            ),
            ("29/11/2026", "%d/%m/%Y", "2026-11-29T00:00:00"),
            ("2026-11", "%Y-%m", "2026-11-01T00:00:00"),
            (
                "Nov 9 2026 01:02 PM",
                "%b %e %Y %h:%i %p",
                "2026-11-09T13:02:00",
            ),
        ] {
            let time = parse(text, &translated(mysql)).unwrap();
            assert_eq!(time.to_string(), expected, "{text}");
        }
        let time = parse("2026-11-29 10:05:09", &translated("%Y-%m-%d %T")).unwrap();
        assert_eq!(
            format(time, &translated("%W %d %M %H:%i")).unwrap(),
            "Sunday 29 November 10:05"
        );
        assert!(
            parse("yesterday", "%Y-%m-%d")
                .unwrap_err()
                .contains("yesterday")
        );
    }
}
