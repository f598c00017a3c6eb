//! Solutions: a recipe with its configuration.

use recommender::{Recipe as Algorithm, TrendInterval};
use serde_json::{Map, Value, json};

use super::{
    Call, begin, end, page,
    recipe::{self, FEATURE_PARAMETERS, Recipe, TREND_FREQUENCY},
    refuse_if, schedule, unfinished,
};
use crate::{
    app::App,
    estate::{Estate, Resource},
    fault::Fault,
    input::Input,
    lifecycle::Work,
    quotas,
    resources::{Campaign, DatasetGroup, Life, Solution, SolutionVersion, Update},
    update::{self, Updated},
};

impl Updated for Solution {
    fn latest(&mut self) -> &mut Option<Update> {
        &mut self.latest_solution_update
    }

    fn apply(&mut self, members: &Map<String, Value>) {
        let flag = |name| members.get(name).and_then(Value::as_bool);
        if let Some(auto) = flag("performAutoTraining") {
            self.perform_auto_training = auto;
        }
        if let Some(incremental) = flag("performIncrementalUpdate") {
            self.perform_incremental_update = incremental;
        }
        let changes = members.get("solutionUpdateConfig");
        if let Some(Value::Object(changes)) = changes {
            let config = self.solution_config.get_or_insert_with(|| json!({}));
            for (name, value) in changes {
                config[name] = value.clone();
            }
        }
    }
}

impl Work for Solution {
    fn gone(self, app: &App, estate: &mut Estate) {
        let of_this = |one: &SolutionVersion| one.solution_arn == self.solution_arn;
        let versions: Vec<String> = estate
            .solution_versions
            .values()
            .filter(|one| of_this(one))
            .map(|one| one.solution_version_arn.clone())
            .collect();
        for arn in versions {
            estate.solution_versions.remove(&arn);
            estate.metrics.remove(&arn);
            estate.tags.remove(&arn);
            app.models.remove(&arn);
            estate
                .batch_inference_jobs
                .retain(|_, job| job.order.solution_version_arn != arn);
            estate
                .batch_segment_jobs
                .retain(|_, job| job.order.solution_version_arn != arn);
        }
        if let Some(state) = &app.state {
            state.remove(&self.solution_arn);
        }
    }
}

/// `CreateSolution`
pub(super) fn create(call: &Call<'_>) -> Result<Value, Fault> {
    let input = &call.input;
    let name = input.name("name")?;
    let group_arn = input.arn("datasetGroupArn")?;
    let perform_auto_ml = input.flag("performAutoML")?.unwrap_or(false);
    if perform_auto_ml {
        return Err(input.wrong(
            "performAutoML",
            "is not built; name a recipe with recipeArn",
        ));
    }
    let recipe_arn = input.arn("recipeArn")?;
    let recipe = match recipe::find(recipe_arn) {
        Some(recipe) if recipe.domain.is_some() => {
            return Err(input.wrong("recipeArn", "is a use case; create a recommender for it"));
        }
        Some(recipe) => recipe,
        None => {
            return Err(input.wrong(
                "recipeArn",
                "is not a recipe that personalize-local has; ListRecipes names them",
            ));
        }
    };
    if let Some(config) = input.object("solutionConfig")? {
        check_schedule(&config)?;
        check_frequency(&config, recipe)?;
    }
    let arn = call.scope.arn(&format!("solution/{name}"));
    call.app.read(|estate| {
        estate.active::<DatasetGroup>(group_arn)?;
        if Solution::table(estate).contains_key(&arn) {
            return Ok(()); // `begin` complains about the name
        }
        let count = estate.count::<Solution>(|one| one.dataset_group_arn == group_arn);
        let most = call.app.quotas.counts.solutions_in_group;
        quotas::check(count, most, "solutions in the dataset group")
    })?;
    begin(
        call,
        Solution {
            name,
            solution_arn: arn.clone(),
            perform_hpo: input.flag("performHPO")?.unwrap_or(false),
            perform_auto_ml,
            perform_auto_training: input.flag("performAutoTraining")?.unwrap_or(true),
            perform_incremental_update: input.flag("performIncrementalUpdate")?.unwrap_or(false),
            recipe_arn: recipe_arn.to_owned(),
            dataset_group_arn: group_arn.to_owned(),
            event_type: input.short("eventType", 256)?.map(str::to_owned),
            solution_config: input
                .object("solutionConfig")?
                .and_then(|_| input.value("solutionConfig").cloned()),
            latest_solution_update: None,
            life: Life::begin(),
        },
    )?;
    Ok(json!({ "solutionArn": arn }))
}

