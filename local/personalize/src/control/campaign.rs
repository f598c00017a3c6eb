//! Campaigns. An update is in force when it is ACTIVE; until then the old version answers. One that
//! follows its solution is updated when a newer version becomes ACTIVE.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Call, begin, end, page, recipe, recipe::RecipeType};
use crate::{
    app::App,
    estate::{Estate, Resource},
    fault::{Fault, FaultKind},
    input::Input,
    lifecycle::{Work, report},
    quotas,
    resources::{Campaign, Life, Solution, SolutionVersion, Status, Update},
    update::{self, Updated},
};

/// What stands for the latest version in an ARN.
const LATEST: &str = "/$LATEST";

impl Work for Campaign {
    fn ready(app: &Arc<App>, arn: &str) {
        let solution = app.read(|estate| {
            let campaign = estate.campaigns.get(arn)?;
            let (solution, _) = campaign.solution_version_arn.rsplit_once('/')?;
            Some(solution.to_owned())
        });
        if let Some(solution) = solution {
            follow(app, &solution);
        }
    }
}

impl Updated for Campaign {
    fn latest(&mut self) -> &mut Option<Update> {
        &mut self.latest_campaign_update
    }

    fn apply(&mut self, members: &Map<String, Value>) {
        if let Some(arn) = members.get("solutionVersionArn").and_then(Value::as_str) {
            arn.clone_into(&mut self.solution_version_arn);
        }
        if let Some(tps) = members.get("minProvisionedTPS").and_then(Value::as_i64) {
            self.min_provisioned_tps = tps;
        }
        self.campaign_config = members.get("campaignConfig").cloned();
    }
}

/// `CreateCampaign`
pub(super) fn create(call: &Call<'_>) -> Result<Value, Fault> {
    let input = &call.input;
    let name = input.name("name")?;
    let named = input.arn("solutionVersionArn")?;
    let config = config(input)?;
    check_follows(input, named, config.as_ref())?;
    let arn = call.scope.arn(&format!("campaign/{name}"));
    let version_arn = call.app.read(|estate| {
        let version = version(input, estate, named)?;
        if !Campaign::table(estate).contains_key(&arn) {
            let group = Some(&version.dataset_group_arn);
            let count = estate.count::<Campaign>(|one| group_of(estate, one) == group);
            let most = call.app.quotas.counts.campaigns_in_group;
            quotas::check(count, most, "campaigns in the dataset group")?;
        }
        Ok::<_, Fault>(version.solution_version_arn.clone())
    })?;
    begin(
        call,
        Campaign {
            name,
            campaign_arn: arn.clone(),
            solution_version_arn: version_arn,
            min_provisioned_tps: tps(input)?.unwrap_or(1),
            campaign_config: config,
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
    let named = input.optional_arn("solutionVersionArn")?;
    let (tps, config) = (tps(input)?, config(input)?);
    update::begin::<Campaign>(call.app, arn, |estate, campaign| {
        let config = config.or_else(|| campaign.campaign_config.clone());
        let version_arn = match named {
            Some(named) => {
                check_follows(input, named, config.as_ref())?;
                version(input, estate, named)?.solution_version_arn.clone()
            }
            None => campaign.solution_version_arn.clone(),
        };
        let tps = tps.unwrap_or(campaign.min_provisioned_tps);
        Ok(members(&version_arn, tps, config))
    })?;
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

/// Deploys a solution's latest version to the campaigns that follow it. One that is being updated is
/// looked at again when that is done.
pub(crate) fn follow(app: &Arc<App>, solution_arn: &str) {
    let behind = app.read(|estate| {
        let latest = latest(estate, solution_arn)?.solution_version_arn.clone();
        let versions = format!("{solution_arn}/");
        let of_it = estate.campaigns.values().filter(|one| {
            one.solution_version_arn.starts_with(&versions)
                && one.solution_version_arn != latest
                && follows(one.campaign_config.as_ref())
                && one.life.status == Status::Active
                && !update::under_way(one.latest_campaign_update.as_ref())
        });
        let arns: Vec<String> = of_it.map(|one| one.campaign_arn.clone()).collect();
        Some((latest, arns))
    });
    let (latest, arns) = behind.unwrap_or_default();
    for arn in arns {
        let begun = update::begin::<Campaign>(app, &arn, |_, one| {
            let config = one.campaign_config.clone();
            Ok(members(&latest, one.min_provisioned_tps, config))
        });
        report(&arn, begun);
    }
}

/// Deploys what became ACTIVE just before a restart.
pub(crate) fn resume(app: &Arc<App>) {
    let campaigns = app.read(|estate| estate.campaigns.keys().cloned().collect::<Vec<_>>());
    for arn in campaigns {
        Campaign::ready(app, &arn);
    }
}

fn members(version_arn: &str, tps: i64, config: Option<Value>) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("solutionVersionArn".to_owned(), version_arn.into());
    members.insert("minProvisionedTPS".to_owned(), tps.into());
    members.extend(config.map(|config| ("campaignConfig".to_owned(), config)));
    members
}

fn follows(config: Option<&Value>) -> bool {
    config.is_some_and(|config| config["syncWithLatestSolutionVersion"] == true)
}

/// A campaign that follows its solution is told so by both members.
fn check_follows(input: &Input, named: &str, config: Option<&Value>) -> Result<(), Fault> {
    if follows(config) && !named.ends_with(LATEST) {
        return Err(input.wrong(
            "solutionVersionArn",
            "must be <solution arn>/$LATEST with syncWithLatestSolutionVersion",
        ));
    }
    Ok(())
}

/// The version that a request means, ready to be deployed.
fn version<'a>(
    input: &Input,
    estate: &'a Estate,
    named: &str,
) -> Result<&'a SolutionVersion, Fault> {
    let version = match named.strip_suffix(LATEST) {
        None => estate.active::<SolutionVersion>(named)?,
        Some(solution) => {
            estate.get::<Solution>(solution)?;
            latest(estate, solution).ok_or_else(|| {
                let message = format!("The solution {solution} has no version that is ACTIVE");
                Fault::new(FaultKind::ResourceNotFound, message)
            })?
        }
    };
    let recipe = recipe::find(&version.recipe_arn);
    if recipe.is_some_and(|recipe| recipe.recipe_type == RecipeType::UserSegmentation) {
        let problem = "is for segments of users; create a batch segment job with it";
        return Err(input.wrong("solutionVersionArn", problem));
    }
    Ok(version)
}

