//! The first half: the campaign moves to the version.

use serde::{Deserialize, Serialize};
use shared::{
    arn::Kind,
    campaign::arn_beside,
    config::{Campaign, EstateConfig},
    estate::Estate,
    metrics::{self, Unit},
    operations::{Decision, OperationsError, Outcome, ResourceState},
};

use crate::{
    campaigns::Campaigns,
    error::PromoteError,
    moving::{Move, next_move, solution_of},
    rollback::Back,
    verify::Check,
};

/// The event of the step.
#[derive(Debug, Deserialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub(crate) enum Request {
    Move(Target),
    Verify(Check),
    Rollback(Back),
}

/// What to put into service.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Target {
    solution: String,
    /// The solution's latest when absent.
    solution_version_arn: Option<String>,
}

/// The answer of a move.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Moved {
    campaign_arn: String,
    /// The way back; none for a new campaign, or for one that serves the version already.
    previous_solution_version_arn: Option<String>,
    status: String,
}

const PENDING: &str = "CREATE PENDING";

/// Makes the solution's campaign, or moves it, or finds that there is nothing to do.
pub(crate) async fn move_to(
    campaigns: &Campaigns,
    estate: &Estate,
    target: Target,
) -> Result<Moved, PromoteError> {
    let version = &campaigns
        .version(
            &estate.operations,
            &target.solution,
            target.solution_version_arn,
        )
        .await?;
    let declared = campaign_of(&estate.config, &target.solution)?;
    if solution_of(version).as_ref() != Some(&target.solution) {
        return Err(PromoteError::NotItsVersion {
            arn: version.clone(),
            solution: target.solution.clone(),
        });
    }
    let campaign_arn = arn_beside(version, &declared.name)?;
    let campaign = campaigns.describe(&campaign_arn).await?;
    let (previous, status) = match next_move(campaign.as_ref(), &target.solution, version) {
        Move::Create => {
            way_back(estate, declared, version, None).await?;
            create(campaigns, &estate.config, declared, version).await?;
            begun(estate, declared, &campaign_arn).await?;
            (None, PENDING.to_owned())
        }
        Move::Update { campaign, previous } => {
            way_back(estate, declared, version, previous.clone()).await?;
            campaigns.update(campaign, declared, version).await?;
            begun(estate, declared, &campaign_arn).await?;
            (previous, PENDING.to_owned())
        }
        Move::Nothing { status, previous } => {
            let before = || moved_before(estate, &target.solution, version);
            let previous = match previous {
                None => before().await?,
                known => known,
            };
            (previous, status)
        }
        Move::Busy { with } => {
            return Err(PromoteError::Busy {
                campaign: declared.name.clone(),
                with,
            });
        }
        Move::Immovable { because } => {
            return Err(PromoteError::Immovable {
                campaign: declared.name.clone(),
                because,
            });
        }
    };
    Ok(Moved {
        campaign_arn,
        previous_solution_version_arn: previous,
        status,
    })
}

/// The campaign declared for `solution`.
pub(crate) fn campaign_of<'a>(
    config: &'a EstateConfig,
    solution: &str,
) -> Result<&'a Campaign, PromoteError> {
    config
        .campaign_of(solution)
        .ok_or_else(|| PromoteError::NoCampaign {
            solution: solution.to_owned(),
        })
}

async fn create(
    campaigns: &Campaigns,
    config: &EstateConfig,
    declared: &Campaign,
    version: &str,
) -> Result<(), PromoteError> {
    let created = campaigns.create(config, declared, version).await;
    created.map_err(|error| {
        if error.already_exists() {
            let with = "it was made a moment ago".to_owned();
            PromoteError::Busy {
                campaign: declared.name.clone(),
                with,
            }
        } else {
            error.into()
        }
    })
}

/// Keeps where the move comes from before it is made: whatever becomes of this run, the next one knows
/// that nobody has seen the version answer yet, and the way back.
async fn way_back(
    estate: &Estate,
    declared: &Campaign,
    version: &str,
    previous: Option<String>,
) -> Result<(), OperationsError> {
    let decision = Decision {
        solution: declared.solution.clone(),
        solution_version_arn: version.to_owned(),
        outcome: Outcome::Moving,
        previous_solution_version_arn: previous,
        reason: "it is put into service, and is yet to be seen to answer".to_owned(),
        decided_at: jiff::Timestamp::now().as_second(),
    };
    estate.operations.put_decision(&decision).await
}

/// The version before, of a move that was begun by an invocation before this one.
async fn moved_before(
    estate: &Estate,
    solution: &str,
    version: &str,
) -> Result<Option<String>, OperationsError> {
    let last = estate.operations.decision(solution).await?;
    let last = last.filter(|last| last.is_moving_to(version));
    Ok(last.and_then(|last| last.previous_solution_version_arn))
}

/// However soon the move is done, `check-status` then finds a change of state to publish.
async fn begun(
    estate: &Estate,
    declared: &Campaign,
    campaign_arn: &str,
) -> Result<(), OperationsError> {
    let dimension = [("solution", declared.solution.as_str())];
    metrics::emit(
        "promote",
        &dimension,
        &[("CampaignMoved", Unit::Count, 1.0)],
    );
    let state = ResourceState {
        kind: Kind::Campaign,
        name: declared.name.clone(),
        arn: campaign_arn.to_owned(),
        status: PENDING.to_owned(),
        updated_at: jiff::Timestamp::now().as_second(),
        tracking_id: None,
    };
    estate.operations.put_resource(&state).await
}
