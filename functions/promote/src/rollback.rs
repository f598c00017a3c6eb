//! The way back: the campaign serves the version it served before.

use serde::{Deserialize, Serialize};
use shared::{
    campaign::Campaign,
    estate::Estate,
    metrics::{self, Unit},
    operations::{Decision, Outcome},
    resource::is_failed,
};

use crate::{campaigns::Campaigns, error::PromoteError, promote::campaign_of};

/// A move that did not end well: what it answered.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Back {
    pub(crate) solution: String,
    pub(crate) campaign_arn: String,
    /// The version that is not to be in service.
    pub(crate) solution_version_arn: Option<String>,
    pub(crate) previous_solution_version_arn: Option<String>,
}

/// The answer of a rollback.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RolledBack {
    pub(crate) rolled_back: bool,
    /// For a person.
    pub(crate) reason: String,
}

/// What is to be done so that a campaign serves the version before.
#[derive(Debug, PartialEq)]
enum Step<'a> {
    /// It does, or will.
    Nothing,
    /// It has to be moved.
    Update(&'a Campaign),
    /// Personalize works at the move that is to be undone.
    Wait,
    /// There is no way.
    Impossible(&'static str),
}

/// Moves the campaign back, and remembers that the version was not fit for service.
pub(crate) async fn roll_back(
    campaigns: &Campaigns,
    estate: &Estate,
    back: &Back,
) -> Result<RolledBack, PromoteError> {
    let declared = campaign_of(&estate.config, &back.solution)?;
    let campaign = campaigns.describe(&back.campaign_arn).await?;
    let previous = back.previous_solution_version_arn.as_deref();
    let (rolled_back, reason) = match step(campaign.as_ref(), previous) {
        Step::Wait => {
            return Err(PromoteError::Busy {
                campaign: declared.name.clone(),
                with: "the move that is to be undone".to_owned(),
            });
        }
        Step::Impossible(because) => (false, because.to_owned()),
        Step::Nothing => (true, format!("it serves {}", previous.unwrap_or_default())),
        Step::Update(campaign) => {
            let previous = previous.unwrap_or_default();
            campaigns.update(campaign, declared, previous).await?;
            (true, format!("it is moved back to {previous}"))
        }
    };
    if let Some(version) = &back.solution_version_arn {
        remember(estate, back, version, &reason).await?;
    }
    let metric = if rolled_back {
        "CampaignRolledBack"
    } else {
        "CampaignNotRolledBack"
    };
    let dimension = [("solution", back.solution.as_str())];
    metrics::emit("promote", &dimension, &[(metric, Unit::Count, 1.0)]);
    Ok(RolledBack {
        rolled_back,
        reason,
    })
}

fn step<'a>(campaign: Option<&'a Campaign>, previous: Option<&str>) -> Step<'a> {
    let Some(campaign) = campaign else {
        return Step::Impossible("the campaign is gone: start retrain again, which makes it");
    };
    let Some(previous) = previous else {
        return Step::Impossible(
            "there is no version before it to move back to: look at the data and train again",
        );
    };
    if let Some(update) = campaign.running_update() {
        return if update.solution_version_arn == previous {
            Step::Nothing
        } else {
            Step::Wait
        };
    }
    // After a move that failed the old version answers, and the failure stays with the campaign
    // until another update takes its place.
    let failed = |campaign: &Campaign| {
        let update = campaign.update.as_ref();
        update.is_some_and(|update| is_failed(&update.status)) || is_failed(&campaign.status)
    };
    if campaign.solution_version_arn == previous && !failed(campaign) {
        Step::Nothing
    } else {
        Step::Update(campaign)
    }
}

async fn remember(
    estate: &Estate,
    back: &Back,
    version: &str,
    reason: &str,
) -> Result<(), PromoteError> {
    let decision = Decision {
        solution: back.solution.clone(),
        solution_version_arn: version.to_owned(),
        outcome: Outcome::RolledBack,
        previous_solution_version_arn: back.previous_solution_version_arn.clone(),
        reason: reason.to_owned(),
        decided_at: jiff::Timestamp::now().as_second(),
    };
    Ok(estate.operations.put_decision(&decision).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::campaign::Update;

    fn campaign(served: &str, update: Option<(&str, &str)>) -> Campaign {
        Campaign {
            arn: "arn".to_owned(),
            status: "ACTIVE".to_owned(),
            solution_version_arn: served.to_owned(),
            update: update.map(|(version, status)| Update {
                solution_version_arn: version.to_owned(),
                status: status.to_owned(),
            }),
            options: None,
        }
    }

    #[test]
    fn a_campaign_goes_back_once() {
        let old = Some("old");
        let moved = campaign("new", Some(("new", "ACTIVE")));
        assert_eq!(step(Some(&moved), old), Step::Update(&moved));
        let going = campaign("new", Some(("old", "CREATE IN_PROGRESS")));
        assert_eq!(step(Some(&going), old), Step::Nothing);
        assert_eq!(
            step(Some(&campaign("old", Some(("old", "ACTIVE")))), old),
            Step::Nothing
        );
    }

    #[test]
    fn a_move_that_failed_is_replaced_by_one_that_does_not() {
        let failed = campaign("old", Some(("new", "CREATE FAILED")));
        assert_eq!(step(Some(&failed), Some("old")), Step::Update(&failed));
        let running = campaign("old", Some(("new", "CREATE PENDING")));
        assert_eq!(step(Some(&running), Some("old")), Step::Wait);
    }

    #[test]
    fn where_there_is_no_way_back_it_is_said() {
        assert!(matches!(step(None, Some("old")), Step::Impossible(_)));
        let first = campaign("new", None);
        assert!(matches!(step(Some(&first), None), Step::Impossible(_)));
    }
}
