//! `GetActionRecommendations`.

use filter_expression::syntax::Subject;
use recommender::{Model, Query, Scored};
use serde_json::{Value, json};

use super::{
    answer::answer,
    availability::Availability,
    request_filter::{RequestFilter, keeps},
    serving::{Serving, id},
    visitor::Visitor,
};
use crate::{
    clock::epoch_seconds,
    control::{Call, recipe::RecipeType},
    data::group::Group,
    fault::Fault,
};

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
    if serving.recipe.recipe_type != RecipeType::PersonalizedActions {
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
    let visitor = Visitor::of_actions(user, &serving.deployed.model, &group);
    let predicate = filter
        .as_ref()
        .map(|filter| filter.predicate(&group, &visitor, None))
        .transpose()?;
    let availability = Availability::new(&group, &visitor.history, epoch_seconds());
    let model = &serving.deployed.model;
    let found = best(model, &group, &visitor, |action| {
        availability.has(action) && keeps(predicate.as_ref(), action)
    });
    // Unlike those of items these are no shares: each says how likely the user takes that action.
    let actions = found.iter().take(count);
    let actions =
        actions.map(|one| json!({ "actionId": model.items().name(one.item), "score": one.score }));
    Ok(answer("actionList", actions.collect()))
}

/// The model's answer, by its own numbers; `keep` is asked by the group's.
fn best(
    model: &Model,
    group: &Group,
    visitor: &Visitor,
    keep: impl Fn(u32) -> bool,
) -> Vec<Scored> {
    let query = Query {
        history: &visitor.known,
        item: None,
        now: visitor.now,
        limit: usize::try_from(LONGEST).unwrap_or(usize::MAX),
    };
    model.recommend(&query, |item| {
        let action = group.actions.get(model.items().name(item));
        action.is_some_and(&keep)
    })
}

#[cfg(test)]
mod tests {
    use recommender::{InteractionsBuilder, Options, Recipe};

    use super::*;
    use crate::data::record::{EventRecord, Record};

    #[test]
    fn actions_that_are_known_and_kept_are_the_answer() {
        let mut builder = InteractionsBuilder::new();
        for user in 0..30 {
            for (step, action) in ["join", "rate", "share"].into_iter().enumerate() {
                builder.push(&format!("u{user}"), action, step as i64, 1.0);
            }
        }
        let data = builder.build();
        let model = Model::train(Recipe::NextBestAction, &data, &Options::default()).unwrap();
        let mut group = Group::default();
        for action in ["share", "join"] {
            let taken = EventRecord {
                user_id: Some("ann".to_owned()),
                event_type: "taken".to_owned(),
                item_id: action.to_owned(),
                ..EventRecord::default()
            };
            group.take(Record::ActionInteraction(taken)).unwrap();
        }
        let visitor = Visitor::of_actions("ann", &model, &group);
        assert_eq!(visitor.known.len(), 2);
        let names = |keep: &dyn Fn(u32) -> bool| -> Vec<String> {
            let found = best(&model, &group, &visitor, keep);
            let names = found
                .iter()
                .map(|one| model.items().name(one.item).to_owned());
            names.collect()
        };
        // `rate` is no action of the group.
        let mut all = names(&|_| true);
        all.sort();
        assert_eq!(all, ["join", "share"]);
        let join = group.actions.get("join").unwrap();
        assert_eq!(names(&|action| action != join), ["share"]);
    }
}
