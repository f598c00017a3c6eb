//! `replay`: delivers tracked interactions to Amazon Personalize that did not reach it: those that
//! wait in the dead-letter queue as a Lambda function (SQS event source), those of the event log as a
//! command (`cargo run -p replay -- --help`). Both are this program. The command `replay undelivered` puts
//! events on the bus again that wait in the dead-letter queue of events, those of products among them.
//!
//! Each event goes with the id it has always had, and Personalize ignores ids it knows: delivered
//! twice counts once. A visitor who refused personalization since is left out.
//!
//! Event: SQS records whose body is a [`interactions::Letter`]; answer `{"batchItemFailures":
//! [{"itemIdentifier"}]}`, the messages that come back later: the pause doubles from 5 seconds to 5
//! minutes. What can never be delivered goes to the refused queue with the reason.
//!
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `LISTS_TABLE`,
//!   `TRACK_DEAD_LETTER_QUEUE_URL`, `TRACK_REFUSED_QUEUE_URL`, `METRICS_NAMESPACE`,
//!   `AWS_LAMBDA_LOG_LEVEL`.
//! - Permissions: `s3:GetObject` on the configuration, `dynamodb:GetItem` on `Operations`, `GetItem`
//!   and `UpdateItem` on `Lists`, `personalize:PutEvents`, `sqs:ReceiveMessage`, `DeleteMessage`,
//!   `GetQueueAttributes` and `ChangeMessageVisibility` on the dead-letter queue, `SendMessage` on the
//!   refused one, `kms:Decrypt` and `kms:GenerateDataKey` on the data key. The command also needs
//!   `s3:ListBucket` and `s3:GetObject` on `events/*`; `undelivered` needs
//!   `EVENTS_DEAD_LETTER_QUEUE_URL`, `sqs:ReceiveMessage` and `DeleteMessage` on that queue, and
//!   `events:PutEvents` on the default bus.
//! - Metrics (Count): `Replayed`, `Withheld` (their visitor refused), `RefusedForGood` interactions;
//!   `Returned` messages.

mod command;
mod error;
mod messages;
mod queues;
mod redeliver;
mod serve;
mod undelivered;

use std::process::ExitCode;

use shared::{aws, function, telemetry};

/// Lambda sets it for the programs it runs, and nobody else does.
const IN_LAMBDA: &str = "AWS_LAMBDA_RUNTIME_API";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, lambda_runtime::Error> {
    if std::env::var_os(IN_LAMBDA).is_none() {
        return Ok(command::run().await);
    }
    telemetry::init();
    // Impatient: a message that fails comes back.
    let replay = serve::Replay::from_environment(&aws::for_requests().await)?;
    function::run(async |event| replay.messages(event).await).await?;
    Ok(ExitCode::SUCCESS)
}