/// `UpdateSolution`
pub(super) fn update(call: &Call<'_>) -> Result<Value, Fault> {
    let input = &call.input;
    let arn = input.arn("solutionArn")?;
    if let Some(config) = input.object("solutionUpdateConfig")? {
        check_schedule(&config)?;
    }
    let given = [
        "performAutoTraining",
        "performIncrementalUpdate",
        "solutionUpdateConfig",
    ];
    let given = given.map(|name| Some((name.to_owned(), input.value(name)?.clone())));
    let members: Map<String, Value> = given.into_iter().flatten().collect();
    update::begin::<Solution>(call.app, arn, |_, _| {
        if members.is_empty() {
            let problem = "or performIncrementalUpdate or solutionUpdateConfig must be given";
            return Err(input.wrong("performAutoTraining", problem));
        }
        Ok(members)
    })?;
    Ok(json!({ "solutionArn": arn }))
}

/// Whether a configuration's schedule is one.
fn check_schedule(config: &Input) -> Result<(), Fault> {
    let Some(training) = config.object("autoTrainingConfig")? else {
        return Ok(());
    };
    match training.text("schedulingExpression")? {
        Some(text) if schedule::parse(text).is_none() => Err(training.wrong(
            "schedulingExpression",
            "must be rate(<n> days) with 1 to 30 days",
        )),
        _ => Ok(()),
    }
}

/// Whether a recipe about trends can compare the intervals that a configuration asks for.
fn check_frequency(config: &Input, recipe: &Recipe) -> Result<(), Fault> {
    let parameters = match recipe.algorithm {
        Algorithm::TrendingNow => config.object(FEATURE_PARAMETERS)?,
        _ => None,
    };
    let Some(parameters) = parameters else {
        return Ok(());
    };
    let frequency = parameters.text(TREND_FREQUENCY)?;
    match frequency.map(str::parse::<TrendInterval>) {
        Some(Err(_)) => Err(parameters.wrong(
            TREND_FREQUENCY,
            "must be 30 minutes, 1 hour, 2 hours, 3 hours or 1 day",
        )),
        _ => Ok(()),
    }
}

/// `DescribeSolution`, with the version that was asked for last.
pub(super) fn describe(call: &Call<'_>) -> Result<Value, Fault> {
    let arn = call.input.arn("solutionArn")?;
    call.app.read(|estate| {
        let mut answer = json!({ "solution": estate.get::<Solution>(arn)? });
        let versions = estate.solution_versions.values();
        let latest = versions
            .filter(|one| one.solution_arn == arn)
            .max_by(|a, b| a.created().total_cmp(&b.created()));
        if let Some(latest) = latest {
            answer["solution"]["latestSolutionVersion"] = page::summary(latest);
        }
        Ok(answer)
    })
}

/// `ListSolutions`
pub(super) fn list(call: &Call<'_>) -> Result<Value, Fault> {
    let group = call.input.optional_arn("datasetGroupArn")?;
    page::list::<Solution>(call, "solutions", |one| {
        group.is_none_or(|group| one.dataset_group_arn == group)
    })
}

/// `DeleteSolution`: its versions and their models go with it.
pub(super) fn delete(call: &Call<'_>) -> Result<Value, Fault> {
    let arn = call.input.arn("solutionArn")?;
    call.app.read(|estate| {
        estate.get::<Solution>(arn)?;
        let versions = format!("{arn}/");
        let deployed =
            estate.any::<Campaign>(|one| one.solution_version_arn.starts_with(&versions));
        refuse_if(deployed, arn, "a campaign")?;
        let training =
            estate.any::<SolutionVersion>(|one| one.solution_arn == arn && unfinished(one));
        refuse_if(training, arn, "a solution version that is being trained")
    })?;
    end::<Solution>(call, arn)
}
