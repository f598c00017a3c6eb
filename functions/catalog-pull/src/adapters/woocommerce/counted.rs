//! A list that is counted: sorted by id, and asked for from the n-th product on.
//!
//! When a product goes, those behind it move one place forward, and the next page would begin after
//! products that nobody listed. So every page begins with the last product of the page before: when it
//! does not, the list has moved, and it is read from further ahead.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    adapter::{AdapterError, Entry, Page},
    adapters::{listing::shape, position::keep},
};

/// Products a part begins before its first: as many may go before it is read, and none is missed.
const MARGIN: u64 = 20;
/// How many pages in a row may have nothing new before the pull gives up.
const MOST_REPEATS: u32 = 5;
/// How long the backend has to notice.
const BETWEEN_REPEATS: Duration = Duration::from_secs(2);

/// Where a counted list is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// The number of the first product of the page, from 0.
    pub(super) at: u64,
    /// The number of the first product that is another part's.
    end: Option<u64>,
    /// The highest id that was listed in this part.
    last: Option<u64>,
    /// How many pages in a row had nothing new.
    #[serde(default)]
    repeats: u32,
    /// Whether the list moved, and is read from further ahead than the page before ended.
    #[serde(default)]
    back: bool,
}

/// Products of an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count {
    /// How many came.
    pub(super) listed: u64,
    /// How many were asked for.
    pub(super) asked: u64,
    /// How many the list has, if the answer says so.
    pub(super) total: Option<u64>,
}

impl Place {
    /// The part from the product with the number `first` to before the one with `end`.
    pub(super) fn part(first: u64, end: Option<u64>) -> Self {
        Self {
            at: first.saturating_sub(MARGIN),
            end,
            last: None,
            repeats: 0,
            back: false,
        }
    }

    /// How many products are asked for here, `limit` at most. Two at least: the first is known.
    pub(super) fn asks(&self, limit: u32) -> u64 {
        let left = self.end.map_or(u64::MAX, |end| end.saturating_sub(self.at));
        left.min(u64::from(limit)).max(2)
    }

    /// Whether a product with that id was not listed yet. One without an id is always new.
    pub(super) fn is_new(&self, id: Option<u64>) -> bool {
        match (id, self.last) {
            (Some(id), Some(last)) => id > last,
            _ => true,
        }
    }

    /// The page with the new `entries`, of an answer with products of these `ids`.
    pub(super) fn page(
        &self,
        backend: &'static str,
        entries: Vec<Entry>,
        ids: &[u64],
        count: Count,
    ) -> Result<Page, AdapterError> {
        if count.listed > 0 && ids.is_empty() {
            return Err(shape(backend, "no product of a page has an id"));
        }
        if let Some(back) = self.moved(ids, count.asked) {
            return Ok(Page {
                entries: Vec::new(),
                next: Some(keep(&back)),
                wait: Some(Duration::ZERO),
            });
        }
        let read = self.at + count.listed;
        let highest = ids.iter().copied().max();
        let nothing_new = self.last.is_some() && highest <= self.last;
        // A host may allow fewer products an answer than are asked for: the total decides.
        let at_end = count.listed == 0
            || count
                .total
                .map_or(count.listed < count.asked, |total| read >= total);
        let repeats = if nothing_new { self.repeats + 1 } else { 0 };
        if repeats > MOST_REPEATS {
            return Err(repeated(backend, repeats));
        }
        // An end with nothing new is one when it begins with the last product that was listed, or the
        // list moved. Else it is the page before, again.
        let proven = self.back || ids.iter().min() == self.last.as_ref();
        if nothing_new && at_end && !proven {
            let again = Self {
                repeats,
                ..self.clone()
            };
            return Ok(Page {
                entries: Vec::new(),
                next: Some(keep(&again)),
                wait: Some(BETWEEN_REPEATS),
            });
        }
        let next = Self {
            at: read.saturating_sub(1),
            last: highest.max(self.last),
            repeats,
            back: false,
            ..self.clone()
        };
        let is_last = at_end || self.end.is_some_and(|end| read >= end);
        Ok(Page {
            entries,
            wait: (nothing_new && !is_last).then_some(BETWEEN_REPEATS),
            next: (!is_last).then(|| keep(&next)),
        })
    }

    /// Where to look for what moved forward: the page should begin with the last product that was
    /// listed, and begins behind it, or is empty. Half a page: it shows both sides of that product.
    fn moved(&self, ids: &[u64], asked: u64) -> Option<Self> {
        let last = self.last?;
        let behind = ids.iter().min().is_none_or(|first| *first > last);
        (behind && self.at > 0).then(|| Self {
            at: self.at.saturating_sub(asked.div_ceil(2)),
            back: true,
            ..self.clone()
        })
    }
}

