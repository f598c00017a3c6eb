//! `check-data`: the data doctor. Judges a dataset in S3 before it is imported and billed.
//!
//! Event `{"dataset", "importMode"?, "location"?, "force"?, "run"}`, answer `{"dataset", "importMode",
//! "passed", "skipped", "rows", "rejected", "report", "page", "problems", "location"}`. `skipped` says
//! why there is nothing to import although nothing is wrong. INCREMENTAL reads the objects that no
//! import brought yet. It streams, in bounded memory whatever the size of the dataset: see `records`,
//! `duplicates`, `distinct`, `known`, `rejected` and `upload` for the bounds.
//!
//! - Metrics, by dataset: `Rows`, `RowsRejected`, `Passed`, `CheckTime`.
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `METRICS_NAMESPACE`.
//! - Permissions: `s3:ListBucket` and `s3:GetObject` on `datasets/*`, `s3:GetObject` on the
//!   configuration and on `reports/check-data/items/known.ids`; `s3:PutObject` and
//!   `s3:AbortMultipartUpload` on `datasets/checked/*`, `rejected/check-data/*` and
//!   `reports/check-data/*`; `dynamodb:GetItem` and `PutItem` on the Operations table; the bucket's
//!   KMS key.

mod catalogue;
mod check;
mod columns;
mod copy;
mod distinct;
mod drift;
mod duplicates;
mod error;
mod hash;
mod known;
mod layout;
mod minimum;
mod objects;
mod page;
mod pass;
mod reading;
mod reason;
mod records;
mod rejected;
mod report;
mod results;
mod row;
mod source;
mod step;
mod tally;
mod timeline;
mod upload;
mod verdict;

use shared::{function, telemetry};

use crate::step::CheckData;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let step = CheckData::from_environment().await?;
    function::run(async |event| step.run(event).await).await
}
