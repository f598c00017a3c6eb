//! `estate`: makes what `config/personalization.yaml` declares and Personalize lacks.
//!
//! Event `{"action":"apply"}` creates what can be created now and never waits: it is called again
//! until `settled`. Event `{"action":"list"}` says what is declared. Campaigns are made by `promote`,
//! because they need a trained version.
//!
//! - Metrics: `ResourcesCreated`, `ResourcesFailed` (Count), when there are any.
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `METRICS_NAMESPACE`.
//! - Permissions: `s3:GetObject` on the configuration, `dynamodb:PutItem` on the Operations table,
//!   `kms:Decrypt` on their key; Personalize's `List`, `Describe` and `Create` of dataset groups,
//!   schemas, datasets, event trackers, filters and solutions.

mod apply;
mod create;
mod declared;
mod error;
mod observe;
mod plan;
mod resource;

use apply::Applied;
use error::EstateError;
use serde::{Deserialize, Serialize};
use shared::{aws, estate::EstateSource, function, telemetry};

#[derive(Debug, Deserialize)]
#[serde(tag = "action", rename_all = "lowercase")]
enum Request {
    Apply,
    List,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Answer {
    Applied(Applied),
    Declared(declared::Names),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let aws = aws::for_workflows().await;
    let source = EstateSource::from_environment(&aws)?;
    let personalize = aws_sdk_personalize::Client::new(&aws);
    function::run(async |request: Request| -> Result<Answer, EstateError> {
        let estate = source.open().await?;
        Ok(match request {
            Request::Apply => Answer::Applied(apply::apply(&personalize, &estate).await?),
            Request::List => Answer::Declared(declared::names(&estate.config)),
        })
    })
    .await
}
