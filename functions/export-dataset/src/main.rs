//! `export-dataset`: rows of datasets out of any store that Athena reads, by the queries that the
//! configuration declares under `exports` (docs/exports.md), in four steps of the `import-data` workflow.
//!
//! - `{"step": "list", "importMode"}`: the datasets with a query for imports of this mode;
//! - `{"step": "start", "dataset", "importMode", "run"}`: starts the query, or finds the one that the
//!   run has started already; answers `{"dataset", "queryExecutionId", "window"}`;
//! - `{"step": "check", "dataset", "queryExecutionId"}`: `{"state", "bytesScanned", "reason"}`, the state
//!   RUNNING or SUCCEEDED. A query that failed, was cancelled or scanned too much is an error;
//! - `{"step": "take", "dataset", "importMode", "run", "queryExecutionId", "window"}`: the result as
//!   files of the dataset, `{"dataset", "files", "rows", "rejected", "bytesScanned"}`.
//!
//! It streams: a result of any size takes less than 100 MB of memory. After a query that is worth another
//! try (`Retryable` from `check`), `start` of the same run begins it anew.
//!
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `ATHENA_WORKGROUP` (empty where
//!   there is nothing to ask: `list` finds no dataset then), `ATHENA_OUTPUT` (`s3://<data
//!   bucket>/raw/athena/`), `METRICS_NAMESPACE`, `AWS_LAMBDA_LOG_LEVEL`.
//! - Permissions: `s3:GetObject` on the configuration and `raw/athena/*`; `s3:ListBucket` on
//!   `datasets/*`; `s3:PutObject`, `s3:AbortMultipartUpload` and `s3:DeleteObject` on
//!   `datasets/*/export-*`; `dynamodb:GetItem` and `PutItem` on the Operations table;
//!   `athena:StartQueryExecution`, `GetQueryExecution` and `StopQueryExecution` on the workgroup; the
//!   bucket's KMS key. Athena asks with the caller's rights: `athena:GetDataCatalog` and
//!   `lambda:InvokeFunction` for each connector, `s3:GetObject` and `s3:ListBucket` on its spills,
//!   `s3:PutObject` on `raw/athena/*`, `s3:GetBucketLocation`, and what tables of Glue need.
//! - Metrics, by dataset: `RowsExported`, `RowsRejected`, `BytesScanned`, `ExportSeconds`.
//!
//! [`window`] and [`query`] decide what is asked, [`execution`] what became of it, [`transform`] what
//! a row of the result is in the dataset; [`athena`], [`bucket`] and [`upload`] are AWS.

mod athena;
mod bucket;
mod columns;
mod declared;
mod error;
mod execution;
mod files;
mod output;
mod query;
mod rows;
mod start;
mod step;
mod take;
mod transform;
mod upload;
mod value;
mod window;

use shared::{aws, function, telemetry};

use crate::step::{Event, ExportDataset};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let export = ExportDataset::from_environment(&aws::for_workflows().await)?;
    function::run(async |event: Event| export.run(event).await).await
}
