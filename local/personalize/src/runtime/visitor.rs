//! The user of a request and what is known about them.

use std::collections::BTreeMap;

use recommender::{Event, Model};

use crate::{
    control::Call,
    data::{context, dataset_type::action_outcome, group::Group, histories::Interaction},
    fault::Fault,
    models::Deployed,
};

/// How much an event counts that happened in another context than the request's, or in none.
const ELSEWHERE: f32 = 0.5;

/// A user, a session or nobody.
pub(crate) struct Visitor {
    /// Their number, if anything is known.
    pub(crate) user: Option<u32>,
    /// Imported and streamed, in time order, in the group's numbers.
    pub(crate) history: Vec<Interaction>,
    /// The same as far as the model knows the items, in its numbers.
    pub(crate) known: Vec<Event>,
    /// The time of the question: that of the latest event, so that old data is not all out of date
    /// and the same data always gives the same answer.
    pub(crate) now: i64,
}

impl Visitor {
    /// Somebody who asks for items. What they did in the context of the request counts more.
    pub(crate) fn new(
        user_id: Option<&str>,
        context: &BTreeMap<String, String>,
        deployed: &Deployed,
        group: &Group,
    ) -> Self {
        let history = user_id.map_or_else(Vec::new, |id| group.history(id));
        let agreeing = agreeing(&history, context, group);
        let known: Vec<Event> = history
            .iter()
            .filter_map(|one| {
                Some(Event {
                    item: deployed.model_item(one.item)?,
                    timestamp: one.timestamp,
                    weight: match agreeing.contains(&one.context) || agreeing.is_empty() {
                        true => 1.0,
                        false => ELSEWHERE,
                    },
                })
            })
            .collect();
        Self {
            user: user_id.and_then(|id| group.users.get(id)),
            now: known.last().map_or(0, |event| event.timestamp),
            history,
            known,
        }
    }

    /// Somebody who asks for actions.
    pub(super) fn of_actions(user_id: &str, model: &Model, group: &Group) -> Self {
        let history = group.action_history(user_id);
        let known: Vec<Event> = history
            .iter()
            .filter_map(|one| {
                Some(Event {
                    item: model.items().get(group.actions.name(one.item))?,
                    timestamp: one.timestamp,
                    weight: action_outcome(group.event_type(one)?)?,
                })
            })
            .collect();
        Self {
            user: group.users.get(user_id),
            now: known.last().map_or(0, |event| event.timestamp),
            history,
            known,
        }
    }
}

/// The contexts in a history that agree with that of the request.
fn agreeing(
    history: &[Interaction],
    context: &BTreeMap<String, String>,
    group: &Group,
) -> Vec<u32> {
    if context.is_empty() {
        return Vec::new();
    }
    let mut contexts: Vec<u32> = history.iter().map(|one| one.context).collect();
    contexts.sort_unstable();
    contexts.dedup();
    contexts.retain(|one| {
        (*one as usize) < group.contexts.len()
            && context::agrees(group.contexts.name(*one), context)
    });
    contexts
}

/// The `context` of a request.
pub(super) fn context(call: &Call<'_>) -> Result<BTreeMap<String, String>, Fault> {
    call.input.named("context", 150, 150, 1000)
}
