//! `message-feedback`: what comes back from messages, by SNS: addresses that bounced or complained, and
//! people who opted out, get nothing any more.
//!
//! | message in the record | what follows |
//! |---|---|
//! | SES, `Bounce` that is `Permanent` | the address is suppressed |
//! | SES, `Complaint` (but `not-spam`) | the address is suppressed, and the person's consent to emails ends |
//! | End User Messaging, `TEXT_INVALID` | the number is suppressed: it does not exist |
//! | End User Messaging, `TEXT_BLOCKED` | the number is suppressed: it takes no texts from us; `START` ends that |
//! | a text to us that says STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, STOPP or ABMELDEN | the number is suppressed |
//! | a text to us that says START or UNSTOP | a number that opted out, and nothing else, is not suppressed any more |
//!
//! Everything else changes nothing. SES's notifications (`notificationType`) are taken as its events
//! (`eventType`) are. Who a message was for is told by its tag `person`, a hash; an address is kept as a
//! hash alone, and neither is logged. What a person said later than the event holds.
//!
//! - Event: SNS's to Lambda (`Records[].Sns.Message`). Each record is dealt with, whatever becomes of the
//!   others; if a service failed for one, the invocation fails after the last, and Lambda brings the event
//!   again: what is done already changes nothing then.
//! - Answer: how many records there were of each outcome.
//! - Metrics (Count): `Bounces`, `Complaints`, `OptOuts`, `OptIns`, `Ignored`, `Unreadable`, `Failed`.
//! - Environment: `MESSAGES_TABLE`, `METRICS_NAMESPACE`, `AWS_LAMBDA_LOG_LEVEL`.
//! - Permissions: `dynamodb:GetItem`, `PutItem` and `DeleteItem` on `Messages`, `kms:Decrypt` on the data
//!   key.

mod apply;
mod email;
mod error;
mod feedback;
mod record;
mod text;

use messages::MessagesTable;
use shared::{aws, environment, function, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let sdk = aws::for_workflows().await;
    let table = environment::required("MESSAGES_TABLE")?;
    let table = MessagesTable::new(aws_sdk_dynamodb::Client::new(&sdk), table);
    function::run(async |event: record::Event| record::take(&table, &event).await).await
}
