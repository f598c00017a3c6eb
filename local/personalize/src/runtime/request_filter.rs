//! The filter that a request or a promotion names, with the values for its placeholders.

use filter_expression::{
    parse::parse,
    syntax::{Filter, Source, Subject},
};

use super::{
    serving::{Serving, ready},
    visitor::Visitor,
};
use crate::{
    control::{Call, recipe::RecipeType},
    data::group::Group,
    fault::Fault,
    filter::{
        predicate::Predicate,
        resolve::{Question, resolve},
        values::{self, Values},
    },
    input::Input,
    resources,
};

/// Placeholders that a request may give values for.
const MOST_VALUES: usize = 25;

/// A parsed filter and the values for its placeholders.
pub(super) struct RequestFilter {
    syntax: Filter,
    values: Values,
}

impl RequestFilter {
    /// Reads `filterArn` and `filterValues` of `input`: the request, or a promotion in it.
    pub(super) fn of(
        call: &Call<'_>,
        input: &Input,
        serving: &Serving,
        subject: Subject,
    ) -> Result<Option<Self>, Fault> {
        let given = input.named("filterValues", MOST_VALUES, 50, 1000)?;
        let Some(arn) = input.optional_arn("filterArn")? else {
            return match given.is_empty() {
                true => Ok(None),
                false => Err(input.wrong("filterValues", "needs a filterArn")),
            };
        };
        let filter = call
            .app
            .read(|estate| ready::<resources::Filter>(estate, arn).cloned())?;
        if filter.dataset_group_arn != serving.group_arn {
            return Err(input.wrong("filterArn", "is of another dataset group than the campaign"));
        }
        let syntax = parse(&filter.filter_expression).map_err(Fault::internal)?;
        check(call, input, serving, &syntax, subject)?;
        let mut values = Values::new();
        for (name, list) in given {
            let member = input.path(&format!("filterValues.{name}"));
            if !syntax.placeholders().any(|one| one == name) {
                let problem = format!("the filter has no placeholder ${name}");
                return Err(Fault::invalid(&member, problem));
            }
            let list = values::parse(&list).map_err(|problem| Fault::invalid(&member, problem))?;
            values.insert(name, list);
        }
        Ok(Some(Self { syntax, values }))
    }

    /// What it lets through for a visitor who looks at an item.
    pub(super) fn predicate<'a>(
        &'a self,
        group: &'a Group,
        visitor: &'a Visitor,
        item: Option<u32>,
    ) -> Result<Predicate<'a>, Fault> {
        let question = Question {
            group,
            history: &visitor.history,
            user: visitor.user,
            item,
            values: &self.values,
        };
        resolve(&self.syntax, &question)
    }
}

/// Whether the filter is of the right kind and the request brings what it reads.
fn check(
    call: &Call<'_>,
    input: &Input,
    serving: &Serving,
    filter: &Filter,
    subject: Subject,
) -> Result<(), Fault> {
    if filter.subject() != Some(subject) {
        let what = match subject {
            Subject::Item => "ItemID",
            Subject::Action => "ActionID",
            Subject::User => "UserID",
        };
        return Err(input.wrong("filterArn", format!("must be a filter by {what}")));
    }
    let related = serving.recipe.recipe_type == RecipeType::RelatedItems;
    if filter.reads(Source::CurrentItem) && !related {
        return Err(input.wrong(
            "filterArn",
            "the filter reads CurrentItem, which only recipes for related items have",
        ));
    }
    let personal = [
        Source::Interactions,
        Source::ActionInteractions,
        Source::CurrentUser,
    ];
    let personal = personal.into_iter().any(|source| filter.reads(source));
    if personal && call.input.text("userId")?.is_none() {
        return Err(call.input.wrong("userId", "is required by the filter"));
    }
    Ok(())
}

/// Whether an item passes; without a filter every one does.
pub(super) fn keeps(predicate: Option<&Predicate<'_>>, id: u32) -> bool {
    predicate.is_none_or(|predicate| predicate.keeps(id))
}