/// The version of a solution that became ACTIVE of those asked for last.
fn latest<'a>(estate: &'a Estate, solution_arn: &str) -> Option<&'a SolutionVersion> {
    let versions = estate.solution_versions.values();
    versions
        .filter(|one| one.solution_arn == solution_arn && one.life.status == Status::Active)
        .max_by(|a, b| a.created().total_cmp(&b.created()))
}

fn group_of<'a>(estate: &'a Estate, campaign: &Campaign) -> Option<&'a String> {
    let version = estate.solution_versions.get(&campaign.solution_version_arn);
    version.map(|version| &version.dataset_group_arn)
}

fn tps(input: &Input) -> Result<Option<i64>, Fault> {
    input.integer("minProvisionedTPS", 1..=10_000)
}

fn config(input: &Input) -> Result<Option<Value>, Fault> {
    let Some(config) = input.object("campaignConfig")? else {
        return Ok(None);
    };
    check_exploration(&config)?;
    Ok(input.value("campaignConfig").cloned())
}

/// The parameters of exploration are numbers in strings.
pub(super) fn check_exploration(config: &Input) -> Result<(), Fault> {
    let Some(exploration) = config.object("itemExplorationConfig")? else {
        return Ok(());
    };
    for (name, most) in [
        ("explorationWeight", 1.0),
        ("explorationItemAgeCutOff", 36_500.0),
    ] {
        let number = exploration.text(name)?.map(str::parse::<f64>);
        let fits = |number: &Result<f64, _>| {
            number
                .as_ref()
                .is_ok_and(|number| (0.0..=most).contains(number))
        };
        if number.is_some_and(|number| !fits(&number)) {
            let problem = format!("must be a number from 0 to {most} in a string");
            return Err(exploration.wrong(name, problem));
        }
    }
    Ok(())
}
