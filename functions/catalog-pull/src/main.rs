//! `catalog-pull`: pulls products from the shop's backend into the data bucket, in steps of the
//! `refresh-catalog` workflow, and one product when the backend says that it changed.
//!
//! - `{"step": "plan", "mode": "full|incremental", "run"?}`: what there is to pull, in parts; the same
//!   again for the same run;
//! - `{"step": "pull", "run", "pull", "part"}`: the pages of one part, until it is done or the time is
//!   nearly up (`done: false`: call it again, after `wait` seconds);
//! - `{"step": "finish", "run", "pull"}`: closes the pull; the next incremental one asks from its
//!   beginning on;
//! - `{"step": "one", "id"}`: one product.
//!
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `BACKEND_URL`, `BACKEND_SECRET`,
//!   `METRICS_NAMESPACE`, `AWS_LAMBDA_LOG_LEVEL`.
//! - Permissions: `s3:GetObject` on the configuration, `s3:PutObject` on `raw/products/*`,
//!   `raw/changes/*`, `raw/single/*` and `rejected/catalog-pull/*`; `dynamodb:GetItem`, `PutItem` and
//!   `Query` on the Operations table; `secretsmanager:GetSecretValue` on the backend's secret; the keys
//!   of bucket and secret.
//! - Metrics by `adapter`: `ProductsPulled`, `ProductsRejected`, `PagesPulled`, `BackendThrottled`.
//!
//! [`adapters`] know the backends and do no input or output; [`part`] sends their requests, [`product`]
//! and [`page`] decide what is a product and what becomes of the rest, [`store`] is S3 and the table.

mod adapter;
mod adapters;
mod error;
mod event;
mod finish;
mod measure;
mod page;
mod part;
mod parts;
mod plan;
mod product;
mod shop;
mod step;
mod store;
#[cfg(test)]
mod tests;

use shared::{function, telemetry};

use crate::step::CatalogPull;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let pull = CatalogPull::from_environment().await?;
    function::run_with_deadline(async |event, deadline| pull.run(event, deadline).await).await
}
