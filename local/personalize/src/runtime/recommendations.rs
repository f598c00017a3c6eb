//! `GetRecommendations`.

use filter_expression::syntax::Subject;
use rustc_hash::FxHashSet;
use serde_json::Value;

use super::{
    answer::attributed,
    chance::Chance,
    choice::Asking,
    metadata::{LONGEST_WITH_METADATA, Metadata},
    promotion::{Promotion, interleave},
    request_filter::RequestFilter,
    serving::{Serving, id},
    visitor::{Visitor, context},
};
use crate::{
    control::{
        Call,
        recipe::{Recipe, RecipeType},
    },
    fault::Fault,
};

/// The longest answer.
pub(super) const LONGEST: usize = 500;
/// The answer's length when none is asked for.
const USUAL: usize = 25;

/// Items for a user or like an item, best first.
///
/// # Errors
/// As the service has them; a user or an item that nobody knows is no error.
pub(crate) fn get_recommendations(call: &Call<'_>) -> Result<Value, Fault> {
    let serving = Serving::of(call)?;
    let user = id(call, "userId")?;
    let item = id(call, "itemId")?;
    check(call, serving.recipe, user, item)?;
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
    attributed(call, "itemList", items.collect())
}

/// Whether the request has what the recipe needs.
fn check(
    call: &Call<'_>,
    recipe: &Recipe,
    user: Option<&str>,
    item: Option<&str>,
) -> Result<(), Fault> {
    let required = "is required by the campaign's recipe";
    let (member, problem) = match recipe.recipe_type {
        RecipeType::UserPersonalization if recipe.needs_user() && user.is_none() => {
            ("userId", required)
        }
        RecipeType::RelatedItems if item.is_none() => ("itemId", required),
        RecipeType::PersonalizedRanking => (
            "campaignArn",
            "the campaign's recipe ranks items; ask it with GetPersonalizedRanking",
        ),
        RecipeType::PersonalizedActions => (
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
