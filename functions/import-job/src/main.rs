//! `import-job`: starts the import of one dataset, or finds the job that this run started before.
//!
//! Event `{"dataset", "location", "importMode": "FULL" | "INCREMENTAL", "run"}`, answer `{"arn",
//! "status", "dataset"}`. It never waits for the import: `check-status` asks for that.
//!
//! - Metrics, by dataset: `ImportsStarted`, when one is.
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `PERSONALIZE_ROLE_ARN`,
//!   `METRICS_NAMESPACE`.
//! - Permissions: `s3:GetObject` on the configuration; `dynamodb:GetItem` on the Operations table;
//!   `personalize:CreateDatasetImportJob` and `personalize:DescribeDatasetImportJob`; `iam:PassRole`
//!   on the role that Personalize reads with; `kms:Decrypt`.

mod error;
mod import;
mod name;

use shared::{function, telemetry};

use crate::import::ImportJob;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let step = ImportJob::from_environment().await?;
    function::run(async |event| step.run(event).await).await
}
