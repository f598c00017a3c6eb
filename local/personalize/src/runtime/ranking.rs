//! `GetPersonalizedRanking`.

use filter_expression::syntax::Subject;
use recommender::Query;
use serde_json::{Value, json};

use super::{
    answer::{attributed, shares},
    metadata::{LONGEST_WITH_METADATA, Metadata},
    request_filter::{RequestFilter, keeps},
    serving::{Serving, id},
    visitor::{Visitor, context},
};
use crate::{
    control::{Call, recipe::RecipeType},
    fault::Fault,
    import::csv::ID_LENGTH,
};

/// The most items to rank.
const LONGEST: usize = 500;

/// The given items in the order in which the user would like them. Items that the model does not
/// know come last, in the order given; those that the filter takes out are left out.
///
/// # Errors
/// As the service has them.
pub(crate) fn get_personalized_ranking(call: &Call<'_>) -> Result<Value, Fault> {
    call.input.required("userId")?;
    let serving = Serving::of(call)?;
    if serving.recipe.recipe_type != RecipeType::PersonalizedRanking {
        return Err(call.input.wrong(
            "campaignArn",
            "the campaign's recipe does not rank; ask it with GetRecommendations",
        ));
    }
    let user = id(call, "userId")?;
    let metadata = Metadata::of(call, &serving)?;
    let longest = match metadata.is_asked() {
        true => LONGEST_WITH_METADATA,
        false => LONGEST,
    };
    let input = call.input.texts("inputList", 1..=longest, ID_LENGTH)?;
    let context = context(call)?;
    let filter = RequestFilter::of(call, &call.input, &serving, Subject::Item)?;

    let group = serving.data.read();
    let visitor = Visitor::new(user, &context, &serving.deployed, &group);
    let predicate = filter
        .as_ref()
        .map(|filter| filter.predicate(&group, &visitor, None))
        .transpose()?;
    // An item that the group has never heard of has no row and no history: the number of nobody.
    let number = |item: &str| group.items.get(item).unwrap_or(u32::MAX);
    let kept = input
        .iter()
        .filter(|item| keeps(predicate.as_ref(), number(item)));
    let model = &serving.deployed.model;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for item in kept {
        match model.items().get(item) {
            Some(item) => known.push(item),
            None => unknown.push(json!({ "itemId": item, "score": 0.0 })),
        }
    }
    let query = Query {
        history: &visitor.known,
        item: None,
        now: visitor.now,
        limit: known.len(),
    };
    let ranked = model.rank(&query, &known);
    let ranking = ranked
        .iter()
        .zip(shares(&ranked))
        .map(|(one, share)| json!({ "itemId": model.items().name(one.item), "score": share }))
        .chain(unknown)
        .map(|mut one| {
            let item = one["itemId"].as_str().map(number);
            metadata.add(&mut one, &group, item);
            one
        });
    attributed(call, "personalizedRanking", ranking.collect())
}
