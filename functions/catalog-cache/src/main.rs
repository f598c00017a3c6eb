//! `catalog-cache`: brings the `Catalog` table to a pull of products in the data bucket, in steps of the
//! `refresh-catalog` workflow, and to single products that are put there.
//!
//! - `{"step": "list", "prefix"?, "mode"?}`: the pages of the pull `prefix`, or of the latest in that
//!   folder: `{"prefix", "mode", "count", "spans": [{"page", "through"}]}`, the first and the last page of
//!   each span: one page, or some of a pull of more than 250;
//! - `{"step": "write", "page", "through"?}`: writes the products of a span that changed, tells
//!   Personalize of the new ones, marks what the pages say has left;
//! - `{"step": "change", "page"}`: the same for a page of a single product, `raw/single/*.jsonl`;
//! - `{"step": "sweep", "prefix"}`: marks what a pull of all products no longer has as withdrawn.
//!
//! A line is a product (`createdAt`, in epoch seconds, and `asOf` are optional), `{"id", "withdrawn":
//! true}`, or `{"id", "rejected": "<reason>"}` of a product that the pull could not make sense of, which
//! is left as it is. A page that has a product and says of the same or an earlier moment that it is
//! withdrawn has the product. `asOf` is when the backend was asked, in epoch milliseconds; without it the time at
//! which S3 got the page counts. What the backend said later is never replaced by what it said before.
//!
//! With `backend.catalog.expireAfter` in the configuration products that no pull lists again expire.
//!
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `CATALOG_TABLE`, `OPERATIONS_TABLE`, `ANNOUNCE_LIMIT` (new
//!   products a run tells Personalize one by one; 1000 without it, 0 for none), `METRICS_NAMESPACE`,
//!   `AWS_LAMBDA_LOG_LEVEL`.
//! - Permissions: `s3:ListBucket` and `s3:GetObject` under `raw/`, `s3:GetObject` on the
//!   configuration; `dynamodb:BatchGetItem`, `PutItem`, `UpdateItem` and `Scan` on
//!   `Catalog`; `dynamodb:GetItem` and `UpdateItem` on `Operations`; `personalize:PutItems` on the items
//!   dataset; `kms:Decrypt` and `GenerateDataKey` on the data key.
//! - Metrics by `step`: `ProductsRead`, `ProductsWritten`, `ProductsRenewed`, `ProductsUnchanged`,
//!   `ProductsWithdrawn`, `ProductsOlder`, `LinesRejected`, `ProductsNew`, `ProductsAnnounced`,
//!   `ProductsUnannounced` (write, change); `ProductsWithdrawn`, `ProductsKept` (sweep).
//!
//! [`entry`] decides what a line is worth, [`terms`] what becomes of a product, [`pull`] which pages
//! count, [`write`] and [`sweep`] do it, [`announce`] tells Personalize; [`pages`] and [`table`] are S3
//! and DynamoDB.

mod announce;
mod entry;
mod error;
#[cfg(test)]
mod fake;
mod held;
mod lines;
mod pages;
mod plan;
mod product;
mod pull;
mod rejection;
mod report;
mod step;
mod sweep;
mod table;
mod terms;
mod write;
mod written;

use shared::{aws, function, telemetry};

use crate::step::{CatalogCache, Event};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let cache = CatalogCache::from_environment(&aws::for_workflows().await)?;
    function::run(async |event: Event| cache.run(event).await).await
}
