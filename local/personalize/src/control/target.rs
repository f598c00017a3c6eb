//! What answers for an ARN of a request: the model behind a campaign, a recommender or a solution
//! version, with its recipe.

use std::sync::Arc;

use serde_json::Value;

use super::{
    Call,
    recipe::{self, Recipe},
};
use crate::{
    app::App,
    data::groups::GroupData,
    estate::{Estate, Living},
    fault::{Fault, FaultKind},
    models::Deployed,
    resources::{Campaign, Recommender, SolutionVersion, Status},
};

/// A trained model, as far as the resources know it.
#[derive(Debug)]
pub(crate) struct Target {
    /// What the model is kept under.
    model_arn: String,
    recipe_arn: String,
    /// The dataset group.
    pub(crate) group_arn: String,
    /// The configuration of the campaign or the recommender.
    pub(crate) config: Option<Value>,
}

impl Target {
    /// What a request of the runtime names: a `campaignArn` or a `recommenderArn`.
    ///
    /// # Errors
    /// `ResourceNotFoundException` for what is not there or not ACTIVE.
    pub(crate) fn of(call: &Call<'_>, estate: &Estate) -> Result<Self, Fault> {
        let Some(arn) = call.input.optional_arn("recommenderArn")? else {
            let campaign = ready::<Campaign>(estate, call.input.arn("campaignArn")?)?;
            let version = Self::of_version(estate, &campaign.solution_version_arn)?;
            return Ok(Self {
                config: campaign.campaign_config.clone(),
                ..version
            });
        };
        if call.input.value("campaignArn").is_some() {
            let problem = "goes without a campaignArn";
            return Err(call.input.wrong("recommenderArn", problem));
        }
        let recommender = ready::<Recommender>(estate, arn)?;
        Ok(Self {
            model_arn: arn.to_owned(),
            recipe_arn: recommender.recipe_arn.clone(),
            group_arn: recommender.dataset_group_arn.clone(),
            config: recommender.recommender_config.clone(),
        })
    }

    /// A solution version, for batch jobs.
    ///
    /// # Errors
    /// `ResourceNotFoundException`.
    pub(crate) fn of_version(estate: &Estate, arn: &str) -> Result<Self, Fault> {
        let version = estate.get::<SolutionVersion>(arn)?;
        Ok(Self {
            model_arn: arn.to_owned(),
            recipe_arn: version.recipe_arn.clone(),
            group_arn: version.dataset_group_arn.clone(),
            config: None,
        })
    }

    /// Its recipe.
    ///
    /// # Errors
    /// `ResourceNotFoundException` for one that this build no longer has.
    pub(crate) fn recipe(&self) -> Result<&'static Recipe, Fault> {
        recipe::find(&self.recipe_arn).ok_or_else(|| Fault::not_found("recipe", &self.recipe_arn))
    }

    /// Its model and the data of its group.
    ///
    /// # Errors
    /// `InternalFailure` when a file cannot be read.
    pub(crate) fn model(&self, app: &App) -> Result<(Arc<Deployed>, Arc<GroupData>), Fault> {
        let data = app.group(&self.group_arn)?;
        let deployed = app.models.get(&self.model_arn, &data, app.state.as_ref());
        let deployed = deployed
            .map_err(Fault::internal)?
            .ok_or_else(|| Fault::not_found("the model of", &self.model_arn))?;
        Ok((deployed, data))
    }
}

/// To the runtime, what is not ACTIVE is not there.
///
/// # Errors
/// `ResourceNotFoundException`.
pub(crate) fn ready<'a, T: Living>(estate: &'a Estate, arn: &str) -> Result<&'a T, Fault> {
    let resource = estate.get::<T>(arn)?;
    match resource.life().status {
        Status::Active => Ok(resource),
        status => Err(Fault::new(
            FaultKind::ResourceNotFound,
            format!("The {} {arn} is {status}, not ACTIVE", T::KIND),
        )),
    }
}
