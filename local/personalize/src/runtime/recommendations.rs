//! `GetRecommendations`.

use std::cell::Cell;

use filter_expression::syntax::Subject;
use recommender::{Query, Scored};
use rustc_hash::FxHashSet;
use serde_json::{Value, json};

use super::{
    answer::answer,
    chance::Chance,
    exploration::Exploration,
    metadata::{LONGEST_WITH_METADATA, Metadata},
    promotion::{Promotion, interleave},
    request_filter::{RequestFilter, keeps},
    serving::{Serving, id},
    visitor::{Visitor, context},
};
use crate::{
    control::{Call, recipe::RecipeType},
    data::group::Group,
    fault::Fault,
    filter::predicate::Predicate,
};

/// The longest answer.
const LONGEST: usize = 500;
/// The answer's length when none is asked for.
const USUAL: usize = 25;
/// The recipe whose answers say why an item is there.
const WITH_REASONS: &str = "aws-user-personalization-v2";

/// Items for a user or like an item, best first.
///
/// # Errors
/// As the service has them; a user or an item that nobody knows is no error.
pub(crate) fn get_recommendations(call: &Call<'_>) -> Result<Value, Fault> {
    let serving = Serving::of(call)?;
    let user = id(call, "userId")?;
    let item = id(call, "itemId")?;
    check(call, serving.recipe.recipe_type, user, item)?;
    let context = context(call)?;
    let filter = RequestFilter::of(call, &call.input, &serving, Subject::Item)?;
    let promotion = Promotion::of(call, &serving)?;
    let metadata = Metadata::of(call, &serving)?;
    let count = count(call, &metadata)?;

    let group = serving.data.read();
    let visitor = Visitor::new(user, &context, &serving.deployed, &group);
    let asking = Asking {
        serving: &serving,
        group: &group,
        visitor: &visitor,
        item,
    };
    let group_item = item.and_then(|item| group.items.get(item));
    let kept = filter
        .as_ref()
        .map(|filter| filter.predicate(&group, &visitor, group_item))
        .transpose()?;
    let mut chance = Chance::of((user, item, count));
    let promoted = match &promotion {
        Some(promotion) => {
            let promotes = promotion.filter.predicate(&group, &visitor, group_item)?;
            asking.promoted(promotion, &promotes, count)
        }
        None => Vec::new(),
    };
    let taken: FxHashSet<u32> = promoted.iter().map(|one| one.item).collect();
    let others = asking.relevant(kept.as_ref(), &taken, count - promoted.len());
    let others = asking.explored(others, kept.as_ref(), &taken, &mut chance);
    let all = interleave(promoted, others, &mut chance);
    let items = all.iter().map(|one| {
        let mut shown = asking.show(one, promotion.as_ref());
        metadata.add(&mut shown, &group, Some(one.item));
        shown
    });
    Ok(answer("itemList", items.collect()))
}

/// Whether the request has what the recipe needs.
fn check(
    call: &Call<'_>,
    recipe_type: RecipeType,
    user: Option<&str>,
    item: Option<&str>,
) -> Result<(), Fault> {
    let (member, problem) = match recipe_type.name() {
        "USER_PERSONALIZATION" if user.is_none() => {
            ("userId", "is required by the campaign's recipe")
        }
        "RELATED_ITEMS" if item.is_none() => ("itemId", "is required by the campaign's recipe"),
        "PERSONALIZED_RANKING" => (
            "campaignArn",
            "the campaign's recipe ranks items; ask it with GetPersonalizedRanking",
        ),
        "PERSONALIZED_ACTIONS" => (
            "campaignArn",
            "the campaign's recipe has actions; ask it with GetActionRecommendations",
        ),
        _ => return Ok(()),
    };
    Err(call.input.wrong(member, problem))
}

fn count(call: &Call<'_>, metadata: &Metadata) -> Result<usize, Fault> {
    let longest = match metadata.is_asked() {
        true => LONGEST_WITH_METADATA,
        false => LONGEST,
    };
    let longest = i64::try_from(longest).unwrap_or(i64::MAX);
    let count = call.input.integer("numResults", 0..=longest)?;
    Ok(count
        .and_then(|count| usize::try_from(count).ok())
        .unwrap_or(USUAL))
}

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
struct Chosen {
    item: u32,
    score: Option<f64>,
    why: Why,
}

/// Who asks whom for what.
struct Asking<'a> {
    serving: &'a Serving,
    group: &'a Group,
    visitor: &'a Visitor,
    item: Option<&'a str>,
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
        let (asked, places) = (Cell::new(0), Cell::new(Vec::new()));
        let found = deployed.model.recommend(&query, |item| {
            let place = asked.replace(asked.get() + 1);
            let kept = keep(deployed.group_item(item));
            if kept {
                let mut all = places.take();
                all.push(place);
                places.set(all);
            }
            kept
        });
        found.into_iter().zip(places.into_inner()).collect()
    }

    /// What the recipe is for. Scores are shares of the longest answer, so that they do not depend
    /// on its length.
    fn relevant(
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
    fn promoted(
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
    fn explored(
        &self,
        mut items: Vec<Chosen>,
        filter: Option<&Predicate<'_>>,
        taken: &FxHashSet<u32>,
        chance: &mut Chance,
    ) -> Vec<Chosen> {
        if self.serving.recipe.algorithm != recommender::Recipe::UserPersonalization {
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

    fn show(&self, chosen: &Chosen, promotion: Option<&Promotion>) -> Value {
        let mut shown = json!({ "itemId": self.group.items.name(chosen.item) });
        // Personalize gives scores for these recipes only.
        let scored = self.serving.recipe.algorithm == recommender::Recipe::UserPersonalization;
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
