//! Lists sorted by an ascending id, each page of which is asked for by the last id of the page before.
//! A product that goes while the list is read moves no other: nothing is missed, as it would be with
//! numbered pages.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    adapter::{AdapterError, Entry, Page},
    adapters::{listing::shape, position::keep},
    parts,
};

/// How often a page that repeats what was listed is asked for again before the pull gives up.
const MOST_REPEATS: u32 = 5;
/// How long the backend has to notice.
const BETWEEN_REPEATS: Duration = Duration::from_secs(2);

/// Where a sorted list is. `id` is a number or a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Keyset<Id> {
    /// The last id that was listed.
    pub(super) after: Option<Id>,
    /// The last id of the part; without it the part is open.
    pub(super) to: Option<Id>,
    /// How often the page after `after` came back as one that was listed already.
    #[serde(default)]
    repeats: u32,
}

impl<Id: Clone + Ord + Serialize> Keyset<Id> {
    /// From the first id after `after` to `to`.
    pub(super) fn between(after: Option<Id>, to: Option<Id>) -> Self {
        Self {
            after,
            to,
            repeats: 0,
        }
    }

    /// The page with `entries`, of a list of which `listed` products came, `asked` at most, the last of
    /// them with `last`.
    pub(super) fn page(
        &self,
        backend: &'static str,
        entries: Vec<Entry>,
        (listed, asked): (usize, usize),
        last: Option<Id>,
    ) -> Result<Page, AdapterError> {
        if listed == 0 {
            return Ok(Page::default());
        }
        let Some(last) = last else {
            return Err(shape(backend, "no product of a page has an id"));
        };
        if self.after.as_ref().is_some_and(|after| last <= *after) {
            return self.repeated(backend);
        }
        let at_end = listed < asked || self.to.as_ref().is_some_and(|to| last >= *to);
        let next = Self::between(Some(last), self.to.clone());
        Ok(Page {
            entries,
            next: (!at_end).then(|| keep(&next)),
            wait: None,
        })
    }

    /// A page that was listed before, as a cache or a replica behind gives it: asked for again, because
    /// going on from it would never end, and stopping would lose the rest.
    fn repeated(&self, backend: &'static str) -> Result<Page, AdapterError> {
        if self.repeats >= MOST_REPEATS {
            return Err(AdapterError::Unfinished {
                backend,
                message: format!(
                    "the page after the last one repeats it, {} times; look for a cache before it",
                    self.repeats + 1
                ),
            });
        }
        let again = Self {
            repeats: self.repeats + 1,
            ..self.clone()
        };
        Ok(Page {
            entries: Vec::new(),
            next: Some(keep(&again)),
            wait: Some(BETWEEN_REPEATS),
        })
    }
}

/// The ids up to `highest` in parts of about as many products, `total` in all and `page` in an answer.
/// The last part is open: products that come during the pull are in it.
pub(super) fn shared_out(highest: u64, total: u64, page: u64) -> Vec<Keyset<u64>> {
    let count = parts::split(total.div_ceil(page.max(1))).len() as u64;
    let bound = |part: u64| {
        // 128 bits: ids may be near the end of 64.
        u64::try_from(u128::from(highest) * u128::from(part) / u128::from(count)).unwrap_or(highest)
    };
    (0..count)
        .map(|part| {
            Keyset::between(
                Some(bound(part)),
                (part + 1 < count).then(|| bound(part + 1)),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{adapter::Position, adapters::position::place};

    fn entry(id: &str) -> Entry {
        Entry::Withdrawn { id: id.to_owned() }
    }

    #[test]
    fn a_full_page_goes_on_from_its_last_id_and_a_short_one_ends() {
        let start = Keyset::between(Some(10_u64), Some(40));
        let page = start
            .page("Shop", vec![entry("a")], (2, 2), Some(20))
            .unwrap();
        assert_eq!(
            page.next,
            Some(Position(json!({"after": 20, "to": 40, "repeats": 0})))
        );
        assert_eq!(
            start.page("Shop", vec![], (1, 2), Some(20)).unwrap().next,
            None
        );
        assert_eq!(
            start.page("Shop", vec![], (2, 2), Some(40)).unwrap().next,
            None
        );
        assert_eq!(
            start.page("Shop", vec![], (0, 2), None).unwrap(),
            Page::default()
        );
        assert!(start.page("Shop", vec![], (2, 2), None).is_err());
    }

    #[test]
    fn a_page_that_repeats_is_asked_for_again_and_then_given_up() {
        let mut keyset = Keyset::between(Some(20_u64), None);
        for _ in 0..MOST_REPEATS {
            let page = keyset
                .page("Shop", vec![entry("a")], (2, 2), Some(20))
                .unwrap();
            assert!(page.entries.is_empty() && page.wait.is_some());
            keyset = place(&page.next.unwrap()).unwrap();
            assert_eq!(keyset.after, Some(20));
        }
        let error = keyset.page("Shop", vec![], (2, 2), Some(20)).unwrap_err();
        assert!(error.to_string().contains("repeats it, 6 times"), "{error}");
        let page = keyset
            .page("Shop", vec![entry("b")], (2, 2), Some(30))
            .unwrap();
        assert_eq!(
            page.next,
            Some(Position(json!({"after": 30, "to": null, "repeats": 0})))
        );
    }

    #[test]
    fn every_id_is_in_one_part() {
        for (highest, total) in [(0, 0), (9, 3), (1_000_000, 100_000), (u64::MAX, 7_000)] {
            let parts = shared_out(highest, total, 250);
            assert!((1..=40).contains(&parts.len()));
            assert_eq!(parts[0].after, Some(0));
            for pair in parts.windows(2) {
                assert_eq!(pair[0].to, pair[1].after);
            }
            assert_eq!(parts[parts.len() - 1].to, None);
        }
        assert_eq!(shared_out(1_000_000, 100_000, 250).len(), 40);
    }
}
