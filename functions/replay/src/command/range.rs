//! Which part of the event log is meant.

use interactions::{PREFIX, day_prefix};
use jiff::civil::Date;

use super::arguments::Cli;
use crate::error::ReplayError;

/// Some days, and where in the first one to begin.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Range {
    first: Date,
    last: Date,
    /// Objects before this key are left out.
    pub(crate) from_key: String,
}

impl Range {
    /// What the command line says.
    pub(crate) fn new(cli: &Cli) -> Result<Self, ReplayError> {
        let (first, object) = day(&cli.from, "--from")?;
        let last = match &cli.until {
            Some(until) => day(until, "--until")?.0,
            None => first,
        };
        if last < first {
            return Err(ReplayError::Usage(format!(
                "--until {last} is before --from {first}"
            )));
        }
        Ok(Self {
            first,
            last,
            from_key: format!("{}{object}", day_prefix(first)),
        })
    }

    /// The prefixes of its days, in order.
    pub(crate) fn prefixes(&self) -> impl Iterator<Item = String> {
        let last = self.last;
        let days = self.first.series(jiff::Span::new().days(1));
        days.take_while(move |day| *day <= last).map(day_prefix)
    }
}

fn day<'t>(text: &'t str, option: &str) -> Result<(Date, &'t str), ReplayError> {
    let rest = text.strip_prefix(PREFIX).unwrap_or(text);
    let rest = rest.strip_prefix("day=").unwrap_or(rest);
    let (day, object) = rest.split_once('/').unwrap_or((rest, ""));
    let day = day.parse().map_err(|_| {
        ReplayError::Usage(format!(
            "{option} `{text}` is no day of the event log; say 2026-11-20 or events/day=2026-11-20"
        ))
    })?;
    Ok((day, object))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: &str, until: Option<&str>) -> Result<Range, ReplayError> {
        Range::new(&Cli {
            from: from.to_owned(),
            until: until.map(str::to_owned),
            dry_run: false,
            json: false,
        })
    }

    #[test]
    fn days_are_said_as_they_are_listed_or_plainly() {
        let both = range("events/day=2026-11-29/", Some("2026-12-01")).unwrap();
        let days: Vec<String> = both.prefixes().collect();
        assert_eq!(days.len(), 3);
        assert_eq!(days[2], "events/day=2026-12-01/");
        assert_eq!(both, range("2026-11-29", Some("day=2026-12-01")).unwrap());
    }

    #[test]
    fn one_object_is_a_place_to_begin() {
        let from = range("events/day=2026-11-29/0193.jsonl", None).unwrap();
        assert_eq!(from.from_key, "events/day=2026-11-29/0193.jsonl");
        assert_eq!(from.prefixes().count(), 1);
    }

    #[test]
    fn what_is_no_day_is_named() {
        let refused = range("yesterday", None).unwrap_err().to_string();
        assert!(refused.contains("`yesterday`"), "{refused}");
        assert!(range("2026-11-29", Some("2026-11-28")).is_err());
    }
}
