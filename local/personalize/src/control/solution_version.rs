//! Solution versions. Their training is in `training.rs`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Call, begin, event_tracker::random_id, page, unfinished};
use crate::{
    app::App,
    estate::{Estate, Resource},
    fault::{Fault, FaultKind},
    lifecycle, quotas,
    resources::{Life, Solution, SolutionVersion, Status},
    scope::{Scope, name_of},
};

/// Recipes whose solution versions can be trained with UPDATE.
const UPDATED: [&str; 2] = ["aws-user-personalization", "aws-hrnn-coldstart"];

/// `CreateSolutionVersion`
pub(super) fn create(call: &Call<'_>) -> Result<Value, Fault> {
    let input = &call.input;
    let name = input
        .text("name")?
        .map(|_| input.name("name"))
        .transpose()?;
    let solution_arn = input.arn("solutionArn")?;
    let training_mode = input.text("trainingMode")?.unwrap_or("FULL");
    let solution = call.app.read(|estate| {
        let solution = estate.active::<Solution>(solution_arn)?.clone();
        check_mode(call, estate, &solution, training_mode)?;
        let same = |one: &SolutionVersion| one.solution_arn == solution_arn && one.name == name;
        if name.is_some() && estate.any(same) {
            return Err(Fault::new(
                FaultKind::ResourceAlreadyExists,
                format!("The solution {solution_arn} has a version of this name already"),
            ));
        }
        check_pending(call.app, estate, &call.scope)?;
        Ok::<_, Fault>(solution)
    })?;
    let version = SolutionVersion {
        name,
        training_mode: training_mode.to_owned(),
        ..of(solution, "MANUAL")
    };
    let solution_version_arn = version.solution_version_arn.clone();
    begin(call, version)?;
    Ok(json!({ "solutionVersionArn": solution_version_arn }))
}

/// A version that nobody asked for but the solution's schedule.
pub(super) fn begin_automatic(app: &Arc<App>, solution: Solution) -> Result<(), Fault> {
    let version = of(solution, "AUTOMATIC");
    let arn = version.solution_version_arn.clone();
    app.change(|estate| estate.add(version))?;
    lifecycle::create::<SolutionVersion>(app, arn);
    Ok(())
}

/// A version of a solution as the solution is now.
fn of(solution: Solution, training_type: &str) -> SolutionVersion {
    SolutionVersion {
        name: None,
        solution_version_arn: format!("{}/{}", solution.solution_arn, random_id()),
        solution_arn: solution.solution_arn,
        perform_hpo: solution.perform_hpo,
        perform_auto_ml: solution.perform_auto_ml,
        perform_incremental_update: solution.perform_incremental_update,
        recipe_arn: solution.recipe_arn,
        dataset_group_arn: solution.dataset_group_arn,
        event_type: solution.event_type,
        solution_config: solution.solution_config,
        training_mode: if training_type == "AUTOMATIC" {
            "AUTOTRAIN"
        } else {
            "FULL"
        }
        .to_owned(),
        training_type: training_type.to_owned(),
        training_hours: None,
        life: Life::begin(),
    }
}

/// UPDATE takes new items into a model of certain recipes that a FULL training made. Every training
/// here sees all data, so it is then a full one.
fn check_mode(
    call: &Call<'_>,
    estate: &Estate,
    solution: &Solution,
    mode: &str,
) -> Result<(), Fault> {
    let updates = UPDATED.contains(&name_of(&solution.recipe_arn));
    let full = |one: &SolutionVersion| {
        one.solution_arn == solution.solution_arn
            && one.life.status == Status::Active
            && one.training_mode == "FULL"
    };
    let problem = match mode {
        "FULL" => return Ok(()),
        "UPDATE" if !updates => {
            "UPDATE is for the recipes aws-user-personalization and aws-hrnn-coldstart; train with FULL"
        }
        "UPDATE" if estate.any(full) => return Ok(()),
        "UPDATE" => {
            "UPDATE needs a solution version that is ACTIVE and was trained with FULL; train with FULL first"
        }
        "AUTOTRAIN" => "AUTOTRAIN is the mode of automatic trainings; ask for FULL or UPDATE",
        _ => "must be FULL or UPDATE",
    };
    Err(call.input.wrong("trainingMode", problem))
}

fn check_pending(app: &App, estate: &Estate, scope: &Scope) -> Result<(), Fault> {
    let pending = |one: &SolutionVersion| scope.owns(one.arn()) && unfinished(one);
    let what = "solution versions with PENDING or IN_PROGRESS status in this region";
    let most = app.quotas.counts.pending_solution_versions_in_region;
    quotas::check(estate.count(pending), most, what)
}

/// `StopSolutionVersionCreation`: what is being
/// trained then comes to nothing.
pub(super) fn stop(call: &Call<'_>) -> Result<Value, Fault> {
    let arn = call.input.arn("solutionVersionArn")?;
    call.app.change(|estate| {
        let version = estate.get_mut::<SolutionVersion>(arn)?;
        let status = match version.life.status {
            Status::CreatePending => Status::CreateStopped,
            Status::CreateInProgress => Status::CreateStopping,
            status => {
                let message = format!(
                    "The solution version {arn} is {status}; only one that is CREATE PENDING or CREATE IN_PROGRESS can be stopped"
                );
                return Err(Fault::in_use(message));
            }
        };
        version.life.become_status(status);
        Ok(())
    })?;
    finish_stop(call.app, arn.to_owned());
    Ok(Value::Null)
}

/// Goes on with stops that a restart interrupted.
pub(crate) fn resume_stops(app: &Arc<App>) {
    let stopping: Vec<String> = app.read(|estate| {
        let versions = estate.solution_versions.values();
        versions
            .filter(|one| one.life.status == Status::CreateStopping)
            .map(|one| one.solution_version_arn.clone())
            .collect()
    });
    for arn in stopping {
        finish_stop(app, arn);
    }
}

fn finish_stop(app: &Arc<App>, arn: String) {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        tokio::time::sleep(app.pace.pending()).await;
        lifecycle::turn::<SolutionVersion>(&app, &arn, Status::CreateStopped);
        app.models.remove(&arn);
    });
}

/// `ListSolutionVersions`
pub(super) fn list(call: &Call<'_>) -> Result<Value, Fault> {
    let solution = call.input.optional_arn("solutionArn")?;
    if let Some(arn) = solution {
        call.app
            .read(|estate| estate.get::<Solution>(arn).map(|_| ()))?;
    }
    page::list::<SolutionVersion>(call, "solutionVersions", |one| {
        solution.is_none_or(|solution| one.solution_arn == solution)
    })
}

/// `GetSolutionMetrics`
pub(super) fn metrics(call: &Call<'_>) -> Result<Value, Fault> {
    let arn = call.input.arn("solutionVersionArn")?;
    call.app.read(|estate| {
        estate.active::<SolutionVersion>(arn)?;
        Ok(json!({ "solutionVersionArn": arn, "metrics": estate.metrics.get(arn) }))
    })
}
