//! `batch-job`: starts a declared batch job, recommendations or segments for many at once, or finds
//! the job that this run started before. It never waits: `check-status` asks for its end.
//!
//! Event `{"job": "<declared name>", "run": "<execution name>"}`, answer `{"arn", "kind":
//! "batchInferenceJob" | "batchSegmentJob", "output": "batch/output/<job>/<run>/"}`. The job asks the
//! version in service of its solution's campaign, else the latest ACTIVE one that was not made for an
//! experiment, with the generation of its filter that is in service.
//!
//! - Metrics, by job: `BatchJobsStarted`, when one is.
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `PERSONALIZE_ROLE_ARN`,
//!   `METRICS_NAMESPACE`.
//! - Permissions: `s3:GetObject` on the configuration; `dynamodb:GetItem` on the Operations table;
//!   `personalize:DescribeCampaign`, `ListSolutionVersions`, `ListTagsForResource`,
//!   `CreateBatchInferenceJob`, `DescribeBatchInferenceJob`, `CreateBatchSegmentJob`,
//!   `DescribeBatchSegmentJob`; `iam:PassRole` on the role that Personalize reads and writes with;
//!   `kms:Decrypt`.
//!
//! [`order`] puts together what is asked, [`create`] asks for it, [`step`] finds or makes.

mod create;
mod error;
mod order;
mod step;

use shared::{aws, function, telemetry};

use crate::step::{BatchJob, Event};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let step = BatchJob::from_environment(&aws::for_workflows().await)?;
    function::run(async |event: Event| step.run(&event).await).await
}
