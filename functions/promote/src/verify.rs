//! The second half: the moved campaign is asked, and moved back if it does not answer.

use serde::{Deserialize, Serialize};
use shared::{
    campaign::Campaign,
    config::{self, DatasetType},
    estate::Estate,
    metrics::{self, Unit},
};

use crate::{
    ask::Runtime,
    campaigns::Campaigns,
    error::PromoteError,
    promote::campaign_of,
    question::{Questions, questions},
};

/// What to verify: what the move answered.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Check {
    solution: String,
    campaign_arn: String,
    previous_solution_version_arn: Option<String>,
}

/// The answer of a verification.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Verified {
    campaign_arn: String,
    healthy: bool,
    rolled_back: bool,
    /// How many answers held items.
    answers: usize,
    /// For a person.
    reason: String,
}

/// Asks the campaign; moves it back to the version before when it does not answer.
pub(crate) async fn verify(
    campaigns: &Campaigns,
    runtime: &Runtime,
    estate: &Estate,
    check: &Check,
) -> Result<Verified, PromoteError> {
    let declared = campaign_of(&estate.config, &check.solution)?;
    let previous = check.previous_solution_version_arn.as_deref();
    let campaign = campaigns.describe(&check.campaign_arn).await?;
    // An invocation before this one moved it back, and its answer got lost.
    if campaign.is_some_and(|campaign| serves_or_will(&campaign, previous)) {
        return Ok(check.answer(false, true, 0, "it did not answer, and was moved back"));
    }
    let (asked, note) = match prepared(estate, &check.solution).await? {
        Questions::Known(known) => (known, ""),
        Questions::Neutral(question) => (
            vec![question],
            "; asked for one neutral user only, because no checked import has left sample users",
        ),
        Questions::Nothing { because } => {
            return Ok(check.answer(true, false, 0, &format!("not verified: {because}")));
        }
    };
    let tally = runtime.ask(&check.campaign_arn, &asked).await?;
    let words = format!("{}{note}", tally.words());
    if tally.is_healthy() {
        return Ok(check.answer(true, false, tally.with_items, &words));
    }
    let (rolled_back, ending) = roll_back(campaigns, declared, check).await?;
    Ok(check.answer(
        false,
        rolled_back,
        tally.with_items,
        &format!("{words}; {ending}"),
    ))
}

async fn prepared(estate: &Estate, solution: &str) -> Result<Questions, PromoteError> {
    let recipe = estate
        .config
        .solution(solution)
        .map(config::Solution::recipe_arn);
    let samples = estate
        .operations
        .good_check(DatasetType::Interactions)
        .await?;
    Ok(questions(&recipe.unwrap_or_default(), samples.as_ref()))
}

fn serves_or_will(campaign: &Campaign, version: Option<&str>) -> bool {
    let target = match campaign.running_update() {
        Some(update) => &update.solution_version_arn,
        None => &campaign.solution_version_arn,
    };
    version == Some(target)
}

async fn roll_back(
    campaigns: &Campaigns,
    declared: &config::Campaign,
    check: &Check,
) -> Result<(bool, String), PromoteError> {
    let Some(previous) = &check.previous_solution_version_arn else {
        let ending =
            "there is no version before it to move back to: look at the data and train again";
        return Ok((false, ending.to_owned()));
    };
    campaigns
        .update(&check.campaign_arn, declared, previous)
        .await?;
    Ok((true, format!("it is moved back to {previous}")))
}

impl Check {
    fn answer(&self, healthy: bool, rolled_back: bool, answers: usize, reason: &str) -> Verified {
        let mut data = vec![if healthy {
            "CampaignHealthy"
        } else {
            "CampaignUnhealthy"
        }];
        data.extend(rolled_back.then_some("CampaignRolledBack"));
        let data: Vec<_> = data
            .into_iter()
            .map(|name| (name, Unit::Count, 1.0))
            .collect();
        metrics::emit("promote", &[("solution", &self.solution)], &data);
        Verified {
            campaign_arn: self.campaign_arn.clone(),
            healthy,
            rolled_back,
            answers,
            reason: format!("campaign `{}`: {reason}", campaign_name(&self.campaign_arn)),
        }
    }
}

fn campaign_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::campaign::Update;

    #[test]
    fn a_campaign_on_its_way_back_is_not_asked_again() {
        let mut campaign = Campaign {
            arn: "arn".to_owned(),
            status: "ACTIVE".to_owned(),
            solution_version_arn: "new".to_owned(),
            update: None,
        };
        assert!(!serves_or_will(&campaign, Some("old")));
        assert!(!serves_or_will(&campaign, None));
        let status = "CREATE PENDING".to_owned();
        campaign.update = Some(Update {
            solution_version_arn: "old".to_owned(),
            status,
        });
        assert!(serves_or_will(&campaign, Some("old")));
    }
}
