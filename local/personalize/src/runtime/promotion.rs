//! `promotions`: a share of the answer that comes from a filter of its own.

use filter_expression::syntax::Subject;

use super::{chance::Chance, request_filter::RequestFilter, serving::Serving};
use crate::{control::Call, fault::Fault};

/// A promotion of a request.
pub(super) struct Promotion {
    /// What items of it are marked with.
    pub(super) name: Option<String>,
    /// Which items it promotes.
    pub(super) filter: RequestFilter,
    percent: usize,
}

impl Promotion {
    /// Reads `promotions`, of which there may be one.
    pub(super) fn of(call: &Call<'_>, serving: &Serving) -> Result<Option<Self>, Fault> {
        let promotions = call.input.objects("promotions", 0..=1)?;
        let Some(promotion) = promotions.first() else {
            return Ok(None);
        };
        let name = match promotion.value("name") {
            Some(_) => Some(promotion.name("name")?),
            None => None,
        };
        let percent = promotion.integer("percentPromotedItems", 1..=100)?;
        let percent = percent
            .ok_or_else(|| promotion.wrong("percentPromotedItems", "this member is required"))?;
        let filter = RequestFilter::of(call, promotion, serving, Subject::Item)?;
        let filter =
            filter.ok_or_else(|| promotion.wrong("filterArn", "this member is required"))?;
        Ok(Some(Self {
            name,
            filter,
            percent: usize::try_from(percent).unwrap_or(100),
        }))
    }

    /// How many items of an answer of this length are promoted.
    pub(super) fn share_of(&self, length: usize) -> usize {
        (length * self.percent).div_ceil(100)
    }
}

/// Puts the promoted among the others, at places given by chance; both keep their own order.
pub(super) fn interleave<T>(promoted: Vec<T>, others: Vec<T>, chance: &mut Chance) -> Vec<T> {
    let mut all = Vec::with_capacity(promoted.len() + others.len());
    let (mut promoted, mut others) = (promoted.into_iter(), others.into_iter());
    while promoted.len() + others.len() > 0 {
        let takes_promoted = chance.below(promoted.len() + others.len()) < promoted.len();
        all.extend(match takes_promoted {
            true => promoted.next(),
            false => others.next(),
        });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_keep_their_order_and_all_are_there() {
        let mut beginnings = Vec::new();
        for seed in 0..20 {
            let mixed = interleave(vec![1, 2, 3], vec![11, 12, 13, 14], &mut Chance::of(seed));
            let (promoted, others): (Vec<i32>, Vec<i32>) = mixed.iter().partition(|one| **one < 10);
            assert_eq!((promoted, others), (vec![1, 2, 3], vec![11, 12, 13, 14]));
            beginnings.push(mixed[0]);
        }
        assert!(beginnings.contains(&1) && beginnings.contains(&11));
    }
}
