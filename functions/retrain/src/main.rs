//! `retrain`: starts a training of one solution, or takes up the one that is under way, or one that
//! ended and was not judged; never one that was made for an experiment.
//!
//! Event `{"solution","trainingMode":"FULL"?}` -> `{"solution","solutionVersionArn","status",
//! "trainingMode"}`.
//! `check-status` waits for its end.
//!
//! - Metrics: `TrainingStarted`, `TrainingReused` (Count) by `solution`.
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `METRICS_NAMESPACE`.
//! - Permissions: `s3:GetObject` on the configuration, `dynamodb:GetItem` on the Operations table,
//!   `kms:Decrypt` on their key, `personalize:ListSolutionVersions`, `personalize:CreateSolutionVersion`,
//!   `personalize:ListTagsForResource`, `personalize:DescribeCampaign`.

mod error;
mod reuse;
mod train;

use shared::{aws, estate::EstateSource, function, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let aws = aws::for_workflows().await;
    let source = EstateSource::from_environment(&aws)?;
    let personalize = aws_sdk_personalize::Client::new(&aws);
    function::run(async |request: train::Request| {
        let estate = source.open().await?;
        train::train(&personalize, &estate, request).await
    })
    .await
}
