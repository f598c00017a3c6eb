//! What every runtime request needs: the campaign, its model and its group.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    control::{
        Call,
        recipe::{self, Recipe},
    },
    data::groups::GroupData,
    estate::{Estate, Living},
    fault::{Fault, FaultKind},
    import::csv::ID_LENGTH,
    models::Deployed,
    resources::{Campaign, SolutionVersion, Status},
};

/// A campaign ready to answer.
pub(super) struct Serving {
    pub(super) recipe: &'static Recipe,
    pub(super) deployed: Arc<Deployed>,
    pub(super) data: Arc<GroupData>,
    pub(super) group_arn: String,
    config: Option<Value>,
}

/// What answers, as far as the resources know it.
struct Target {
    version_arn: String,
    recipe_arn: String,
    group_arn: String,
    config: Option<Value>,
}

impl Serving {
    /// What a request names.
    pub(super) fn of(call: &Call<'_>) -> Result<Self, Fault> {
        let target = call.app.read(|estate| target(call, estate))?;
        let recipe = recipe::find(&target.recipe_arn)
            .ok_or_else(|| Fault::not_found("recipe", &target.recipe_arn))?;
        let data = call.app.group(&target.group_arn)?;
        let state = call.app.state.as_ref();
        let deployed = call.app.models.get(&target.version_arn, &data, state);
        let deployed = deployed
            .map_err(Fault::internal)?
            .ok_or_else(|| Fault::not_found("the model of", &target.version_arn))?;
        Ok(Self {
            recipe,
            deployed,
            data,
            group_arn: target.group_arn,
            config: target.config,
        })
    }

    /// A part of the campaign's configuration.
    pub(super) fn config(&self, member: &str) -> Option<&Value> {
        self.config.as_ref().and_then(|config| config.get(member))
    }

    /// Whether the campaign's configuration has something switched on.
    pub(super) fn flag(&self, member: &str) -> bool {
        self.config(member)
            .and_then(Value::as_bool)
            .unwrap_or(false)
    }
}

/// An id of the request, if it is there.
pub(super) fn id<'a>(call: &'a Call<'_>, member: &str) -> Result<Option<&'a str>, Fault> {
    call.input.short(member, ID_LENGTH)
}

fn target(call: &Call<'_>, estate: &Estate) -> Result<Target, Fault> {
    if let Some(arn) = call.input.optional_arn("recommenderArn")? {
        return Err(match call.input.value("campaignArn") {
            Some(_) => call
                .input
                .wrong("recommenderArn", "goes without a campaignArn"),
            None => Fault::not_found("recommender", arn),
        });
    }
    let campaign = ready::<Campaign>(estate, call.input.arn("campaignArn")?)?;
    let version = estate.get::<SolutionVersion>(&campaign.solution_version_arn)?;
    Ok(Target {
        version_arn: version.solution_version_arn.clone(),
        recipe_arn: version.recipe_arn.clone(),
        group_arn: version.dataset_group_arn.clone(),
        config: campaign.campaign_config.clone(),
    })
}

/// To the runtime, what is not ACTIVE is not there.
pub(super) fn ready<'a, T: Living>(estate: &'a Estate, arn: &str) -> Result<&'a T, Fault> {
    let resource = estate.get::<T>(arn)?;
    match resource.life().status {
        Status::Active => Ok(resource),
        status => Err(Fault::new(
            FaultKind::ResourceNotFound,
            format!("The {} {arn} is {status}, not ACTIVE", T::KIND),
        )),
    }
}
