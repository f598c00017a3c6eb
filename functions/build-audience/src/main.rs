//! `build-audience`: finds whom a message campaign is for, and cuts them into parts that `send-messages`
//! works on. Whether a person may get a message is not asked here: that is the last thing before sending.
//!
//! Event `{"campaign", "run", "dryRun"?, "cursor"?}`; answer `{"run", "parts", "people", "invalid",
//! "partsKey", "done", "cursor"?}`. With `done: false` it ran out of time: call it again with the `cursor`.
//! A call that is repeated with the same cursor writes the same objects again.
//!
//! - Parts are `messages/runs/<run>/audience/<shard>-<n>.jsonl`: at most 1,000 lines `{"user"}`, or
//!   `{"user", "items"}` when the audience knows products, all of one shard of people. At the end
//!   `messages/runs/<run>/parts.jsonl` lists them, `{"key", "part", "shard", "people"}` a line, for the
//!   workflow's distributed map.
//! - How far it is, is in the run's folder too: it holds ids of users, which have no place in a workflow's
//!   history. What an audience after an event has still to be put together is in its folder `work/`.
//! - Memory does not grow with the audience; of doubles it knows the last million.
//! - Metrics, by campaign: `AudiencePeople`, `AudienceInvalid` (ids that cannot be one's), `AudienceDoubles`.
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `MESSAGES_TABLE`, `LISTS_TABLE`,
//!   `ATHENA_WORKGROUP` (empty where there is nothing to ask), `METRICS_NAMESPACE`, `AWS_LAMBDA_LOG_LEVEL`.
//! - Permissions: `s3:GetObject` on the configuration, `events/*`, `messages/audience/*` and
//!   `raw/athena/*`, `s3:ListBucket` on `events/*`, `s3:GetObject` and `PutObject` on `messages/runs/*`;
//!   `dynamodb:Scan` and `GetItem` on Messages, `GetItem` on Lists; `athena:StartQueryExecution`,
//!   `GetQueryExecution`, `StopQueryExecution`, and what its queries read; the bucket's KMS key.
//!
//! [`step`] is a call from end to end, [`cursor`] what the next one goes on from; [`contacts`], [`segment`],
//! [`query`], [`list`] and [`after`] are the audiences, [`crowd`] takes their people; [`spool`] writes
//! them, [`table`] reads rows; [`bucket`] and [`athena`] are AWS.

mod after;
mod athena;
mod bucket;
mod contacts;
mod crowd;
mod cursor;
mod error;
mod list;
mod query;
mod segment;
mod spool;
mod step;
mod table;

use shared::{aws, function, telemetry};

use crate::step::{BuildAudience, Event};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let build = BuildAudience::from_environment(&aws::for_workflows().await)?;
    function::run_with_deadline(async |event: Event, deadline| build.run(&event, deadline).await)
        .await
}
