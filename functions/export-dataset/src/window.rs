//! The time that an export covers: from the moment up to which its rows are imported to now.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    config::{Export, Parameter},
    operations::{ExportWindow, ImportMode},
};

use crate::error::ExportError;

/// Epoch seconds; rows at `from` belong to it, rows at `until` to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Window {
    /// Its begin.
    pub(crate) from: i64,
    /// Its end.
    pub(crate) until: i64,
}

impl Window {
    /// The window of an export that begins at `now` (epoch seconds). All rows are those since the
    /// declared `since`; new ones are those since the end of what is `imported`. That an export was
    /// made is not enough: rows whose import failed are asked for again.
    pub(crate) fn next(
        export: &Export,
        mode: ImportMode,
        imported: Option<&ExportWindow>,
        now: i64,
    ) -> Self {
        let since = export.since.map_or(0, Timestamp::as_second);
        let from = match mode {
            ImportMode::Full => since,
            ImportMode::Incremental => imported.map_or(since, |imported| imported.until),
        };
        let lag = export.lag.map_or(0, shared::config::Age::seconds);
        Self {
            from,
            // A lag that grew, or a clock behind, asks for nothing rather than for what was there.
            until: from.max(now - lag),
        }
    }

    /// The SQL literal that stands for `parameter`.
    ///
    /// # Errors
    /// When the window is at no time that a calendar has.
    pub(crate) fn literal(self, parameter: Parameter) -> Result<String, ExportError> {
        let formatted = |seconds, format| {
            let time = Timestamp::from_second(seconds).map_err(|_| ExportError::Window {
                from: self.from,
                until: self.until,
            })?;
            Ok(time.strftime(format).to_string())
        };
        const TIMESTAMP: &str = "TIMESTAMP '%Y-%m-%d %H:%M:%S'";
        match parameter {
            Parameter::From => formatted(self.from, TIMESTAMP),
            Parameter::Until => formatted(self.until, TIMESTAMP),
            Parameter::FromEpoch => Ok(self.from.to_string()),
            Parameter::UntilEpoch => Ok(self.until.to_string()),
            Parameter::Today => formatted(self.until, "DATE '%Y-%m-%d'"),
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::config::Age;

    use super::*;

    const NOW: i64 = 1_764_457_200;

    fn export() -> Export {
        Export {
            query: None,
            incremental_query: None,
            parameters: Vec::new(),
            incremental_parameters: None,
            since: None,
            lag: None,
        }
    }

    fn ended(until: i64) -> ExportWindow {
        ExportWindow {
            run: "last".to_owned(),
            from: 0,
            until,
            failed: 0,
        }
    }

    fn next(export: &Export, mode: ImportMode, imported: Option<&ExportWindow>) -> (i64, i64) {
        let window = Window::next(export, mode, imported, NOW);
        (window.from, window.until)
    }

    #[test]
    fn all_rows_are_those_of_all_time_or_since_a_declared_day() {
        let full = ImportMode::Full;
        assert_eq!(next(&export(), full, Some(&ended(NOW - 60))), (0, NOW));
        let export = Export {
            since: Some("2024-01-01T00:00:00Z".parse().unwrap()),
            lag: Age::parse("10m"),
            ..export()
        };
        let window = next(&export, full, Some(&ended(NOW - 60)));
        assert_eq!(window, (1_704_067_200, NOW - 600));
    }

    #[test]
    fn new_rows_begin_where_what_is_imported_ends() {
        let new = ImportMode::Incremental;
        assert_eq!(next(&export(), new, None), (0, NOW));
        assert_eq!(
            next(&export(), new, Some(&ended(NOW - 60))),
            (NOW - 60, NOW)
        );
    }

    #[test]
    fn a_window_never_ends_before_it_begins() {
        let export = Export {
            lag: Age::parse("10m"),
            ..export()
        };
        let window = next(&export, ImportMode::Incremental, Some(&ended(NOW - 60)));
        assert_eq!(window, (NOW - 60, NOW - 60));
    }

    #[test]
    fn parameters_are_literals_in_utc() {
        let window = Window {
            from: 0,
            until: NOW,
        };
        let literal = |parameter| window.literal(parameter).unwrap();
        assert_eq!(literal(Parameter::From), "TIMESTAMP '1970-01-01 00:00:00'");
        assert_eq!(literal(Parameter::Until), "TIMESTAMP '2025-11-29 23:00:00'");
        assert_eq!(literal(Parameter::FromEpoch), "0");
        assert_eq!(literal(Parameter::UntilEpoch), "1764457200");
        assert_eq!(literal(Parameter::Today), "DATE '2025-11-29'");
        let wrong = Window {
            from: 0,
            until: i64::MAX,
        };
        assert!(wrong.literal(Parameter::Until).is_err());
    }
}
