//! Campaigns. An update is in force when it is ACTIVE; until then the old version answers.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::{Call, begin, end, page, quota};
use crate::{
    app::App,
    estate::{Estate, Resource},
    fault::Fault,
    input::Input,
    lifecycle::report,
    resources::{Campaign, CampaignUpdate, Life, SolutionVersion, Status},
};

/// `CreateCampaign`
pub(super) fn create(call: &Call<'_>) -> Result<Value, Fault> {
    let input = &call.input;
    let name = input.name("name")?;
    let version_arn = version(input)?
        .ok_or_else(|| input.wrong("solutionVersionArn", "this member is required"))?;
    let arn = call.scope.arn(&format!("campaign/{name}"));
    call.app.read(|estate| {
        let group = &estate
            .active::<SolutionVersion>(version_arn)?
            .dataset_group_arn;
        if Campaign::table(estate).contains_key(&arn) {
            return Ok(()); // `begin` complains about the name
        }
        let count = estate.count::<Campaign>(|one| group_of(estate, one) == Some(group));
        quota::check(count, quota::CAMPAIGNS, "campaigns in the dataset group")
    })?;
    begin(
        call,
        Campaign {
            name,
            campaign_arn: arn.clone(),
            solution_version_arn: version_arn.to_owned(),
            min_provisioned_tps: tps(input)?.unwrap_or(1),
            campaign_config: config(input)?,
            latest_campaign_update: None,
            life: Life::begin(),
        },
    )?;
    Ok(json!({ "campaignArn": arn }))
}

/// `UpdateCampaign`
pub(super) fn update(call: &Call<'_>) -> Result<Value, Fault> {
    let input = &call.input;
    let arn = input.arn("campaignArn")?;
    let (version_arn, tps, config) = (version(input)?, tps(input)?, config(input)?);
    call.app.change(|estate| {
        if let Some(version_arn) = version_arn {
            estate.active::<SolutionVersion>(version_arn)?;
        }
        let campaign = estate.get_mut::<Campaign>(arn)?;
        let status = campaign.life.status;
        if !matches!(status, Status::Active | Status::CreateFailed) {
            return Err(Fault::in_use(format!(
                "The campaign {arn} is {status}; wait until it is ACTIVE"
            )));
        }
        if campaign
            .latest_campaign_update
            .as_ref()
            .is_some_and(under_way)
        {
            return Err(Fault::in_use(format!(
                "The campaign {arn} is being updated; wait until its latest update is ACTIVE"
            )));
        }
        let version_arn = version_arn.unwrap_or(&campaign.solution_version_arn);
        campaign.latest_campaign_update = Some(CampaignUpdate {
            solution_version_arn: version_arn.to_owned(),
            min_provisioned_tps: tps.unwrap_or(campaign.min_provisioned_tps),
            campaign_config: config.or_else(|| campaign.campaign_config.clone()),
            life: Life::begin(),
        });
        Ok(())
    })?;
    begin_update(call.app, arn.to_owned());
    Ok(json!({ "campaignArn": arn }))
}

/// `ListCampaigns`
pub(super) fn list(call: &Call<'_>) -> Result<Value, Fault> {
    let solution = call.input.optional_arn("solutionArn")?;
    let versions = solution.map(|solution| format!("{solution}/"));
    page::list::<Campaign>(call, "campaigns", |one| {
        let of_it = |versions: &String| one.solution_version_arn.starts_with(versions.as_str());
        versions.as_ref().is_none_or(of_it)
    })
}

/// `DeleteCampaign`
pub(super) fn delete(call: &Call<'_>) -> Result<Value, Fault> {
    end::<Campaign>(call, call.input.arn("campaignArn")?)
}

/// Goes on with updates that a restart interrupted.
pub(crate) fn resume_updates(app: &Arc<App>) {
    let unfinished: Vec<String> = app.read(|estate| {
        let campaigns = estate.campaigns.values();
        campaigns
            .filter(|one| one.latest_campaign_update.as_ref().is_some_and(under_way))
            .map(|one| one.campaign_arn.clone())
            .collect()
    });
    for arn in unfinished {
        begin_update(app, arn);
    }
}

fn begin_update(app: &Arc<App>, arn: String) {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        sleep(app.pace.step()).await;
        step(&app, &arn, |_, update| {
            update.life.become_status(Status::CreateInProgress);
        });
        sleep(app.pace.step()).await;
        step(&app, &arn, |campaign, update| {
            update.life.become_status(Status::Active);
            campaign
                .solution_version_arn
                .clone_from(&update.solution_version_arn);
            campaign.min_provisioned_tps = update.min_provisioned_tps;
            campaign.campaign_config.clone_from(&update.campaign_config);
            campaign.life.become_status(Status::Active);
        });
    });
}

fn step(app: &App, arn: &str, change: impl FnOnce(&mut Campaign, &mut CampaignUpdate)) {
    let changed = app.change(|estate| {
        if let Ok(campaign) = estate.get_mut::<Campaign>(arn)
            && let Some(mut update) = campaign.latest_campaign_update.take()
        {
            change(campaign, &mut update);
            tracing::info!(%arn, status = %update.life.status, "status of the update changed");
            campaign.latest_campaign_update = Some(update);
        }
        Ok(())
    });
    report(arn, changed);
}

fn under_way(update: &CampaignUpdate) -> bool {
    update.life.status.is_creating()
}

fn group_of<'a>(estate: &'a Estate, campaign: &Campaign) -> Option<&'a String> {
    let version = estate.solution_versions.get(&campaign.solution_version_arn);
    version.map(|version| &version.dataset_group_arn)
}

fn version(input: &Input) -> Result<Option<&str>, Fault> {
    match input.optional_arn("solutionVersionArn")? {
        Some(arn) if arn.ends_with("/$LATEST") => Err(input.wrong(
            "solutionVersionArn",
            "$LATEST is not built in personalize-local; name a solution version",
        )),
        arn => Ok(arn),
    }
}

fn tps(input: &Input) -> Result<Option<i64>, Fault> {
    input.integer("minProvisionedTPS", 1..=10_000)
}

fn config(input: &Input) -> Result<Option<Value>, Fault> {
    let given = input.object("campaignConfig")?;
    Ok(given.and_then(|_| input.value("campaignConfig").cloned()))
}
