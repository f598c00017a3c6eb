//! How many interactions there are on each day, for the chart in the report.

use jiff::Timestamp;

/// The longest chart of days.
const MOST_DAYS: usize = 92;
/// The longest chart of months.
const MOST_MONTHS: usize = 120;
/// A day, in seconds.
const DAY: i64 = 86_400;

/// Rows by day since 1970. Times in the future are rejected before they come here, so that it ends
/// at today: some twenty thousand numbers.
#[derive(Debug, Default)]
pub(crate) struct Timeline(Vec<u64>);

impl Timeline {
    /// Counts one row at `seconds` since 1970.
    pub(crate) fn add(&mut self, seconds: i64) {
        let Ok(day) = usize::try_from(seconds / DAY) else {
            return;
        };
        if day >= self.0.len() {
            self.0.resize(day + 1, 0);
        }
        self.0[day] += 1;
    }

    /// Rows by day, month or year, whichever gives a chart that can be read, from the first to the
    /// last; periods without rows are among them, because they are what one looks for.
    pub(crate) fn periods(&self) -> Vec<(String, u64)> {
        let first = self.0.iter().position(|rows| *rows > 0);
        let Some(first) = first else {
            return Vec::new();
        };
        let digits = match self.0.len() - first {
            0..=MOST_DAYS => "2026-01-31".len(),
            days if days <= MOST_MONTHS * 30 => "2026-01".len(),
            _ => "2026".len(),
        };
        let mut periods: Vec<(String, u64)> = Vec::new();
        for (day, rows) in self.0.iter().enumerate().skip(first) {
            let mut name = date(day);
            name.truncate(digits);
            match periods.last_mut() {
                Some((last, sum)) if *last == name => *sum += rows,
                _ => periods.push((name, *rows)),
            }
        }
        periods
    }
}

/// `2026-01-31`, the day of that many days after 1970 began.
fn date(day: usize) -> String {
    let seconds = i64::try_from(day).unwrap_or(0) * DAY;
    let date = Timestamp::from_second(seconds).map(|time| time.to_string());
    date.map_or_else(
        |_| String::new(),
        |time| time.chars().take("2026-01-31".len()).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The periods of one row on each of these days since 1970.
    fn periods(days: &[i64]) -> Vec<(String, u64)> {
        let mut timeline = Timeline::default();
        days.iter().for_each(|day| timeline.add(day * DAY));
        timeline.periods()
    }

    #[test]
    fn a_few_weeks_are_days_and_the_empty_ones_are_there() {
        let days = periods(&[1, 1, 3]).into_iter();
        let days: Vec<String> = days.map(|(day, rows)| format!("{day}: {rows}")).collect();
        assert_eq!(days, ["1970-01-02: 2", "1970-01-03: 0", "1970-01-04: 1"]);
        assert_eq!(periods(&[]), []);
    }

    #[test]
    fn longer_times_are_months_and_years() {
        let months = periods(&[0, 30, 31, 364]);
        assert_eq!((months.len(), &months[0]), (12, &("1970-01".to_owned(), 2)));
        let years = periods(&[0, 12_000]);
        assert_eq!((years.len(), &years[0]), (33, &("1970".to_owned(), 1)));
    }
}
