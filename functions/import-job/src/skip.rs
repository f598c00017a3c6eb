//! Whether an import would bring nothing that is not there.

use shared::{
    config::Age,
    operations::{GoodImport, ImportMode},
};

/// What is known before an import.
pub(crate) struct Known<'a> {
    /// What becomes of the rows imported before.
    pub(crate) mode: ImportMode,
    /// How old the last import has to be.
    pub(crate) max_age: Option<Age>,
    /// Of the objects as they were checked; empty when they were not.
    pub(crate) fingerprint: &'a str,
    /// The last import of this mode that succeeded.
    pub(crate) last: &'a GoodImport,
    /// Epoch seconds.
    pub(crate) now: i64,
}

/// Why not to import, in words. Of an INCREMENTAL import `check-data` has left out what was imported
/// already: there is always something new.
pub(crate) fn reason(known: &Known<'_>) -> Option<String> {
    if known.mode == ImportMode::Incremental {
        return None;
    }
    let last = known.last;
    if !known.fingerprint.is_empty() && known.fingerprint == last.fingerprint {
        return Some(format!(
            "the objects are the same as in the last good import, run {}",
            last.run
        ));
    }
    let max_age = known.max_age?;
    let age = known.now - last.imported_at;
    (age < max_age.seconds()).then(|| {
        format!(
            "the last good import, run {}, is {} minutes old, less than maxAge ({max_age})",
            last.run,
            age.max(0) / 60
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000;

    /// The reason two hours after an import of objects with the fingerprint `same`.
    fn of(mode: ImportMode, max_age: Option<&str>, fingerprint: &str) -> Option<String> {
        let last = GoodImport {
            run: "last".to_owned(),
            imported_at: NOW - 7_200,
            rows: 1,
            event_mix: [].into(),
            fingerprint: "same".to_owned(),
            objects: Vec::new(),
        };
        reason(&Known {
            mode,
            max_age: max_age.and_then(Age::parse),
            fingerprint,
            last: &last,
            now: NOW,
        })
    }

    #[test]
    fn the_same_objects_are_not_imported_twice() {
        let why = of(ImportMode::Full, None, "same").unwrap();
        assert!(why.contains("run last"), "{why}");
        assert_eq!(of(ImportMode::Full, None, "other"), None);
    }

    #[test]
    fn objects_that_were_not_checked_are_never_the_same() {
        assert_eq!(of(ImportMode::Full, None, ""), None);
    }

    #[test]
    fn a_young_import_is_not_repeated_whatever_changed() {
        let why = of(ImportMode::Full, Some("3h"), "other").unwrap();
        assert!(
            why.contains("120 minutes old, less than maxAge (3h)"),
            "{why}"
        );
        assert_eq!(of(ImportMode::Full, Some("2h"), "other"), None);
    }

    #[test]
    fn what_is_new_is_always_imported() {
        assert_eq!(of(ImportMode::Incremental, Some("1w"), "same"), None);
    }
}
