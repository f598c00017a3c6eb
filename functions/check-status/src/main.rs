//! `check-status`: describes one Personalize resource, and tells the event bus when its state changed.
//!
//! Event `{"arn","lock"?}` -> `{"arn","kind","name","status","done","ok","failureReason"}`. Workflows wait
//! until `done`. Personalize publishes no such events itself, so this is where they come from:
//! source `retail.personalization`, detail type `Personalize Resource State Change`.
//!
//! - Metrics: `ResourceActive`, `ResourceFailed` (Count) by `kind`, once for each end that is reached.
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `METRICS_NAMESPACE`.
//! - Permissions: `s3:GetObject` on the configuration, `dynamodb:GetItem` and `PutItem` on the
//!   Operations table, `kms:Decrypt` on their key, Personalize's `Describe` of every kind of resource,
//!   `events:PutEvents` on the default bus.

mod check;
mod error;
mod status;

use shared::{aws, estate::EstateSource, function, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let aws = aws::for_workflows().await;
    let source = EstateSource::from_environment(&aws)?;
    let personalize = aws_sdk_personalize::Client::new(&aws);
    let bus = aws_sdk_eventbridge::Client::new(&aws);
    function::run(async |request: check::Request| {
        let estate = source.open().await?;
        check::check(&personalize, &bus, &estate, &request).await
    })
    .await
}
