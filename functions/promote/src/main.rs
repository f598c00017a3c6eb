//! `promote`: puts a solution version into service, makes sure that it answers, and moves back if not.
//!
//! Event `{"action":"move","solution","solutionVersionArn"}` makes or updates the solution's campaign;
//! `check-status` waits for it; then `{"action":"verify","solution","campaignArn",
//! "solutionVersionArn","previousSolutionVersionArn","look"}` asks it about known users or items, as
//! often as the configuration wants it looked at. `{"action":"rollback",...}` with the same members is
//! for a move that failed.
//!
//! - Metrics, by `solution`: `CampaignMoved`, `CampaignHealthy`, `CampaignUnhealthy`,
//!   `CampaignRolledBack`, `CampaignNotRolledBack` (Count).
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `METRICS_NAMESPACE`.
//! - Permissions: `s3:GetObject` on the configuration, `dynamodb:GetItem` and `PutItem` on the
//!   Operations table, `kms:Decrypt` on their key, `personalize:DescribeCampaign`, `CreateCampaign`,
//!   `UpdateCampaign` and `GetRecommendations` on campaigns, `DescribeSolution` for an event without
//!   a version.

mod ask;
mod campaigns;
mod error;
mod moving;
mod promote;
mod question;
mod rollback;
mod verdict;
mod verify;

use serde::Serialize;
use shared::{aws, estate::EstateSource, function, telemetry};

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Answer {
    Moved(promote::Moved),
    Verified(verify::Verified),
    RolledBack(rollback::RolledBack),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let aws = aws::for_workflows().await;
    let source = EstateSource::from_environment(&aws)?;
    let campaigns = campaigns::Campaigns::new(&aws);
    let runtime = ask::Runtime::new(&aws);
    function::run(
        async |request: promote::Request| -> Result<Answer, error::PromoteError> {
            let estate = source.open().await?;
            Ok(match request {
                promote::Request::Move(target) => {
                    Answer::Moved(promote::move_to(&campaigns, &estate, target).await?)
                }
                promote::Request::Verify(check) => {
                    Answer::Verified(verify::verify(&campaigns, &runtime, &estate, &check).await?)
                }
                promote::Request::Rollback(back) => {
                    Answer::RolledBack(rollback::roll_back(&campaigns, &estate, &back).await?)
                }
            })
        },
    )
    .await
}
