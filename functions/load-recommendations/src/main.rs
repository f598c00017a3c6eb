//! `load-recommendations`: fills a ready-made list, which `recommend` shows when Personalize does
//! not answer. Today there is one, `popular`: what the campaign of the placement with the strategy
//! `popular` answers, the same for everybody.
//!
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `LISTS_TABLE`,
//!   `METRICS_NAMESPACE`, `AWS_LAMBDA_LOG_LEVEL`.
//! - Permissions: `s3:GetObject` on the configuration, `dynamodb:GetItem` on `Operations`,
//!   `dynamodb:PutItem` on `Lists`, `personalize:GetRecommendations` on the campaigns, `kms:Decrypt`
//!   on the data key.
//! - Metrics by `list`: `ItemsLoaded`; 0 when the list stayed as it was.
//!
//! [`plan`] decides what is asked and what becomes of the answer; [`load`] asks and writes.

mod error;
mod load;
mod plan;

use shared::{aws, function, telemetry};

use crate::{load::LoadRecommendations, plan::Event};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let load = LoadRecommendations::from_environment(&aws::for_workflows().await)?;
    function::run(async |event: Event| load.run(&event).await).await
}
