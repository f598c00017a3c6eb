//! What becomes of a product that a page lists, by what the table has of it.

use crate::table::Stored;

/// What a page is written by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// Epoch seconds.
    pub(crate) now: i64,
    /// How long, in seconds, a product is shown that no pull lists again.
    pub(crate) expire_after: Option<i64>,
    /// Whether a product that is as it was is written again when the backend was asked later: of single
    /// products, and of changes, an answer that comes late then never undoes a newer one.
    pub(crate) confirm: bool,
}

/// What becomes of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The table has what the backend said later.
    Older,
    /// The table has it as it is.
    Unchanged,
    /// It is as it was, and is written again so that it stays.
    Renewed,
    /// It is another.
    Changed,
    /// The table has none, or a tombstone.
    New,
}

impl Terms {
    /// Epoch milliseconds of a line's `as_of`, else of the page's. A clock that is ahead of ours would
    /// keep everything later out.
    pub(crate) fn as_of(&self, line: Option<i64>, page: i64) -> i64 {
        let latest = self.now.saturating_mul(1_000).saturating_add(999);
        line.unwrap_or(page).min(latest)
    }

    /// When a product expires that is written now.
    pub(crate) fn expires_at(&self) -> Option<i64> {
        self.expire_after.map(|after| self.now + after)
    }

    /// What becomes of a product with the hash `hash` that the backend had at `as_of`.
    pub(crate) fn fate(&self, stored: Option<&Stored>, hash: &str, as_of: i64) -> Fate {
        let Some(stored) = stored else {
            return Fate::New;
        };
        let known_as_of = stored.as_of.unwrap_or(i64::MIN);
        if known_as_of > as_of {
            Fate::Older
        } else if stored.is_withdrawn() {
            Fate::New
        } else if stored.content_hash != hash {
            Fate::Changed
        } else if self.is_due(stored.expires_at) || (self.confirm && known_as_of < as_of) {
            Fate::Renewed
        } else {
            Fate::Unchanged
        }
    }

    /// Whether an item that expires then is to be written again: with less than half of its time left, a
    /// daily pull rewrites few. What the configuration says may have changed, too.
    fn is_due(&self, expires_at: Option<i64>) -> bool {
        match (expires_at, self.expire_after) {
            (None, None) => false,
            (Some(at), Some(after)) => {
                let left = at - self.now;
                left < after / 2 || left > after
            }
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000;
    const DAY: i64 = 86_400;

    fn terms(expire_after: Option<i64>) -> Terms {
        Terms {
            now: NOW,
            expire_after,
            confirm: false,
        }
    }

    fn stored(as_of: Option<i64>, expires_at: Option<i64>) -> Stored {
        Stored {
            content_hash: "same".to_owned(),
            as_of,
            withdrawn_at: None,
            expires_at,
        }
    }

    #[test]
    fn what_the_table_has_decides() {
        let terms = terms(None);
        let known = stored(Some(5), None);
        assert_eq!(terms.fate(None, "same", 5), Fate::New);
        assert_eq!(terms.fate(Some(&known), "same", 5), Fate::Unchanged);
        assert_eq!(terms.fate(Some(&known), "other", 5), Fate::Changed);
        assert_eq!(terms.fate(Some(&known), "other", 4), Fate::Older);
        let tombstone = Stored {
            withdrawn_at: Some(1),
            ..known
        };
        assert_eq!(terms.fate(Some(&tombstone), "same", 5), Fate::New);
        assert_eq!(terms.fate(Some(&tombstone), "same", 4), Fate::Older);
        let unknown = stored(None, None);
        assert_eq!(terms.fate(Some(&unknown), "other", 0), Fate::Changed);
    }

    #[test]
    fn an_unchanged_product_is_renewed_in_the_second_half_of_its_time() {
        let monthly = terms(Some(30 * DAY));
        let fate =
            |terms: Terms, left: i64| terms.fate(Some(&stored(None, Some(NOW + left))), "same", 0);
        assert_eq!(fate(monthly, 15 * DAY), Fate::Unchanged);
        assert_eq!(fate(monthly, 15 * DAY - 1), Fate::Renewed);
        assert_eq!(fate(monthly, -1), Fate::Renewed, "not yet removed");
        assert_eq!(monthly.expires_at(), Some(NOW + 30 * DAY));
        assert_eq!(fate(monthly, 31 * DAY), Fate::Renewed, "it was longer");
        assert_eq!(fate(terms(None), DAY), Fate::Renewed, "it is no more");
        let without = stored(None, None);
        assert_eq!(monthly.fate(Some(&without), "same", 0), Fate::Renewed);
    }

    #[test]
    fn a_single_product_is_confirmed() {
        let terms = Terms {
            confirm: true,
            ..terms(None)
        };
        let known = stored(Some(5), None);
        assert_eq!(terms.fate(Some(&known), "same", 6), Fate::Renewed);
        assert_eq!(terms.fate(Some(&known), "same", 5), Fate::Unchanged);
    }

    #[test]
    fn nothing_is_of_later_than_now() {
        let terms = terms(None);
        assert_eq!(terms.as_of(Some(7), 9), 7);
        assert_eq!(terms.as_of(None, 9), 9);
        assert_eq!(terms.as_of(Some(i64::MAX), 9), NOW * 1_000 + 999);
    }
}
