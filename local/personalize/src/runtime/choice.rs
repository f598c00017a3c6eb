//! Which items are in an answer, and why: relevant ones, promoted ones, new ones, placeholders.

use std::cell::RefCell;

use recommender::{Query, Recipe, Scored};
use rustc_hash::FxHashSet;
use serde_json::{Value, json};

use super::{
    chance::Chance, exploration::Exploration, promotion::Promotion, recommendations::LONGEST,
    request_filter::keeps, serving::Serving, visitor::Visitor,
};
use crate::{control::recipe::RecipeType, data::group::Group, filter::predicate::Predicate};

/// The recipe whose answers say why an item is there.
const WITH_REASONS: &str = "aws-user-personalization-v2";

/// Why an item is in the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// It is what the recipe is for.
    Relevant,
    /// A promotion.
    Promoted,
    /// It is new.
    Explored,
    /// A popular item where the filter left nothing better.
    Placeholder,
}

/// An item of the answer by its number in the group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chosen {
    pub(super) item: u32,
    score: Option<f64>,
    why: Why,
}

/// Who asks whom for what.
pub(super) struct Asking<'a> {
    pub(super) serving: &'a Serving,
    pub(super) group: &'a Group,
    pub(super) visitor: &'a Visitor,
    /// The item that is looked at.
    pub(super) item: Option<&'a str>,
}

impl Asking<'_> {
    /// The model's answer, by the model's numbers, with the place that each item has without filter.
    fn ask(&self, keep: impl Fn(u32) -> bool, limit: usize) -> Vec<(Scored, usize)> {
        let deployed = &self.serving.deployed;
        let related = self.serving.recipe.recipe_type == RecipeType::RelatedItems;
        let query = Query {
            // What goes with an item is the same for everybody.
            history: if related { &[] } else { &self.visitor.known },
            item: self.item.and_then(|item| deployed.model.items().get(item)),
            now: self.visitor.now,
            limit,
        };
        // `keep` is asked in the order of the answer, so it can count the places.
        let places = RefCell::new((0, Vec::new()));
        let found = deployed.model.recommend(&query, |item| {
            let (place, kept) = &mut *places.borrow_mut();
            let keeps = keep(deployed.group_item(item));
            if keeps {
                kept.push(*place);
            }
            *place += 1;
            keeps
        });
        found.into_iter().zip(places.into_inner().1).collect()
    }

    /// What the recipe is for. Scores are shares of the longest answer, so that they do not depend
    /// on its length.
    pub(super) fn relevant(
        &self,
        filter: Option<&Predicate<'_>>,
        taken: &FxHashSet<u32>,
        count: usize,
    ) -> Vec<Chosen> {
        let found = self.ask(
            |item| !taken.contains(&item) && keeps(filter, item),
            LONGEST,
        );
        let score = |(one, _): &(Scored, usize)| f64::from(one.score);
        let sum = found.iter().map(score).sum::<f64>().max(f64::MIN_POSITIVE);
        let chosen = found.iter().take(count).map(|one| {
            let placeholder = one.1 >= LONGEST;
            Chosen {
                item: self.serving.deployed.group_item(one.0.item),
                score: (!placeholder).then(|| score(one) / sum),
                why: if placeholder {
                    Why::Placeholder
                } else {
                    Why::Relevant
                },
            }
        });
        chosen.collect()
    }

    /// The best items of a promotion, as many as its share of the answer.
    pub(super) fn promoted(
        &self,
        promotion: &Promotion,
        promotes: &Predicate<'_>,
        count: usize,
    ) -> Vec<Chosen> {
        let found = self.ask(|item| promotes.keeps(item), promotion.share_of(count));
        let chosen = found.iter().map(|(one, _)| Chosen {
            item: self.serving.deployed.group_item(one.item),
            score: None,
            why: Why::Promoted,
        });
        chosen.collect()
    }

    /// The same with new items in some places, if the recipe explores.
    pub(super) fn explored(
        &self,
        mut items: Vec<Chosen>,
        filter: Option<&Predicate<'_>>,
        taken: &FxHashSet<u32>,
        chance: &mut Chance,
    ) -> Vec<Chosen> {
        if self.serving.recipe.algorithm != Recipe::UserPersonalization {
            return items;
        }
        let exploration = Exploration::of(self.serving, self.group);
        let mut drawn = taken.clone();
        // The best item keeps its place.
        for place in items.iter_mut().skip(1) {
            let fits = |item: u32| !drawn.contains(&item) && keeps(filter, item);
            if let Some(item) = exploration.draw(chance, fits) {
                drawn.insert(item);
                *place = Chosen {
                    item,
                    score: None,
                    why: Why::Explored,
                };
            }
        }
        items
    }

    /// An item as the answer shows it.
    pub(super) fn show(&self, chosen: &Chosen, promotion: Option<&Promotion>) -> Value {
        let mut shown = json!({ "itemId": self.group.items.name(chosen.item) });
        // Personalize gives scores for these recipes only.
        let scored = self.serving.recipe.algorithm == Recipe::UserPersonalization;
        if let Some(score) = chosen.score.filter(|_| scored) {
            shown["score"] = score.into();
        }
        let name = promotion.and_then(|promotion| promotion.name.as_deref());
        if let (Why::Promoted, Some(name)) = (chosen.why, name) {
            shown["promotionName"] = name.into();
        }
        let reason = match chosen.why {
            Why::Relevant => None,
            Why::Promoted => Some("Promoted"),
            Why::Explored => Some("Exploration"),
            Why::Placeholder => Some("Popular item"),
        };
        if let Some(reason) = reason.filter(|_| self.serving.recipe.name == WITH_REASONS) {
            shown["reason"] = json!([reason]);
        }
        shown
    }
}
