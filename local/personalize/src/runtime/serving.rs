//! What every runtime request needs: the campaign's model, its group, the user, the filter.

use std::sync::Arc;

use filter_expression::{
    parse::parse,
    syntax::{Filter, Source},
};
use recommender::Event;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    control::{
        Call,
        recipe::{self, Recipe, RecipeType},
    },
    data::{group::Group, groups::GroupData, histories::Interaction},
    estate::{Estate, Living},
    fault::{Fault, FaultKind},
    filter::{
        resolve::{Predicate, Question, resolve},
        values::{self, Values},
    },
    import::csv::ID_LENGTH,
    models::Deployed,
    resources::{self, Campaign, SolutionVersion, Status},
};

/// A campaign ready to answer.
pub(super) struct Serving {
    pub(super) recipe: &'static Recipe,
    pub(super) deployed: Arc<Deployed>,
    pub(super) data: Arc<GroupData>,
    group_arn: String,
}

impl Serving {
    /// The campaign that a request names.
    pub(super) fn of(call: &Call<'_>) -> Result<Self, Fault> {
        if call.input.value("recommenderArn").is_some() {
            return Err(call.input.wrong(
                "recommenderArn",
                "recommenders are not built in personalize-local; name a campaign",
            ));
        }
        let arn = call.input.arn("campaignArn")?;
        let version = call.app.read(|estate| version(estate, arn))?;
        let recipe = recipe::find(&version.recipe_arn)
            .ok_or_else(|| Fault::not_found("recipe", &version.recipe_arn))?;
        let data = call.app.group(&version.dataset_group_arn)?;
        let deployed = call
            .app
            .models
            .get(
                &version.solution_version_arn,
                &data,
                call.app.state.as_ref(),
            )
            .map_err(Fault::internal)?
            .ok_or_else(|| Fault::not_found("the model of", &version.solution_version_arn))?;
        Ok(Self {
            recipe,
            deployed,
            data,
            group_arn: version.dataset_group_arn,
        })
    }

    /// The filter that a request names, with its values.
    pub(super) fn filter(&self, call: &Call<'_>) -> Result<Option<RequestFilter>, Fault> {
        let given = call.input.strings("filterValues")?;
        let Some(arn) = call.input.optional_arn("filterArn")? else {
            return match given.is_empty() {
                true => Ok(None),
                false => Err(call.input.wrong("filterValues", "needs a filterArn")),
            };
        };
        let filter = call
            .app
            .read(|estate| ready::<resources::Filter>(estate, arn).cloned())?;
        if filter.dataset_group_arn != self.group_arn {
            return Err(call
                .input
                .wrong("filterArn", "is of another dataset group than the campaign"));
        }
        let syntax = parse(&filter.filter_expression).map_err(Fault::internal)?;
        self.check(call, &syntax)?;
        let mut values = Values::new();
        for (name, list) in given {
            let member = format!("filterValues.{name}");
            let list = values::parse(&list).map_err(|problem| Fault::invalid(&member, problem))?;
            values.insert(name, list);
        }
        Ok(Some(RequestFilter { syntax, values }))
    }

    /// Whether the request brings what the filter reads.
    fn check(&self, call: &Call<'_>, filter: &Filter) -> Result<(), Fault> {
        let related = self.recipe.recipe_type == RecipeType::RelatedItems;
        if filter.reads(Source::CurrentItem) && !related {
            return Err(call.input.wrong(
                "filterArn",
                "the filter reads CurrentItem, which only recipes for related items have",
            ));
        }
        let personal = filter.reads(Source::Interactions) || filter.reads(Source::CurrentUser);
        if personal && call.input.text("userId")?.is_none() {
            return Err(call.input.wrong("userId", "is required by the filter"));
        }
        Ok(())
    }
}

/// A parsed filter and the values for its placeholders.
pub(super) struct RequestFilter {
    syntax: Filter,
    values: Values,
}

/// The user of a request and what is known about them.
pub(super) struct Visitor {
    /// Their number, if anything is known.
    pub(super) user: Option<u32>,
    /// Imported and streamed, in time order, in the group's numbers.
    pub(super) history: Vec<Interaction>,
    /// The same as far as the model knows the items, in its numbers.
    pub(super) known: Vec<Event>,
    /// The time of the question: that of the latest event, so that old data is not all out of date
    /// and the same data always gives the same answer.
    pub(super) now: i64,
}

impl Visitor {
    pub(super) fn new(user_id: Option<&str>, deployed: &Deployed, group: &Group) -> Self {
        let history = user_id.map_or_else(Vec::new, |id| group.history(id));
        let known = deployed.history(group, &history);
        Self {
            user: user_id.and_then(|id| group.users.get(id)),
            now: known.last().map_or(0, |event| event.timestamp),
            history,
            known,
        }
    }
}

/// The predicate of a request; without a filter every item passes.
pub(super) fn predicate<'a>(
    filter: Option<&'a RequestFilter>,
    group: &'a Group,
    visitor: &'a Visitor,
    item: Option<u32>,
) -> Result<Option<Predicate<'a>>, Fault> {
    let Some(filter) = filter else {
        return Ok(None);
    };
    let question = Question {
        group,
        history: &visitor.history,
        user: visitor.user,
        item,
        values: &filter.values,
    };
    resolve(&filter.syntax, &question).map(Some)
}

/// An id of the request, if it is there.
pub(super) fn id<'a>(call: &'a Call<'_>, member: &str) -> Result<Option<&'a str>, Fault> {
    call.input.short(member, ID_LENGTH)
}

/// The answer's `recommendationId`, at most 40 characters long as PutEvents takes them.
pub(super) fn answer(member: &str, items: Vec<Value>) -> Value {
    let mut answer = json!({ "recommendationId": format!("RID-{}", Uuid::new_v4()) });
    answer[member] = items.into();
    answer
}

fn version(estate: &Estate, campaign_arn: &str) -> Result<SolutionVersion, Fault> {
    let campaign = ready::<Campaign>(estate, campaign_arn)?;
    estate.get(&campaign.solution_version_arn).cloned()
}

/// To the runtime, what is not ACTIVE is not there.
fn ready<'a, T: Living>(estate: &'a Estate, arn: &str) -> Result<&'a T, Fault> {
    let resource = estate.get::<T>(arn)?;
    match resource.life().status {
        Status::Active => Ok(resource),
        status => Err(Fault::new(
            FaultKind::ResourceNotFound,
            format!("The {} {arn} is {status}, not ACTIVE", T::KIND),
        )),
    }
}
