//! Where candidates become what is shown.

use crate::{
    answer::{RecommendedItem, Source},
    candidate::Candidate,
    deadline::Deadline,
    ladder::Outcome,
    products::Products,
    request::Request,
    rules::{Arranged, Hidden, Placed, Shown, arrange, pinned, refused_by_id},
    services::{Cause, Services},
};

/// The fewest candidates that are read besides those wanted.
const LEAST_SPARE: usize = 10;

/// The shelf of one request.
pub(super) struct Shelf<'a, S> {
    pub(super) request: &'a Request,
    pub(super) hidden: Hidden<'a>,
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
        let (Arranged { items, dropped }, products) = self.arranged(candidates).await;
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

    /// What may be shown of `candidates`. Of a long list the first are read, and the others only when
    /// too many of the first are left out.
    async fn arranged(&self, candidates: &[Candidate]) -> (Arranged, Products) {
        let first = self.with_spare(candidates);
        let products = self.products(first).await;
        let arranged = arrange(self.request, first, &self.shown(&products));
        if first.len() == candidates.len() || arranged.items.len() == self.request.limit {
            return (arranged, products);
        }
        let products = self.products(candidates).await;
        let arranged = arrange(self.request, candidates, &self.shown(&products));
        (arranged, products)
    }

    /// As many of the first candidates as the catalogue should know of to fill the shelf.
    fn with_spare<'c>(&self, candidates: &'c [Candidate]) -> &'c [Candidate] {
        let limit = self.request.limit;
        let mut wanted = limit + (limit / 2).max(LEAST_SPARE);
        let end = candidates.iter().position(|candidate| {
            wanted -= usize::from(self.may_be_shown(&candidate.id));
            wanted == 0
        });
        &candidates[..end.map_or(candidates.len(), |last| last + 1)]
    }

    /// What the catalogue knows of the candidates, and of what rules or reasons name besides.
    async fn products(&self, candidates: &[Candidate]) -> Products {
        let ids = candidates.iter().map(|candidate| candidate.id.as_str());
        let pins = pinned(&self.request.placement.rules, &self.request.situation);
        let mut ids: Vec<&str> = ids
            .filter(|id| self.may_be_shown(id))
            .chain(self.request.in_view().iter().map(String::as_str))
            .chain(pins.iter().map(|(id, _)| *id))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let within = self.deadline.for_products();
        self.services.products(&ids, within).await
    }

    fn may_be_shown(&self, id: &str) -> bool {
        refused_by_id(self.request, id, &self.hidden).is_none()
    }

    fn shown<'p>(&'p self, products: &'p Products) -> Shown<'p> {
        Shown {
            products,
            hidden: self.hidden,
        }
    }
}
