//! `evaluate`: decides by offline metrics whether a trained version goes into service.
//!
//! Event `{"solution","solutionVersionArn"}` -> `{"decision":"PROMOTE"|"KEEP","reason",...}`; the
//! report of the decision is kept as `reports/evaluate/<solution>/<version>.json`.
//!
//! - Metrics, by `solution`: `Promote`, `Keep` (Count), the same with the reason (`PromoteFirst`,
//!   `PromoteGoodEnough`, `KeepFloor`, `KeepWorse`, `KeepCoverage`, `KeepNotMeasured`,
//!   `KeepInService`, `KeepNoCampaign`), and the compared metric under its own name.
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `METRICS_NAMESPACE`.
//! - Permissions: `s3:GetObject` on the configuration, `s3:PutObject` on `reports/evaluate/*`,
//!   `kms:Decrypt` and `kms:GenerateDataKey` on the bucket's key, `personalize:GetSolutionMetrics`,
//!   `personalize:DescribeCampaign`, `dynamodb:GetItem` and `PutItem` on the Operations table; for an event without
//!   a version `personalize:DescribeSolution`.

mod decide;
mod error;
mod evaluate;
mod metrics;
mod report;

use report::Reports;
use shared::{aws, estate::EstateSource, function, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let aws = aws::for_workflows().await;
    let source = EstateSource::from_environment(&aws)?;
    let personalize = aws_sdk_personalize::Client::new(&aws);
    let reports = Reports::from_environment(&aws)?;
    function::run(async |request: evaluate::Request| {
        let estate = source.open().await?;
        evaluate::evaluate(&personalize, &reports, &estate, request).await
    })
    .await
}
