//! Recommenders: use cases of a domain, trained when created, stopped and started.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::time::sleep;

use super::{Call, begin, campaign::check_exploration, end, page, recipe};
use crate::{
    app::App,
    estate::Resource,
    fault::Fault,
    input::Input,
    lifecycle::turn,
    quotas,
    resources::{DatasetGroup, Life, Recommender, Status, Update},
    update::{self, Updated},
};

impl Updated for Recommender {
    fn latest(&mut self) -> &mut Option<Update> {
        &mut self.latest_recommender_update
    }

    fn apply(&mut self, members: &Map<String, Value>) {
        self.recommender_config = members.get("recommenderConfig").cloned();
    }
}

/// `CreateRecommender`
pub(super) fn create(call: &Call<'_>) -> Result<Value, Fault> {
    let input = &call.input;
    let name = input.name("name")?;
    let group_arn = input.arn("datasetGroupArn")?;
    let recipe_arn = input.arn("recipeArn")?;
    let recommender_config = config(input)?;
    let arn = call.scope.arn(&format!("recommender/{name}"));
    call.app.read(|estate| {
        let recipe =
            recipe::find(recipe_arn).ok_or_else(|| Fault::not_found("recipe", recipe_arn))?;
        let group = estate.active::<DatasetGroup>(group_arn)?;
        let Some(domain) = group.domain else {
            let problem = "has no domain; create a solution instead of a recommender";
            return Err(input.wrong("datasetGroupArn", problem));
        };
        if recipe.domain != Some(domain) {
            let problem = format!("must be a use case of the domain {}", domain.name());
            return Err(input.wrong("recipeArn", problem));
        }
        if Recommender::table(estate).contains_key(&arn) {
            return Ok(()); // `begin` complains about the name
        }
        let count = estate.count::<Recommender>(|one| one.dataset_group_arn == group_arn);
        let most = call.app.quotas.counts.recommenders_in_group;
        quotas::check(count, most, "recommenders in the dataset group")
    })?;
    begin(
        call,
        Recommender {
            name,
            recommender_arn: arn.clone(),
            dataset_group_arn: group_arn.to_owned(),
            recipe_arn: recipe_arn.to_owned(),
            recommender_config,
            latest_recommender_update: None,
            model_metrics: None,
            life: Life::begin(),
        },
    )?;
    Ok(json!({ "recommenderArn": arn }))
}

/// `UpdateRecommender`
pub(super) fn update(call: &Call<'_>) -> Result<Value, Fault> {
    let arn = call.input.arn("recommenderArn")?;
    let config = config(&call.input)?;
    let config = config.ok_or_else(|| {
        call.input
            .wrong("recommenderConfig", "this member is required")
    })?;
    update::begin::<Recommender>(call.app, arn, |_, _| {
        Ok(Map::from_iter([("recommenderConfig".to_owned(), config)]))
    })?;
    Ok(json!({ "recommenderArn": arn }))
}

/// `StopRecommender`
pub(super) fn stop(call: &Call<'_>) -> Result<Value, Fault> {
    begin_turn(call, Status::Active, Status::StopPending)
}

/// `StartRecommender`
pub(super) fn start(call: &Call<'_>) -> Result<Value, Fault> {
    begin_turn(call, Status::Inactive, Status::StartPending)
}

/// `ListRecommenders`
pub(super) fn list(call: &Call<'_>) -> Result<Value, Fault> {
    let group = call.input.optional_arn("datasetGroupArn")?;
    page::list::<Recommender>(call, "recommenders", |one| {
        group.is_none_or(|group| one.dataset_group_arn == group)
    })
}

/// `DeleteRecommender`
pub(super) fn delete(call: &Call<'_>) -> Result<Value, Fault> {
    end::<Recommender>(call, call.input.arn("recommenderArn")?)
}

fn begin_turn(call: &Call<'_>, from: Status, to: Status) -> Result<Value, Fault> {
    let arn = call.input.arn("recommenderArn")?;
    call.app.change(|estate| {
        let recommender = estate.get_mut::<Recommender>(arn)?;
        let status = recommender.life.status;
        let updating = update::under_way(recommender.latest_recommender_update.as_ref());
        if status != from || updating {
            let status = if updating {
                "being updated".to_owned()
            } else {
                status.to_string()
            };
            let message = format!("The recommender {arn} is {status}; it must be {from}");
            return Err(Fault::in_use(message));
        }
        recommender.life.become_status(to);
        Ok(())
    })?;
    go_on(call.app, arn.to_owned(), to);
    Ok(json!({ "recommenderArn": arn }))
}

/// Goes on with starts and stops that a restart interrupted.
pub(crate) fn resume_turns(app: &Arc<App>) {
    let all: Vec<(String, Status)> = app.read(|estate| {
        let all = estate.recommenders.values();
        all.map(|one| (one.recommender_arn.clone(), one.life.status))
            .collect()
    });
    for (arn, status) in all {
        go_on(app, arn, status);
    }
}

/// Stops or starts; does nothing from a status that is neither on its way.
fn go_on(app: &Arc<App>, arn: String, status: Status) {
    let (working, done) = match status {
        Status::StopPending | Status::StopInProgress => (Status::StopInProgress, Status::Inactive),
        Status::StartPending | Status::StartInProgress => (Status::StartInProgress, Status::Active),
        _ => return,
    };
    let app = Arc::clone(app);
    tokio::spawn(async move {
        sleep(app.pace.pending()).await;
        turn::<Recommender>(&app, &arn, working);
        sleep(app.pace.updating()).await;
        turn::<Recommender>(&app, &arn, done);
    });
}

fn config(input: &Input) -> Result<Option<Value>, Fault> {
    let Some(config) = input.object("recommenderConfig")? else {
        return Ok(None);
    };
    check_exploration(&config)?;
    Ok(input.value("recommenderConfig").cloned())
}
