//! `import-job`: imports one dataset: starts the job or finds the one that this run started before,
//! sends what is too little for a job row by row, and remembers what succeeded.
//!
//! Event `{"dataset", "location", "importMode"?, "force"?, "run"}`, answer `{"dataset", "arn",
//! "status", "done", "skipped", "refused"}`. It never waits for a job: `check-status` asks for that,
//! and the call after it remembers the import. Without an `arn` and not `done`, rows are left to be
//! sent: it is called again. `force` imports what is unchanged or younger than `maxAge`, too.
//!
//! - Metrics, by dataset: `ImportsStarted`, `ImportsSkipped`, `RowsSent`, `RowsRefused`.
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `PERSONALIZE_ROLE_ARN`,
//!   `METRICS_NAMESPACE`.
//! - Permissions: `s3:GetObject` on the configuration and `datasets/checked/*`, `s3:PutObject` on
//!   `rejected/import-job/*`; `dynamodb:GetItem` and `PutItem` on the Operations table;
//!   `personalize:CreateDatasetImportJob`, `DescribeDatasetImportJob`, `DescribeDataset`, `PutItems`
//!   and `PutUsers`; `iam:PassRole` on the role that Personalize reads with; the bucket's KMS key.

mod covered;
mod error;
mod job;
mod rows;
mod skip;
mod step;

use shared::{function, telemetry};

use crate::step::ImportJob;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let step = ImportJob::from_environment().await?;
    function::run(async |event| step.run(event).await).await
}
