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
    let count = call
        .input
        .integer("numResults", 0..=LONGEST)?
        .unwrap_or(USUAL);
    call.input.strings("context")?;
    for member in ["promotions", "metadataColumns"] {
        if call.input.value(member).is_some() {
            return Err(call
                .input
                .wrong(member, "is not built in personalize-local; leave it out"));
        }
    }
    let related = match serving.recipe.recipe_type {
        RecipeType::UserPersonalization if user.is_none() => {
            return Err(call
                .input
                .wrong("userId", "is required by the campaign's recipe"));
        }
        RecipeType::RelatedItems if item.is_none() => {
            return Err(call
                .input
                .wrong("itemId", "is required by the campaign's recipe"));
        }
        RecipeType::PersonalizedRanking => {
            return Err(call.input.wrong(
                "campaignArn",
                "the campaign's recipe ranks items; ask it with GetPersonalizedRanking",
            ));
        }
        recipe_type => recipe_type == RecipeType::RelatedItems,
    };
    let filter = serving.filter(call)?;
    let group = serving.data.read();
    let visitor = Visitor::new(user, &serving.deployed, &group);
    let group_item = item.and_then(|item| group.items.get(item));
    let predicate = predicate(filter.as_ref(), &group, &visitor, group_item)?;
    let model = &serving.deployed.model;
    let query = Query {
        history: if related { &[] } else { &visitor.known },
        item: item.and_then(|item| model.items().get(item)),
        now: visitor.now,
        // Scores are shares of the longest answer, so that they do not depend on its length.
        limit: usize::try_from(LONGEST).unwrap_or(usize::MAX),
    };
    let found = model.recommend(&query, |item| {
        let keeps = |predicate: &crate::filter::resolve::Predicate<'_>| {
            predicate.keeps(serving.deployed.group_item(item))
        };
        predicate.as_ref().is_none_or(keeps)
    });
    let scored = serving.recipe.algorithm == recommender::Recipe::UserPersonalization;
    let count = usize::try_from(count).unwrap_or(0);
    let items = found.iter().zip(shares(&found)).take(count);
    let items = items.map(|(one, share)| {
        let id = model.items().name(one.item);
        // Personalize gives scores for these recipes only.
        if scored {
            json!({ "itemId": id, "score": share })
        } else {
            json!({ "itemId": id })
        }
    });
    Ok(answer("itemList", items.collect()))
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
