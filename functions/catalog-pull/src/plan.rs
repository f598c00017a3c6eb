//! What a pull is to list: everything, or what changed since the last one that ended.

use jiff::Timestamp;
use shared::operations::LastPull;

use crate::adapter::Mode;

/// What is known before a pull.
pub(crate) struct Known<'a> {
    /// What the workflow asks for.
    pub(crate) mode: Mode,
    /// The adapter's name.
    pub(crate) adapter: &'a str,
    /// Whether it can list changes.
    pub(crate) lists_changes: bool,
    /// How much further back than the last pull is asked, in seconds.
    pub(crate) overlap: i64,
    /// The pull that ended last.
    pub(crate) last: Option<&'a LastPull>,
}

/// From when on changes are listed; `None` when everything is.
pub(crate) fn since(known: &Known<'_>) -> Option<Timestamp> {
    if known.mode == Mode::Full || !known.lists_changes {
        return None;
    }
    // Another backend's pull says nothing about this one, and without any there is nothing to add to.
    let last = known.last.filter(|last| last.adapter == known.adapter)?;
    Timestamp::from_second(last.started_at - known.overlap).ok()
}

/// A pull's name: it sorts by time.
pub(crate) fn name(started: Timestamp) -> String {
    started.strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(change: impl FnOnce(&mut Known<'_>)) -> Option<i64> {
        let last = LastPull {
            pull: "20261129T233000Z".to_owned(),
            adapter: "feed".to_owned(),
            started_at: 10_000,
        };
        let mut known = Known {
            mode: Mode::Incremental,
            adapter: "feed",
            lists_changes: true,
            overlap: 300,
            last: Some(&last),
        };
        change(&mut known);
        since(&known).map(Timestamp::as_second)
    }

    #[test]
    fn changes_are_asked_from_the_last_start_less_the_overlap() {
        assert_eq!(of(|_| {}), Some(9_700));
    }

    #[test]
    fn everything_is_listed_where_changes_would_not_be_enough() {
        assert_eq!(of(|known| known.mode = Mode::Full), None);
        assert_eq!(of(|known| known.last = None), None);
        assert_eq!(of(|known| known.lists_changes = false), None);
        assert_eq!(of(|known| known.adapter = "shopify"), None);
    }

    #[test]
    fn names_sort_by_time() {
        let at = |text: &str| name(text.parse().unwrap());
        assert_eq!(at("2026-11-29T23:30:00.9Z"), "20261129T233000Z");
        assert!(at("2026-11-29T23:59:59Z") < at("2026-11-30T00:00:00Z"));
    }
}
