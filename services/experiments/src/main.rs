//! `experiments-service`: A/B tests of a shop, from their definition to their winner.
//!
//! One process does two things. Every task answers the HTTP API ([`api`]). One of them, by a lease, also
//! works by itself ([`worker`]): it counts exposures and outcomes from the event log of `track`, analyses
//! them, stops arms that break a guardrail, moves a bandit's weights, and makes and deletes the campaigns
//! of arms. Who sees what is none of its business: `recommend` evaluates that from the definitions.
//!
//! - Environment: see [`settings`]; also `CONFIG_KEY`, `OPERATIONS_TABLE`, `METRICS_NAMESPACE`,
//!   `AWS_LAMBDA_LOG_LEVEL`.
//! - Permissions: `dynamodb:GetItem`, `PutItem` and `UpdateItem` on `Experiments`, `BatchGetItem` on
//!   `Lists`, `GetItem`, `PutItem` and `DeleteItem` on `Operations`; `s3:ListBucket` and `GetObject` under
//!   `events/`, all of `experiments/`, `GetObject` on the configuration; Personalize's calls in
//!   [`models`]; `events:PutEvents`; the data key.
//! - Metrics: `EventsCounted`, `LinesUnreadable`, `SecondsBehind`, `SnapshotBytes`, `WorkerFailures`; by
//!   `experiment` `Units`, `SampleRatioMismatch`, `GuardrailsBroken`; by `status` `StateChanges`.
//!
//! `experiments-service health` asks the running service whether it is up, for the container's health check.

mod analysis;
mod announce;
mod api;
mod clock;
mod definition;
mod error;
mod health;
mod ingest;
mod models;
mod page;
mod service;
mod settings;
mod start;
mod store;
mod tasks;
mod worker;

use std::process::ExitCode;

use shared::telemetry;

#[tokio::main]
async fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("health") {
        return health::check().await;
    }
    telemetry::init();
    match start::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the service ended");
            ExitCode::FAILURE
        }
    }
}
