//! What may be in a person's message, best first, before it is known whether it can be bought.

use std::{collections::HashSet, sync::Arc};

use interactions::Participation;
use shared::config::Strategy;

use super::personalize::Prediction;

/// Why something is proposed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Why {
    /// They left it in their cart, or the audience names it otherwise.
    Cart,
    /// By their taste.
    Taste,
    /// It goes with what they left.
    GoesWith,
    /// More and more people look at it.
    Trending,
    /// Many buy it.
    #[default]
    Popular,
    /// The shop chose it.
    Chosen,
}

impl Why {
    /// Of what fills a placement.
    pub(crate) fn of(strategy: Strategy) -> Self {
        match strategy {
            Strategy::ForYou | Strategy::Rank => Self::Taste,
            Strategy::Similar => Self::GoesWith,
            Strategy::Trending => Self::Trending,
            Strategy::Popular => Self::Popular,
            Strategy::Static => Self::Chosen,
        }
    }

    /// The reason as a person reads it, in the languages that it is written in. Nothing is claimed that may
    /// be untrue.
    pub(crate) fn words(self, language: &str) -> Option<&'static str> {
        let (english, german) = match self {
            Self::Cart => ("Still in your cart", "Noch in Ihrem Warenkorb"),
            Self::Taste => ("Picked for you", "Für Sie ausgesucht"),
            Self::GoesWith => ("Goes with what you chose", "Passt zu Ihrer Auswahl"),
            Self::Trending => ("Trending right now", "Gerade im Kommen"),
            Self::Popular => ("Popular right now", "Gerade beliebt"),
            Self::Chosen => ("Chosen by the shop", "Von uns ausgewählt"),
        };
        match language.split('-').next() {
            Some("en") => Some(english),
            Some("de") => Some(german),
            _ => None,
        }
    }
}

/// All that may be shown to a person, by where it comes from.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    /// What the message is about.
    pub(crate) cart: Vec<String>,
    /// What Personalize said, to each question.
    pub(crate) answers: Vec<Arc<Prediction>>,
    /// Why its items are there.
    pub(crate) why: Why,
    /// The list that a batch job left.
    pub(crate) list: Option<Vec<String>>,
    /// What the placement declares.
    pub(crate) chosen: Vec<String>,
    /// What everybody may get.
    pub(crate) popular: Arc<Vec<String>>,
    /// The experiments that made it so.
    pub(crate) participations: Vec<Participation>,
    /// Whether the person agreed that what they do is used.
    pub(crate) agreed: bool,
}

impl Candidates {
    /// All ids, best first, each once.
    pub(crate) fn ids(&self) -> impl Iterator<Item = (&str, Why)> {
        let mut known = HashSet::new();
        let cart = self.cart.iter().map(|id| (id, Why::Cart));
        let list = self.list.iter().flatten().map(|id| (id, Why::Taste));
        let chosen = self.chosen.iter().map(|id| (id, Why::Chosen));
        let popular = self.popular.iter().map(|id| (id, Why::Popular));
        let all = cart.chain(self.in_turns()).chain(list);
        let all = all.chain(chosen).chain(popular);
        all.map(|(id, why)| (id.as_str(), why))
            .filter(move |(id, _)| known.insert(*id))
    }

    /// The first of each answer, the second of each, ...
    fn in_turns(&self) -> impl Iterator<Item = (&String, Why)> {
        let longest = self.answers.iter().map(|answer| answer.items.len()).max();
        (0..longest.unwrap_or(0)).flat_map(move |place| {
            let items = self.answers.iter();
            items.filter_map(move |answer| Some((answer.items.get(place)?, self.why)))
        })
    }

    /// Personalize's id, when it is one answer of it that is shown.
    pub(crate) fn recommendation_id(&self) -> Option<String> {
        match &self.answers[..] {
            [only] => only.recommendation_id.clone(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(items: &[&str]) -> Arc<Prediction> {
        Arc::new(Prediction {
            recommendation_id: Some("RID-1".to_owned()),
            items: items.iter().map(|&item| item.to_owned()).collect(),
        })
    }

    #[test]
    fn what_was_left_comes_first_and_the_popular_last() {
        let candidates = Candidates {
            cart: vec!["c".to_owned()],
            answers: vec![answer(&["a", "c", "b"]), answer(&["x", "a"])],
            why: Why::GoesWith,
            popular: Arc::new(vec!["p".to_owned(), "a".to_owned()]),
            ..Candidates::default()
        };
        let ids: Vec<(&str, Why)> = candidates.ids().collect();
        assert_eq!(
            ids,
            [
                ("c", Why::Cart),
                ("a", Why::GoesWith),
                ("x", Why::GoesWith),
                ("b", Why::GoesWith),
                ("p", Why::Popular)
            ]
        );
        assert_eq!(candidates.recommendation_id(), None, "there are two");
    }

    #[test]
    fn one_answer_keeps_its_id() {
        let candidates = Candidates {
            answers: vec![answer(&["a"])],
            ..Candidates::default()
        };
        assert_eq!(candidates.recommendation_id().as_deref(), Some("RID-1"));
        assert_eq!(Why::Cart.words("de-at"), Some("Noch in Ihrem Warenkorb"));
        assert_eq!(Why::Cart.words("fr"), None);
    }
}
