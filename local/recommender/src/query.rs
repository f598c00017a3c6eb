//! What a model is asked and what it answers.

use crate::Event;
use std::cmp::Ordering;

/// A question to a model. Items are numbers of the model's own vocabulary; others are ignored.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// What the user did, oldest first; empty for somebody new.
    pub history: &'a [Event],
    /// The item on the page, for [`Recipe::SimilarItems`](crate::Recipe::SimilarItems)
    /// and [`Recipe::SemanticSimilarity`](crate::Recipe::SemanticSimilarity).
    pub item: Option<u32>,
    /// The time of the question, in seconds since 1970. Today's recipes go by the order of the
    /// history alone: age weighs all of it alike.
    pub now: i64,
    /// The most items in the answer.
    pub limit: usize,
}

/// An item in an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// The item's number in the model's vocabulary.
    pub item: u32,
    /// Higher is better. Only comparable within one answer.
    pub score: f32,
}

impl Scored {
    /// Best first; of equal scores the lower number, so that answers never depend on chance.
    pub(crate) fn best_first(&self, other: &Self) -> Ordering {
        other
            .score
            .total_cmp(&self.score)
            .then(self.item.cmp(&other.item))
    }
}
