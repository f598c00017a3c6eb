//! `event-filter`: decides what a change in Amazon Personalize calls for, and does it.
//!
//! An EventBridge event in, `{"decision": "start-workflow" | "switch-alias" | "notify" | "ignore",
//! "reason", "target"?}` out. Three sources: `aws.personalize` (calls, by CloudTrail),
//! `retail.personalization` (states, by `check-status` and `rotate-filters`), `aws.states` (workflows
//! that failed). `event` reads them, `ours` knows what belongs to the estate, `decide` and `hands`
//! decide, `act` and `alias` act. An event that is delivered twice does nothing twice.
//!
//! - A campaign that became ACTIVE starts refresh-catalog, which renews the fallback lists.
//! - A filter that became ACTIVE takes over its alias, if it is newer than the one in service.
//! - A failure, and a change by hand of anything declared, is told through SNS: as text by email, as
//!   JSON to programs (`version`, `eventId`, `subject`, `message`, `estate`, `kind`, `name`, `event`:
//!   `failed` or `changed-by-hand`, and what is known of `status`, `arn`, `reason`, `error`,
//!   `workflow`, `execution`, `call`, `by`, `asked`).
//! - Metrics, by decision: `Events`.
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `NOTIFICATION_TOPIC_ARN`,
//!   `REFRESH_CATALOG_STATE_MACHINE_ARN` (its name also tells the stack's), `METRICS_NAMESPACE`.
//! - Permissions: `s3:GetObject` on the configuration; `dynamodb:GetItem`, `PutItem`, `DeleteItem` and
//!   `Query` on the Operations table; `personalize:DescribeFilter`; `states:StartExecution` on
//!   refresh-catalog; `sns:Publish` on the topic; the KMS key of both.

mod act;
mod alias;
mod call;
mod decide;
mod error;
mod event;
mod filter;
mod hands;
mod notice;
mod ours;

use shared::{function, telemetry};

use crate::filter::EventFilter;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let filter = EventFilter::from_environment().await?;
    function::run(async |event| filter.run(event).await).await
}
