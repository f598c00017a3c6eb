//! Solution versions. Their training is in `training.rs`.

use serde_json::{Value, json};

use super::{Call, begin, event_tracker::random_id, page, quota, unfinished};
use crate::{
    estate::Resource,
    fault::Fault,
    resources::{Life, Solution, SolutionVersion},
};

/// `CreateSolutionVersion`
pub(super) fn create(call: &Call<'_>) -> Result<Value, Fault> {
    let input = &call.input;
    let name = input
        .text("name")?
        .map(|_| input.name("name"))
        .transpose()?;
    let solution_arn = input.arn("solutionArn")?;
    let training_mode = match input.text("trainingMode")? {
        None | Some("FULL") => "FULL",
        // Every training here is a full one; it sees all that an update would.
        Some("UPDATE") => "UPDATE",
        Some(_) => return Err(input.wrong("trainingMode", "must be FULL or UPDATE")),
    };
    let solution = call.app.read(|estate| {
        let solution = estate.active::<Solution>(solution_arn)?.clone();
        let pending =
            estate.count::<SolutionVersion>(|one| call.scope.owns(one.arn()) && unfinished(one));
        let what = "solution versions with PENDING or IN_PROGRESS status in this region";
        quota::check(pending, quota::PENDING_VERSIONS, what)?;
        Ok::<_, Fault>(solution)
    })?;
    let solution_version_arn = format!("{solution_arn}/{}", random_id());
    begin(
        call,
        SolutionVersion {
            name,
            solution_version_arn: solution_version_arn.clone(),
            solution_arn: solution_arn.to_owned(),
            perform_hpo: solution.perform_hpo,
            perform_auto_ml: solution.perform_auto_ml,
            recipe_arn: solution.recipe_arn,
            dataset_group_arn: solution.dataset_group_arn,
            event_type: solution.event_type,
            solution_config: solution.solution_config,
            training_mode: training_mode.to_owned(),
            training_type: "MANUAL".to_owned(),
            training_hours: None,
            life: Life::begin(),
        },
    )?;
    Ok(json!({ "solutionVersionArn": solution_version_arn }))
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
