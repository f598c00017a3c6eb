//! `resend-purchases`: sends what users bought to Amazon Personalize again when they have done nothing
//! for 80 days. Personalize's filters forget a user three months after the last imported interaction,
//! and "exclude purchased" would lapse; to be considered again the history has to be imported again.
//! It runs daily by a schedule. A run that is killed or comes twice doubles nothing: what it sends has
//! the ids of the first time, and who was sent is not due any more.
//!
//! Event `{}`. Answer `{"done", "resent": {"users", "events"}, "active", "refused"}`: users whose
//! purchases were sent, users who were not idle, events that Personalize will never take; `done` is
//! false when time ran out, and the next run goes on.
//!
//! - Metrics (Count): `UsersResent`, `EventsResent`, `UsersActive`, `EventsRefused`.
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `LISTS_TABLE`, `METRICS_NAMESPACE`,
//!   `AWS_LAMBDA_LOG_LEVEL`.
//! - Permissions: `s3:GetObject` on the configuration; `dynamodb:GetItem` on `Operations`, `GetItem` and
//!   `UpdateItem` on `Lists`, `Query` on its index `DueAt`; `personalize:PutEvents`; `kms:Decrypt` on
//!   the data key.
//!
//! [`step`] finds who is due, [`history`] makes events of what was bought.

mod error;
mod history;
mod step;

use shared::{aws, function, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let step = step::Step::from_environment(&aws::for_workflows().await)?;
    function::run(async |event| step.run(event).await).await
}
