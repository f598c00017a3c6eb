//! `GetPersonalizedRanking`.

use recommender::Query;
use serde_json::{Value, json};

use super::{
    recommendations::shares,
    serving::{Serving, Visitor, answer, id, predicate},
};
use crate::{
    control::{Call, recipe::RecipeType},
    fault::Fault,
    import::csv::ID_LENGTH,
};

/// The given items in the order in which the user would like them. Items that the model does not
/// know come last, in the order given; those that the filter takes out are left out.
///
/// # Errors
/// As the service has them.
pub(crate) fn get_personalized_ranking(call: &Call<'_>) -> Result<Value, Fault> {
    let serving = Serving::of(call)?;
    call.input.required("userId")?;
    let user = id(call, "userId")?;
    let input = call.input.texts("inputList", 1..=500, ID_LENGTH)?;
    call.input.strings("context")?;
    if call.input.value("metadataColumns").is_some() {
        return Err(call.input.wrong(
            "metadataColumns",
            "is not built in personalize-local; leave it out",
        ));
    }
    if serving.recipe.recipe_type != RecipeType::PersonalizedRanking {
        return Err(call.input.wrong(
            "campaignArn",
            "the campaign's recipe does not rank; ask it with GetRecommendations",
        ));
    }
    let filter = serving.filter(call)?;
    let group = serving.data.read();
    let visitor = Visitor::new(user, &serving.deployed, &group);
    let predicate = predicate(filter.as_ref(), &group, &visitor, None)?;
    // An item that the group has never heard of has no row and no history: the number of nobody.
    let keeps = |item: &&String| {
        let item = group.items.get(item).unwrap_or(u32::MAX);
        predicate
            .as_ref()
            .is_none_or(|predicate| predicate.keeps(item))
    };
    let model = &serving.deployed.model;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for item in input.iter().filter(keeps) {
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
        .chain(unknown);
    Ok(answer("personalizedRanking", ranking.collect()))
}
