//! Where candidates become what is shown.

use std::collections::HashSet;

use crate::{
    answer::{RecommendedItem, Source},
    candidate::Candidate,
    deadline::Deadline,
    ladder::Outcome,
    request::Request,
    rules::{Arranged, Placed, Shown, arrange, pinned},
    services::{Cause, Services},
};

/// The shelf of one request.
pub(super) struct Shelf<'a, S> {
    pub(super) request: &'a Request,
    pub(super) bought: &'a [String],
    pub(super) elsewhere: &'a HashSet<String>,
    pub(super) services: &'a S,
    pub(super) deadline: &'a Deadline,
}

impl<S: Services> Shelf<'_, S> {
    /// Answers with what may be shown of `candidates`; false when that is nothing.
    pub(super) async fn fill(
        &self,
        outcome: &mut Outcome,
        source: Source,
        candidates: &[Candidate],
    ) -> bool {
        if candidates.is_empty() {
            outcome.tried.push((source, Cause::Empty));
            return false;
        }
        let placement = &self.request.placement;
        let pins = pinned(&placement.rules, &self.request.situation);
        let ids = candidates.iter().map(|candidate| candidate.id.as_str());
        let mut ids: Vec<&str> = ids
            .chain(self.request.in_view().iter().map(String::as_str))
            .chain(pins.iter().map(|(id, _)| *id))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let products = self
            .services
            .products(&ids, self.deadline.for_products())
            .await;
        let shown = Shown {
            products: &products,
            bought: self.bought,
            elsewhere: self.elsewhere,
        };
        let Arranged { items, dropped } = arrange(self.request, candidates, &shown);
        outcome.dropped.extend(dropped);
        if items.is_empty() {
            outcome.tried.push((source, Cause::Empty));
            return false;
        }
        let item = |placed: &Placed| RecommendedItem::new(placed, &products);
        outcome.answer.items = items.iter().map(item).collect();
        outcome.answer.source = source;
        outcome.placed = items;
        true
    }
}