/// Pages that have nothing new, as a cache before the shop gives them: what should have been there
/// would be missed.
fn repeated(backend: &'static str, pages: u32) -> AdapterError {
    AdapterError::Unfinished {
        backend,
        message: format!(
            "{pages} pages repeat those before them; look for a cache before the shop"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::position::place;

    /// A shop whose products change while they are listed.
    struct Shop {
        ids: Vec<u64>,
        /// What is done before the answer with that number.
        changes: Vec<(usize, Change)>,
    }

    enum Change {
        Remove(std::ops::Range<u64>),
        Add(std::ops::Range<u64>),
        /// The answer is that of another place, once.
        Repeat(u64),
    }

    impl Shop {
        /// Lists parts of 100 at most, one after another; gives what was listed.
        fn list(&mut self, parts: &[Place]) -> Result<Vec<u64>, AdapterError> {
            let (mut listed, mut answers) = (Vec::new(), 0);
            for part in parts {
                let mut at = Some(part.clone());
                while let Some(here) = at {
                    let mut from = here.at;
                    while self
                        .changes
                        .first()
                        .is_some_and(|(when, _)| *when <= answers)
                    {
                        match self.changes.remove(0).1 {
                            Change::Remove(gone) => self.ids.retain(|id| !gone.contains(id)),
                            Change::Add(come) => {
                                self.ids.extend(come);
                                self.ids.sort_unstable();
                            }
                            Change::Repeat(other) => from = other,
                        }
                    }
                    answers += 1;
                    assert!(answers < 1_000, "it does not end");
                    let asked = here.asks(100);
                    let skip = usize::try_from(from).unwrap();
                    let ids: Vec<u64> = self
                        .ids
                        .iter()
                        .copied()
                        .skip(skip)
                        .take(usize::try_from(asked).unwrap())
                        .collect();
                    let count = Count {
                        listed: ids.len() as u64,
                        asked,
                        total: Some(self.ids.len() as u64),
                    };
                    let page = here.page("Shop", vec![], &ids, count)?;
                    let moved = here.moved(&ids, asked).is_some();
                    listed.extend(
                        ids.into_iter()
                            .filter(|id| !moved && here.is_new(Some(*id))),
                    );
                    at = page.next.as_ref().map(|next| place(next).unwrap());
                }
            }
            Ok(listed)
        }
    }

    fn shop(ids: std::ops::RangeInclusive<u64>, changes: Vec<(usize, Change)>) -> Shop {
        Shop {
            ids: ids.collect(),
            changes,
        }
    }

    #[test]
    fn a_list_that_stays_is_listed_once() {
        for products in [0, 1, 99, 100, 101, 199, 250, 1_000] {
            let listed = shop(1..=products, vec![])
                .list(&[Place::part(0, None)])
                .unwrap();
            assert_eq!(listed, (1..=products).collect::<Vec<u64>>(), "{products}");
        }
    }

    #[test]
    fn products_that_go_make_no_other_be_missed() {
        for gone in [
            1..2,
            50..51,
            100..101,
            1..60,
            1..100,
            1..101,
            90..120,
            101..140,
            1..200,
        ] {
            for answer in [1, 2, 3] {
                let mut shop = shop(1..=450, vec![(answer, Change::Remove(gone.clone()))]);
                let listed = shop.list(&[Place::part(0, None)]).unwrap();
                let missed: Vec<u64> = shop
                    .ids
                    .iter()
                    .copied()
                    .filter(|id| !listed.contains(id))
                    .collect();
                assert!(
                    missed.is_empty(),
                    "{gone:?} before answer {answer}: {missed:?}"
                );
                let mut once = listed.clone();
                once.dedup();
                assert_eq!(once, listed, "{gone:?} before answer {answer}");
            }
        }
    }

    #[test]
    fn the_last_products_may_go_while_the_list_is_read() {
        for gone in [101..102, 101..500, 100..102, 60..500] {
            let mut shop = shop(1..=101, vec![(1, Change::Remove(gone.clone()))]);
            let listed = shop.list(&[Place::part(0, None)]).unwrap();
            assert_eq!(listed, (1..=100).collect::<Vec<u64>>(), "{gone:?}");
        }
    }

    #[test]
    fn products_that_come_back_are_no_repetition() {
        let mut shop = shop(
            301..=700,
            vec![(1, Change::Add(1..151)), (3, Change::Add(151..300))],
        );
        let listed = shop.list(&[Place::part(0, None)]).unwrap();
        assert_eq!(listed, (301..=700).collect::<Vec<u64>>());
    }

    #[test]
    fn a_page_that_repeats_once_loses_nothing() {
        for answer in 1..5 {
            let mut shop = shop(1..=500, vec![(answer, Change::Repeat(0))]);
            let listed = shop.list(&[Place::part(0, None)]).unwrap();
            assert_eq!(listed, (1..=500).collect::<Vec<u64>>(), "{answer}");
        }
    }

    #[test]
    fn a_page_that_always_repeats_is_no_end() {
        for products in [150, 199, 250, 1_000, 100_000] {
            let repeats = (1..100).map(|answer| (answer, Change::Repeat(0))).collect();
            let error = shop(1..=products, repeats)
                .list(&[Place::part(0, None)])
                .unwrap_err();
            assert!(
                error.to_string().contains("repeat those before them"),
                "{error}"
            );
        }
    }

    #[test]
    fn parts_overlap_so_far_that_what_goes_between_them_is_noticed() {
        let parts = [Place::part(0, Some(500)), Place::part(500, None)];
        // Between the last answer of the first part and the first one of the second.
        let mut shop = shop(1..=900, vec![(6, Change::Remove(1..20))]);
        let listed = shop.list(&parts).unwrap();
        assert!(shop.ids.iter().all(|id| listed.contains(id)));
        assert!(listed.len() < 900 + 25, "{}", listed.len());
    }
}
