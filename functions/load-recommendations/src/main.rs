//! `load-recommendations`: fills ready-made lists.
//!
//! - `{"list": "popular"}`: what the campaign of the placement with the strategy `popular` answers,
//!   the same for everybody, which `recommend` shows when Personalize does not answer. Answer
//!   `{"list": "popular", "items", "reason"?}`; `reason` says why the list stayed as it was.
//! - `{"list": "batch", "job", "output", "cursor"?}`: the results of a batch job (`user#<id>`,
//!   `item#<id>`, `segment#<job>/<item id or attributes>`; see `shared::lists`). Answer `{"list":
//!   "batch", "job", "done", "cursor", "lists", "rejected"}`; while not `done`, ask again with
//!   `cursor`. Lines that are no answers are counted, and kept under
//!   `rejected/load-recommendations/<job>/<run>/`.
//!
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `LISTS_TABLE`,
//!   `METRICS_NAMESPACE`, `AWS_LAMBDA_LOG_LEVEL`.
//! - Permissions: `s3:GetObject` on the configuration and the results, `s3:ListBucket` on the results,
//!   `s3:PutObject` on the rejected lines and `serving/standby.json`, `dynamodb:GetItem` and `Query` on
//!   `Operations`, `dynamodb:PutItem` and
//!   `BatchWriteItem` on `Lists`, `personalize:GetRecommendations` on the campaigns, `kms:Decrypt` and
//!   `GenerateDataKey` on the data key.
//! - Metrics: by `list` `popular`: `ItemsLoaded`, 0 when the list stayed as it was; by `list` = the
//!   job's name: `ListsLoaded`, `LinesRejected`.
//!
//! [`request`] has events and answers; [`popular`] decides what is asked and what becomes of the
//! answer, [`load`] asks and writes; [`batch`] streams the results of batch jobs.

mod batch;
mod error;
mod load;
mod popular;
mod request;

use shared::{aws, function, telemetry};

use crate::{load::LoadRecommendations, request::Event};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let load = LoadRecommendations::from_environment(&aws::for_workflows().await)?;
    function::run(async |event: Event| load.run(event).await).await
}
