//! `track`: takes `Mutation.trackInteractions` of the shop's GraphQL API (AppSync direct Lambda
//! resolver). What is accepted is in the S3 event log before the answer says so; then it goes to
//! Amazon Personalize, and what Personalize does not take to a dead-letter queue, to be sent again.
//!
//! What makes a visitor's lists stale is noted in their memory before the answer, too.
//!
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `LISTS_TABLE`,
//!   `TRACK_DEAD_LETTER_QUEUE_URL`, `METRICS_NAMESPACE`, `AWS_LAMBDA_LOG_LEVEL`; `USER_ID_CLAIM` when it is
//!   not `username`.
//! - Permissions: `s3:GetObject` on the configuration, `s3:PutObject` under `events/`,
//!   `dynamodb:GetItem` on `Operations`, `dynamodb:UpdateItem` on `Lists`, `personalize:PutEvents`, `sqs:SendMessage` on the queue,
//!   `kms:Decrypt` and `kms:GenerateDataKey` on the data key.
//! - Metrics: `Accepted`, `Rejected`, `DeadLettered` (accepted, waiting in the queue), `Unqueued`
//!   (accepted, but in the event log alone: the queue failed too), `StaleLists` (calls whose visitor's lists
//!   stay as they were, because the table was not writable).
//!
//! [`interaction`] decides what is accepted, [`deliver`] what is sent when, [`dead_letter`] what a
//! message to be replayed holds; [`outlets`] is AWS.

mod dead_letter;
mod deliver;
mod error;
mod event_log;
mod interaction;
mod outlets;
mod request;
mod serve;
mod tracker;

use shared::{aws, function, telemetry};

use crate::{request::Event, serve::Track};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let track = Track::from_environment(&aws::for_requests().await)?;
    track.warm().await;
    function::run(async |event: Event| track.take(event).await).await
}
