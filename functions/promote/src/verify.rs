//! The second half: the moved campaign is asked, as often as the configuration wants it looked at, and
//! moved back if it does not answer well.

use serde::{Deserialize, Serialize};
use shared::{
    campaign::Campaign,
    config::{self, DatasetType},
    estate::Estate,
    metrics::{self, Unit},
    operations::{Decision, Outcome},
};

use crate::{
    ask::Runtime,
    campaigns::Campaigns,
    error::PromoteError,
    question::{Questions, questions},
    rollback::{Back, roll_back},
};

/// What to verify: what the move answered.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Check {
    #[serde(flatten)]
    moved: Back,
    /// Which look this is, from 1 on.
    #[serde(default = "first")]
    look: u32,
}

fn first() -> u32 {
    1
}

/// The answer of a verification.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Verified {
    campaign_arn: String,
    healthy: bool,
    rolled_back: bool,
    /// Whether it is to be looked at again.
    look_again: bool,
    /// How many answers held items.
    answers: usize,
    /// For a person.
    reason: String,
}

/// Asks the campaign; moves it back to the version before when it does not answer well.
pub(crate) async fn verify(
    campaigns: &Campaigns,
    runtime: &Runtime,
    estate: &Estate,
    check: &Check,
) -> Result<Verified, PromoteError> {
    let previous = check.moved.previous_solution_version_arn.as_deref();
    let campaign = campaigns.describe(&check.moved.campaign_arn).await?;
    // An invocation before this one moved it back, and its answer got lost.
    if campaign.is_some_and(|campaign| serves_or_will(&campaign, previous)) {
        return Ok(check.unhealthy(true, 0, "it did not answer well, and was moved back"));
    }
    let (asked, note) = match prepared(estate, &check.moved.solution).await? {
        Questions::Known(known) => (known, ""),
        Questions::Neutral(question) => (
            vec![question],
            "; asked for one neutral user only, because no checked import has left sample users",
        ),
        Questions::Nothing { because } => {
            let reason = format!("not verified: {because}");
            return check.healthy(estate, 0, false, &reason).await;
        }
    };
    let rule = &estate.config.promotion;
    let tally = runtime.ask(&check.moved.campaign_arn, &asked).await?;
    let words = format!("{}{note}", tally.words());
    if tally.is_healthy(rule) {
        let look_again = check.look < rule.looks;
        return check
            .healthy(estate, tally.with_items, look_again, &words)
            .await;
    }
    let back = roll_back(campaigns, estate, &check.moved).await?;
    let reason = format!("{words}; {}", back.reason);
    Ok(check.unhealthy(back.rolled_back, tally.with_items, &reason))
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
    let most = usize::try_from(estate.config.promotion.questions).unwrap_or(usize::MAX);
    Ok(questions(
        &recipe.unwrap_or_default(),
        samples.as_ref(),
        most,
    ))
}

fn serves_or_will(campaign: &Campaign, version: Option<&str>) -> bool {
    let target = match campaign.running_update() {
        Some(update) => &update.solution_version_arn,
        None => &campaign.solution_version_arn,
    };
    version == Some(target)
}

impl Check {
    /// A good look; after the last one the version is judged.
    async fn healthy(
        &self,
        estate: &Estate,
        answers: usize,
        look_again: bool,
        reason: &str,
    ) -> Result<Verified, PromoteError> {
        if let Some(version) = self
            .moved
            .solution_version_arn
            .as_ref()
            .filter(|_| !look_again)
        {
            let decision = Decision {
                solution: self.moved.solution.clone(),
                solution_version_arn: version.clone(),
                outcome: Outcome::Promoted,
                previous_solution_version_arn: None,
                reason: reason.to_owned(),
                decided_at: jiff::Timestamp::now().as_second(),
            };
            estate.operations.put_decision(&decision).await?;
        }
        self.count("CampaignHealthy");
        Ok(Verified {
            healthy: true,
            look_again,
            ..self.answer(answers, reason)
        })
    }

    fn unhealthy(&self, rolled_back: bool, answers: usize, reason: &str) -> Verified {
        self.count("CampaignUnhealthy");
        Verified {
            rolled_back,
            ..self.answer(answers, reason)
        }
    }

    fn count(&self, metric: &'static str) {
        let dimension = [("solution", self.moved.solution.as_str())];
        metrics::emit("promote", &dimension, &[(metric, Unit::Count, 1.0)]);
    }

    fn answer(&self, answers: usize, reason: &str) -> Verified {
        Verified {
            campaign_arn: self.moved.campaign_arn.clone(),
            healthy: false,
            rolled_back: false,
            look_again: false,
            answers,
            reason: format!(
                "campaign `{}`: {reason}",
                campaign_name(&self.moved.campaign_arn)
            ),
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
            options: None,
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
