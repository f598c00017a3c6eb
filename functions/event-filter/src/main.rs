//! `event-filter`: decides what a change in Amazon Personalize calls for, and does it.
//!
//! An EventBridge event in, `{"decision": "start-workflow" | "notify" | "ignore", "reason",
//! "target"?}` out. Three sources: `aws.personalize` (calls, by CloudTrail), `retail.personalization`
//! (states, by `check-status`), `aws.states` (workflows that failed). `event` reads them, `decide`
//! decides, `act` acts.
//!
//! - Metrics, by decision: `Events`.
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `NOTIFICATION_TOPIC_ARN`,
//!   `REFRESH_CATALOG_STATE_MACHINE_ARN` (its name also tells the stack's), `METRICS_NAMESPACE`.
//! - Permissions: `s3:GetObject` on the configuration; `dynamodb:Query` on the Operations table;
//!   `states:StartExecution` on refresh-catalog; `sns:Publish` on the topic; the KMS key of both.

mod act;
mod call;
mod decide;
mod error;
mod event;
mod filter;
mod notice;

use shared::{function, telemetry};

use crate::filter::EventFilter;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let filter = EventFilter::from_environment().await?;
    function::run(async |event| filter.run(event).await).await
}
