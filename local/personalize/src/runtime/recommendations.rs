//! `GetRecommendations`.

use recommender::{Query, Scored};
use serde_json::{Value, json};

use super::serving::{Serving, Visitor, answer, id, predicate};
use crate::{
    control::{Call, recipe::RecipeType},
    fault::Fault,
};

/// The longest answer.
const LONGEST: i64 = 500;
/// The answer's length when none is asked for.
const USUAL: i64 = 25;

/// Items for a user or like an item, best first.
///
/// # Errors
/// As the service has them; a user or an item that nobody knows is no error.
pub(crate) fn get_recommendations(call: &Call<'_>) -> Result<Value, Fault> {
    let serving = Serving::of(call)?;
    let user = id(call, "userId")?;
    let item = id(call, "itemId")?;
    check(call, serving.recipe.recipe_type, user, item)?;
    let filter = serving.filter(call)?;
    let count = call.input.integer("numResults", 0..=LONGEST)?;
    let count = usize::try_from(count.unwrap_or(USUAL)).unwrap_or(0);

    let group = serving.data.read();
    let visitor = Visitor::new(user, &serving.deployed, &group);
    let group_item = item.and_then(|item| group.items.get(item));
    let predicate = predicate(filter.as_ref(), &group, &visitor, group_item)?;
    let model = &serving.deployed.model;
    let related = serving.recipe.recipe_type == RecipeType::RelatedItems;
    let query = Query {
        // What goes with an item is the same for everybody.
        history: if related { &[] } else { &visitor.known },
        item: item.and_then(|item| model.items().get(item)),
        now: visitor.now,
        // Scores are shares of the longest answer, so that they do not depend on its length.
        limit: usize::try_from(LONGEST).unwrap_or(usize::MAX),
    };
    let found = model.recommend(&query, |item| {
        let item = serving.deployed.group_item(item);
        predicate.as_ref().is_none_or(|one| one.keeps(item))
    });
    // Personalize gives scores for these recipes only.
    let scored = serving.recipe.algorithm == recommender::Recipe::UserPersonalization;
    let items = found.iter().zip(shares(&found)).take(count);
    let items = items.map(|(one, share)| match model.items().name(one.item) {
        id if scored => json!({ "itemId": id, "score": share }),
        id => json!({ "itemId": id }),
    });
    Ok(answer("itemList", items.collect()))
}

/// Whether the request has what the recipe needs, and nothing that is not built.
fn check(
    call: &Call<'_>,
    recipe_type: RecipeType,
    user: Option<&str>,
    item: Option<&str>,
) -> Result<(), Fault> {
    call.input.strings("context")?;
    for member in ["promotions", "metadataColumns"] {
        if call.input.value(member).is_some() {
            let problem = "is not built in personalize-local; leave it out";
            return Err(call.input.wrong(member, problem));
        }
    }
    let (member, problem) = match recipe_type {
        RecipeType::UserPersonalization if user.is_none() => {
            ("userId", "is required by the campaign's recipe")
        }
        RecipeType::RelatedItems if item.is_none() => {
            ("itemId", "is required by the campaign's recipe")
        }
        RecipeType::PersonalizedRanking => (
            "campaignArn",
            "the campaign's recipe ranks items; ask it with GetPersonalizedRanking",
        ),
        _ => return Ok(()),
    };
    Err(call.input.wrong(member, problem))
}

/// Positive scores that add up to 1, in the same order.
pub(super) fn shares(scored: &[Scored]) -> Vec<f64> {
    let sum: f64 = scored.iter().map(|one| f64::from(one.score)).sum();
    let share = |one: &Scored| f64::from(one.score) / sum.max(f64::MIN_POSITIVE);
    scored.iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_shares() {
        let scored = |score| Scored { item: 0, score };
        assert_eq!(shares(&[scored(3.0), scored(1.0)]), [0.75, 0.25]);
        assert_eq!(shares(&[scored(0.0)]), [0.0]);
        assert!(shares(&[]).is_empty());
    }
}
