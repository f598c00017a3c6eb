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
    /// The model's answer, by the model's numbers; `keep` is asked in the order of the answer.
    fn ask(&self, keep: impl Fn(u32) -> bool, limit: usize) -> Vec<Scored> {
        let deployed = &self.serving.deployed;
        let related = self.serving.recipe.recipe_type == RecipeType::RelatedItems;
        let query = Query {
            // What goes with an item is the same for everybody.
            history: if related { &[] } else { &self.visitor.known },
            item: self.item.and_then(|item| deployed.model.items().get(item)),
            now: self.visitor.now,
            limit,
        };
        deployed.model.recommend(&query, keep)
    }

    /// What the recipe is for: the best items that pass the filter, with the places that they have
    /// without it. Scores are shares of the longest answer there is without a filter, so that
    /// neither a filter nor the answer's length changes them.
    pub(super) fn relevant(
        &self,
        filter: Option<&Predicate<'_>>,
        taken: &FxHashSet<u32>,
        count: usize,
    ) -> Vec<Chosen> {
        let passed = RefCell::new((0, Vec::with_capacity(count)));
        // The longest answer is asked for as it is, then only what passes until that is enough. An
        // answer is put in order as far as it goes, so a second one for the shares would cost more.
        let found = self.ask(
            |item| {
                let (place, passed) = &mut *passed.borrow_mut();
                let item = self.serving.deployed.group_item(item);
                let passes = passed.len() < count && !taken.contains(&item) && keeps(filter, item);
                if passes {
                    passed.push((item, *place));
                }
                *place += 1;
                passes || *place <= LONGEST || passed.len() == count
            },
            LONGEST + count,
        );
        let score = |one: &Scored| f64::from(one.score);
        let longest = found.iter().take(LONGEST);
        let sum = longest.map(score).sum::<f64>().max(f64::MIN_POSITIVE);
        let chosen = passed.into_inner().1.into_iter().map(|(item, place)| {
            let scored = found.get(place).filter(|_| place < LONGEST);
            Chosen {
                item,
                score: scored.map(|one| score(one) / sum),
                why: match scored {
                    Some(_) => Why::Relevant,
                    None => Why::Placeholder,
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
        let chosen = found.iter().map(|one| Chosen {
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
        // What fits the visitor by its metadata is in the answer already, cold as it is.
        let mut drawn = taken.clone();
        drawn.extend(items.iter().map(|one| one.item));
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
            Why::Promoted => Some("Promoted item"),
            Why::Explored => Some("Exploration"),
            Why::Placeholder => Some("Popular item"),
        };
        if let Some(reason) = reason.filter(|_| self.serving.recipe.name == WITH_REASONS) {
            shown["reason"] = json!([reason]);
        }
        shown
    }
}
