//! `catalog-cache`: brings the `Catalog` table to the latest pull of products in the data bucket, in
//! three steps of the `refresh-catalog` workflow.
//!
//! - `{"step": "list", "prefix"?}`: the latest pull's pages;
//! - `{"step": "write", "page"}`: writes the products of one page that changed;
//! - `{"step": "sweep", "prefix"}`: marks what the pull no longer has as withdrawn.
//!
//! - Environment: `DATA_BUCKET`, `CATALOG_TABLE`, `METRICS_NAMESPACE`, `AWS_LAMBDA_LOG_LEVEL`.
//! - Permissions: `s3:ListBucket` and `s3:GetObject` under `raw/`; `dynamodb:BatchGetItem`,
//!   `BatchWriteItem`, `Scan` and `UpdateItem` on `Catalog`; `kms:Decrypt` on the data key.
//! - Metrics by `step`: `ProductsRead`, `ProductsWritten`, `ProductsUnchanged`, `LinesRejected`
//!   (write); `ProductsWithdrawn`, `ProductsKept` (sweep).
//!
//! [`product`] decides what a line is worth, [`pull`] which pages count, [`write`] and [`sweep`] what
//! is done about them; [`pages`] and [`table`] are S3 and DynamoDB.

mod error;
mod lines;
mod pages;
mod product;
mod pull;
mod step;
mod sweep;
mod table;
mod write;

use shared::{aws, function, telemetry};

use crate::step::{CatalogCache, Event};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let cache = CatalogCache::from_environment(&aws::for_workflows().await)?;
    function::run(async |event: Event| cache.run(event).await).await
}
