//! `compact-events`: makes few large objects of the event log's many small ones, day by day, and
//! removes what came twice. It runs by a schedule, several times a night: each run goes on where the
//! one before stopped, and one that has nothing to do ends in a second.
//!
//! Event `{"day"?: "2026-11-20"}`: one finished day, or those of the last week. Answer `{"done",
//! "days": [{"day", "done", "objects", "lines", "duplicates", "parts"}]}`.
//!
//! Small objects are deleted only when a part that holds all their lines is in place, verified: killed
//! at any moment, or run twice, it loses nothing and doubles nothing. What is in memory does not grow
//! with the day but for 9 to 18 bytes an event, to know it again ([`seen`]).
//!
//! - Metrics (Count): `ObjectsCompacted`, `LinesKept`, `DuplicatesRemoved`, `PartsMade`.
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `METRICS_NAMESPACE`,
//!   `AWS_LAMBDA_LOG_LEVEL`.
//! - Permissions: `s3:ListBucket`, and `s3:GetObject`, `PutObject`, `DeleteObject` and
//!   `AbortMultipartUpload` under `events/`; `s3:GetObject` on the configuration;
//!   `dynamodb:PutItem`, `GetItem` and `DeleteItem` on `Operations` (the lock); `kms:Decrypt` and
//!   `kms:GenerateDataKey` on the data key.

mod archive;
mod day;
mod error;
mod pack;
mod part;
mod seen;
mod step;

use shared::{aws, function, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let step = step::Compaction::from_environment(&aws::for_workflows().await)?;
    function::run(async |event| step.run(event).await).await
}
