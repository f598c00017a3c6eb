//! `GetActionRecommendations`.

use filter_expression::syntax::Subject;
use recommender::Query;
use serde_json::{Value, json};

use super::{
    answer::{answer, shares},
    availability::Availability,
    request_filter::{RequestFilter, keeps},
    serving::{Serving, id},
    visitor::Visitor,
};
use crate::{clock::epoch_seconds, control::Call, fault::Fault};

/// The longest answer.
const LONGEST: i64 = 100;
/// The answer's length when none is asked for.
const USUAL: i64 = 5;

/// Actions that a user should be asked to take next, best first.
///
/// # Errors
/// As the service has them; a user whom nobody knows is no error.
pub(crate) fn get_action_recommendations(call: &Call<'_>) -> Result<Value, Fault> {
    let serving = Serving::of(call)?;
    if serving.recipe.recipe_type.name() != "PERSONALIZED_ACTIONS" {
        return Err(call.input.wrong(
            "campaignArn",
            "the campaign's recipe has no actions; it must be one of type PERSONALIZED_ACTIONS",
        ));
    }
    call.input.required("userId")?;
    let user = id(call, "userId")?.unwrap_or_default();
    let filter = RequestFilter::of(call, &call.input, &serving, Subject::Action)?;
    let count = call.input.integer("numResults", 0..=LONGEST)?;
    let count = usize::try_from(count.unwrap_or(USUAL)).unwrap_or(0);

    let group = serving.data.read();
    let visitor = Visitor::of_actions(user, &serving.deployed, &group);
    let predicate = filter
        .as_ref()
        .map(|filter| filter.predicate(&group, &visitor, None))
        .transpose()?;
    let availability = Availability::new(&group, &visitor.history, epoch_seconds());
    let model = &serving.deployed.model;
    let query = Query {
        history: &visitor.known,
        item: None,
        now: visitor.now,
        limit: usize::try_from(LONGEST).unwrap_or(usize::MAX),
    };
    let found = model.recommend(&query, |item| {
        let action = group.actions.get(model.items().name(item));
        action.is_some_and(|action| availability.has(action) && keeps(predicate.as_ref(), action))
    });
    let actions = found.iter().zip(shares(&found)).take(count);
    let actions = actions
        .map(|(one, share)| json!({ "actionId": model.items().name(one.item), "score": share }));
    Ok(answer("actionList", actions.collect()))
}
