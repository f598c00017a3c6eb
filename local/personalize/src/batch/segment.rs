//! Batch segments: `{"itemId":…}` or `{"itemAttributes":"ITEMS.GENRES = \"x\""}`, as the recipe asks;
//! `{"usersList":[…]}`, those first who will most likely interact with the item or items.

use std::{collections::BTreeMap, sync::Arc};

use filter_expression::parse::parse;
use recommender::Recipe as Algorithm;
use serde_json::{Value, json};

use super::{Desk, inference::id, run};
use crate::{
    app::App,
    data::group::Group,
    fault::Fault,
    filter::{
        resolve::{Question, resolve},
        values::Values,
    },
    input::Input,
    lifecycle::{Outcome, Work},
    resources::BatchSegmentJob,
    runtime::Visitor,
};

impl Work for BatchSegmentJob {
    async fn work(app: Arc<App>, arn: String) -> Outcome {
        let job = app.read(|estate| estate.get::<Self>(&arn).cloned());
        let order = job.map_err(|fault| fault.message)?.order;
        run(app, order, answer).await?;
        Ok(Box::new(|_| {}))
    }
}

fn answer(desk: &Desk, input: &Input) -> Result<Value, Fault> {
    let values = Desk::values(input)?;
    let group = desk.data.read();
    let items = items(desk, &group, input)?;
    let filter = desk.filter.as_ref();
    let everybody = about_nobody(&group, &values);
    let predicate = filter
        .map(|filter| resolve(filter, &everybody))
        .transpose()?;
    let affinity = desk.deployed.model.affinity(&items);
    let nowhere = BTreeMap::new();
    let score = |name| {
        let visitor = Visitor::new(Some(name), &nowhere, &desk.deployed, &group);
        affinity.score(&visitor.known)
    };
    let users = (0..).zip(group.users.iter());
    // Whom nothing leads to the items is no part of their segment.
    let mut scored: Vec<(f32, &str)> = users
        .filter(|(user, _)| predicate.as_ref().is_none_or(|one| one.keeps(*user)))
        .map(|(_, name)| (score(name), name))
        .filter(|(score, _)| *score > 0.0)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.truncate(desk.count);
    let users: Vec<&str> = scored.iter().map(|(_, name)| *name).collect();
    Ok(json!({ "usersList": users }))
}

/// The items that a line is about, in the model's numbers.
fn items(desk: &Desk, group: &Group, input: &Input) -> Result<Vec<u32>, Fault> {
    let model = &desk.deployed.model;
    if desk.recipe.algorithm != Algorithm::ItemAttributeAffinity {
        let item = model.items().get(id(input, "itemId")?);
        let item = item.ok_or_else(|| input.wrong("itemId", "is not known to the model"))?;
        return Ok(vec![item]);
    }
    let wrong = |problem: &dyn std::fmt::Display| input.wrong("itemAttributes", problem);
    let attributes = input.required("itemAttributes")?;
    let filter = parse(&format!("INCLUDE ItemID WHERE {attributes}"));
    let filter = filter.map_err(|problem| wrong(&problem))?;
    let values = Values::new();
    let predicate = resolve(&filter, &about_nobody(group, &values))?;
    let all = (0..).zip(model.items().iter()).map(|(item, _)| item);
    let items: Vec<u32> = all
        .filter(|item| predicate.keeps(desk.deployed.group_item(*item)))
        .collect();
    if items.is_empty() {
        return Err(wrong(&"no item that the model knows has these attributes"));
    }
    Ok(items)
}

fn about_nobody<'a>(group: &'a Group, values: &'a Values) -> Question<'a> {
    Question {
        group,
        history: &[],
        user: None,
        item: None,
        values,
    }
}
