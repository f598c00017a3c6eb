//! `check-data`: the data doctor. Judges a dataset in S3 before it is imported and billed.
//!
//! Event `{"dataset", "location"?, "run"}`, answer `{"dataset", "passed", "rows", "rejected",
//! "report", "problems", "location"}`. It streams, in bounded memory whatever the size of the dataset:
//! see `records`, `duplicates`, `distinct`, `rejected` and `upload` for the bounds.
//!
//! - Metrics, by dataset: `Rows`, `RowsRejected`, `Passed`, `CheckTime`.
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `METRICS_NAMESPACE`.
//! - Permissions: `s3:ListBucket` and `s3:GetObject` on `datasets/*` and the configuration;
//!   `s3:PutObject` and `s3:AbortMultipartUpload` on `datasets/checked/*`, `rejected/check-data/*`
//!   and `reports/check-data/*`; `dynamodb:PutItem` on the Operations table; the bucket's KMS key.

mod check;
mod columns;
mod distinct;
mod duplicates;
mod error;
mod hash;
mod layout;
mod objects;
mod pass;
mod reading;
mod reason;
mod records;
mod rejected;
mod report;
mod results;
mod row;
mod tally;
mod upload;
mod verdict;

use shared::{function, telemetry};

use crate::check::CheckData;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let step = CheckData::from_environment().await?;
    function::run(async |event| step.run(event).await).await
}
