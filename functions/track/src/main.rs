//! `track`: takes `Mutation.trackInteractions`, `identify` and `setConsent` of the shop's GraphQL API
//! (AppSync direct Lambda resolvers). What is accepted is in the S3 event log before the answer says
//! so; then it goes to Amazon Personalize, and what Personalize does not take to a dead-letter queue,
//! which `replay` delivers. Before the answer, too, the visitor's lists are made stale.
//!
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `LISTS_TABLE`,
//!   `TRACK_DEAD_LETTER_QUEUE_URL`, `USER_ID_CLAIM` (default `username`), `METRICS_NAMESPACE`,
//!   `AWS_LAMBDA_LOG_LEVEL`.
//! - Permissions: `s3:GetObject` on the configuration, `s3:PutObject` under `events/`,
//!   `dynamodb:GetItem` on `Operations`, `GetItem` and `UpdateItem` on `Lists`,
//!   `personalize:PutEvents`, `sqs:SendMessage` on the queue, `kms:Decrypt` and
//!   `kms:GenerateDataKey` on the data key.
//! - Metrics (Count): `Accepted`; `Rejected` one by one; `Bots` and `Refused` (by visitors who do not
//!   want to be personalized), neither stored; `DeadLettered` (accepted, waiting in the queue);
//!   `Unqueued` (accepted, but in the event log alone: the queue failed too); `StaleLists` (calls whose
//!   visitor's memory could not be written in time: `replay` does it).
//!
//! [`input`] decides what is accepted, [`event_id`] what counts as the same, [`screen`] who is no
//! customer, [`breaker`] when Personalize is left alone, [`memory`] what makes lists stale; [`take`]
//! is a call from end to end, [`event_log`] what is kept of it, [`queue`] is AWS.

mod breaker;
mod dead_letter;
mod error;
mod event_id;
mod event_log;
mod input;
mod memory;
mod queue;
mod request;
mod screen;
mod serve;
mod take;

use shared::{aws, function, telemetry};

use crate::{request::Event, serve::Track};

#[tokio::main(flavor = "local")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let track = Track::from_environment(&aws::for_requests().await)?;
    track.warm().await;
    function::serve(async move |event: Event| track.answer(event).await).await
}
