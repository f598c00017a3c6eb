//! Batch inference: `{"userId":…}`, `{"itemId":…}` or `{"userId":…,"itemList":[…]}`, as the recipe
//! asks; `{"recommendedItems":[…],"scores":[…]}`.

use std::{collections::BTreeMap, sync::Arc};

use recommender::{Query, Scored};
use serde_json::{Value, json};

use super::{Desk, run};
use crate::{
    app::App,
    control::recipe::RecipeType,
    fault::Fault,
    filter::resolve::{Question, resolve},
    import::csv::ID_LENGTH,
    input::Input,
    lifecycle::{Outcome, Work},
    resources::BatchInferenceJob,
    runtime::{Visitor, shares},
};

impl Work for BatchInferenceJob {
    async fn work(app: Arc<App>, arn: String) -> Outcome {
        let job = app.read(|estate| estate.get::<Self>(&arn).cloned());
        let order = job.map_err(|fault| fault.message)?.order;
        run(app, order, answer).await?;
        Ok(Box::new(|_| {}))
    }
}

fn answer(desk: &Desk, input: &Input) -> Result<Value, Fault> {
    let recipe = desk.recipe.recipe_type;
    let (user, item) = match recipe {
        RecipeType::RelatedItems => (None, Some(id(input, "itemId")?)),
        _ => (Some(id(input, "userId")?), None),
    };
    let values = Desk::values(input)?;
    let group = desk.data.read();
    let model = &desk.deployed.model;
    let visitor = Visitor::new(user, &BTreeMap::new(), &desk.deployed, &group);
    let question = Question {
        group: &group,
        history: &visitor.history,
        user: visitor.user,
        item: item.and_then(|item| group.items.get(item)),
        values: &values,
    };
    let filter = desk.filter.as_ref();
    let predicate = filter
        .map(|filter| resolve(filter, &question))
        .transpose()?;
    let keep = |item: u32| {
        let item = desk.deployed.group_item(item);
        predicate.as_ref().is_none_or(|one| one.keeps(item))
    };
    let query = Query {
        history: &visitor.known,
        item: item.and_then(|item| model.items().get(item)),
        now: visitor.now,
        limit: desk.count,
    };
    let found = if recipe == RecipeType::PersonalizedRanking {
        if input.value("itemList").is_none() {
            return Err(input.wrong("itemList", "this member is required"));
        }
        let list = input.texts("itemList", 1..=500, ID_LENGTH)?;
        let known = list.iter().filter_map(|item| model.items().get(item));
        let known: Vec<u32> = known.filter(|item| keep(*item)).collect();
        model.rank(&query, &known)
    } else {
        model.recommend(&query, keep)
    };
    let names = found
        .iter()
        .map(|one: &Scored| model.items().name(one.item));
    let mut output = json!({ "recommendedItems": names.collect::<Vec<_>>() });
    if recipe != RecipeType::RelatedItems {
        output["scores"] = shares(&found).collect();
    }
    Ok(output)
}

/// An id that must be there.
pub(super) fn id<'a>(input: &'a Input, member: &str) -> Result<&'a str, Fault> {
    input.required(member)?;
    Ok(input.short(member, ID_LENGTH)?.unwrap_or_default())
}
