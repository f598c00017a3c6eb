//! Values that SQL writes otherwise than Personalize reads them. What is neither is passed on as it
//! is: `check-data` says of such a row what is wrong with it.

use std::borrow::Cow;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// What a column's values are brought to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Epoch seconds.
    Time,
    /// Whole numbers.
    Whole,
    /// Whatever they are.
    Other,
}

/// Up to here every whole number is exact as f64.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Kind {
    /// `value` as Personalize reads it.
    pub(crate) fn brought(self, value: &[u8]) -> Cow<'_, [u8]> {
        let plain = || value.iter().all(u8::is_ascii_digit);
        let changed = match self {
            Self::Other => None,
            Self::Time | Self::Whole if plain() => None,
            Self::Time => text(value).and_then(epoch_seconds),
            Self::Whole => text(value).and_then(|text| whole(text, false)),
        };
        match changed {
            Some(text) => Cow::Owned(text.into_bytes()),
            None => on_one_line(value),
        }
    }
}

fn text(value: &[u8]) -> Option<&str> {
    std::str::from_utf8(value).ok()
}

/// A record of Personalize is one line: a line break in a text becomes a blank.
fn on_one_line(value: &[u8]) -> Cow<'_, [u8]> {
    let breaks = |byte: &u8| matches!(byte, b'\n' | b'\r');
    if !value.iter().any(breaks) {
        return Cow::Borrowed(value);
    }
    let lines = value.split(breaks).filter(|line| !line.is_empty());
    Cow::Owned(lines.collect::<Vec<_>>().join(&b' '))
}

/// Epoch seconds of an SQL timestamp, or of a number of them with a fraction; the fraction is dropped.
fn epoch_seconds(text: &str) -> Option<String> {
    let is_date = text.as_bytes().get(4) == Some(&b'-');
    if !is_date {
        return whole(text, true);
    }
    let instant = instant(text)?;
    Some(instant.as_second().to_string())
}

/// `2026-11-29`, `2026-11-29 23:00:00.000`, either with `T`, `Z`, an offset or a zone's name; UTC when
/// there is none.
fn instant(text: &str) -> Option<Timestamp> {
    // Athena sets the zone apart: `2026-11-29 23:00:00.000 Europe/London`.
    let zoned = text.get(11..).and_then(|time| time.split_once(' '));
    if let Some((time, zone)) = zoned {
        let local = &text[..11 + time.len()];
        if zone.starts_with(['+', '-']) {
            return format!("{local}{zone}").parse().ok();
        }
        let zone = TimeZone::get(zone).ok()?;
        let zoned = local.parse::<DateTime>().ok()?.to_zoned(zone).ok()?;
        return Some(zoned.timestamp());
    }
    // An instant first: a civil time would pass over its offset.
    text.parse().ok().or_else(|| {
        let local: DateTime = text.parse().ok()?;
        Some(local.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })
}

/// The whole number that `text` is as a decimal (`17.00`) or a double (`1.764457200E9`); one with a
/// fraction is none, unless that may be `dropped`.
fn whole(text: &str, dropped: bool) -> Option<String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if let Some((number, fraction)) = digits.split_once('.')
        && is_number(number)
        && is_number(fraction)
        && fraction.bytes().all(|digit| digit == b'0')
    {
        return Some(text[..text.len() - fraction.len() - 1].to_owned());
    }
    if !digits.contains(['.', 'e', 'E']) {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    let exact = number.abs() < EXACT && (dropped || number.fract() == 0.0);
    exact.then(|| format!("{:.0}", number.floor()))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::Kind;

    fn brought(kind: Kind, value: &str) -> String {
        String::from_utf8(kind.brought(value.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn timestamps_become_epoch_seconds_whatever_their_zone() {
        for (value, seconds) in [
            ("1764457200", "1764457200"),
            ("2025-11-29 23:00:00.000", "1764457200"),
            ("2025-11-29 23:00:00", "1764457200"),
            ("2025-11-29T23:00:00.999999", "1764457200"),
            ("2025-11-29T23:00:00Z", "1764457200"),
            ("2025-11-30T00:00:00+01:00", "1764457200"),
            ("2025-11-29 23:00:00.000 UTC", "1764457200"),
            ("2025-11-29 18:00:00.000 America/New_York", "1764457200"),
            ("2025-11-30 00:00:00.000 +01:00", "1764457200"),
            ("2025-11-30", "1764460800"),
            ("1.7644572E9", "1764457200"),
            ("1.764457200987E9", "1764457200"),
            ("1764457200.987", "1764457200"),
            ("1764457200.0", "1764457200"),
        ] {
            assert_eq!(brought(Kind::Time, value), seconds, "{value}");
        }
    }

    #[test]
    fn what_is_no_time_is_passed_on() {
        for value in [
            "",
            "yesterday",
            "2025-13-29 23:00:00",
            "2025-11-29 23:00:00 Mars/Olympus",
            "2025-11-29 é 23:00",
            "2025-",
            "NaN",
            "1e300",
            "-",
        ] {
            assert_eq!(brought(Kind::Time, value), value);
        }
        assert_eq!(*Kind::Time.brought(b"\xff\xfe2025-11"), *b"\xff\xfe2025-11");
    }

    #[test]
    fn whole_numbers_lose_their_point_and_nothing_else() {
        for (value, number) in [
            ("17", "17"),
            ("-17", "-17"),
            ("17.00", "17"),
            ("-17.0", "-17"),
            ("1.5E3", "1500"),
            ("9223372036854775807.0", "9223372036854775807"),
            ("17.5", "17.5"),
            ("1.5E0", "1.5E0"),
            ("1E300", "1E300"),
            ("12.", "12"),
            (".0", "0"),
            ("1,5", "1,5"),
            ("0x10", "0x10"),
            ("inf", "inf"),
        ] {
            assert_eq!(brought(Kind::Whole, value), number, "{value}");
        }
        assert_eq!(brought(Kind::Other, "17.00"), "17.00");
        assert_eq!(brought(Kind::Other, "2025-11-30"), "2025-11-30");
    }

    #[test]
    fn a_text_of_several_lines_becomes_one() {
        let text = "\nA lamp.\r\n\r\nIt glows,\nsoftly.\n";
        assert_eq!(brought(Kind::Other, text), "A lamp. It glows, softly.");
        assert_eq!(brought(Kind::Whole, "1\n2"), "1 2");
    }
}
