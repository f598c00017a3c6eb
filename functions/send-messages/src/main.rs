//! `send-messages`: sends a message campaign. Recommendations, rights, words, channels and the ledger meet
//! here; `statemachines/send-campaign.asl.json` asks for its steps, and people for two of them.
//!
//! | event | does | answer |
//! |---|---|---|
//! | `{"step": "open", "campaign", "run", "dryRun"?, "resume"?}` | checks template, senders, placement, SES's quota; begins the run | `{"run", "dryRun", "people", "pace": {"email", "sms", "push"}, "languages"}`: messages a second of each sender |
//! | `{"step": "next", "run", "sent"?: [{"done", "shards"?, "error"?, "cause"?}]}` | looks what the run needs | `{"action": "send" / "settle" / "wait" / "report" / "fail", "at", "senders": [{"shards"}], "why"}` |
//! | `{"step": "send", "campaign", "run", "sender", "shards", "pace"}` | sends to the people of the shards, until its time is nearly over | `{"sent": {channel: n}, "skipped": {reason: n}, "later", "uncertain", "stopped", "done"}` |
//! | `{"step": "settle", "run"}` | looks up what killed senders sent | `{"open", "released", "held", "sent"}` |
//! | `{"step": "report", "run"}` | writes `reports/messages/<campaign>/<run>.json` | its summary |
//! | `{"step": "stop", "run"}` | senders end within two seconds | `{"run", "stopping"}` |
//! | `{"step": "release", "run", "sent"?}` | says of held messages that they were sent, or (to be sent by a `resume`) were not | `{"run", "people"}` |
//!
//! All steps may be done twice. A *dry run* judges, fills and writes messages, and keeps the first of each
//! channel and language under `messages/runs/<run>/previews/` instead of sending them.
//!
//! **Once.** People belong to shards, and a sender to the people of a shard holds its lease. A block of up
//! to 49 people is claimed in one transaction that fails without the lease; then it is sent; then it is
//! settled. The calls that send are made once each: throttled is tried again, no answer is not. A killed
//! sender leaves a claimed block, whose people no other sender touches: [`settle`] finds out what became of
//! them by the events of SES and End User Messaging (docs/decisions/0019).
//!
//! **The last look.** People are read, judged and written in waves; a block that waited more than four
//! seconds for its turn is read and judged again, its products too. Then it is claimed, with nothing to wait
//! for in between. Who is decided about may have the message for 40 seconds more; what is throttled for four
//! is left to another block.
//!
//! **Turns.** A shard is let go of after a minute, so that other campaigns come to its people, too.
//!
//! - Metrics: by campaign and channel `MessagesSent` (`MessagesPreviewed` in a dry run); by campaign
//!   `MessagesSkipped`, `MessagesPutOff`, `MessagesUncertain`, and of a whole run `MessagesFailed`,
//!   `MessagesHeldOut`, `CampaignSeconds`; of all campaigns `MessagesHeld`.
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `MESSAGES_TABLE`, `CATALOG_TABLE`,
//!   `LISTS_TABLE`, `EXPERIMENTS_TABLE`, `CONFIGURATION_SET`, `LINKS_URL`, `LINKS_SECRET`,
//!   `EVIDENCE_SECONDS`, `MAX_SENDERS`, `METRICS_NAMESPACE`.
//! - Permissions: `s3:GetObject` on the configuration, `config/templates/`, `messages/evidence/` and
//!   `messages/runs/`, `s3:PutObject` on `messages/runs/`, `reports/messages/` and `events/`,
//!   `s3:ListBucket` on templates and evidence; on the Messages table `dynamodb:BatchGetItem`, `GetItem`,
//!   `BatchWriteItem`, `Query`, `PutItem`, `UpdateItem`, `ConditionCheckItem`; `dynamodb:BatchGetItem` on Catalog and Lists,
//!   `GetItem` on Lists and Experiments, `Query` on Operations;
//!   `personalize:GetRecommendations`; `ses:SendBulkEmail`, `ses:GetAccount`; `sms-voice:SendTextMessage`;
//!   `mobiletargeting:SendMessages`; `secretsmanager:GetSecretValue` on the links' secret; `kms:Decrypt`,
//!   `kms:GenerateDataKey`.
//!
//! [`open`], [`next`], [`send`], [`settle`], [`report`] and [`by_hand`] are the steps; [`fill`] finds
//! products, [`write`](mod@write) words, [`channels`] sends.

mod by_hand;
mod campaign;
mod channels;
mod error;
mod evidence;
mod fill;
mod keys;
mod next;
mod open;
mod pace;
mod part;
mod progress;
mod report;
mod send;
mod services;
mod settle;
mod standing;
mod step;
mod templates;
mod write;

use shared::{aws, function, telemetry};

use crate::step::{Event, SendMessages};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let function = SendMessages::from_environment(&aws::for_workflows().await)?;
    function::run_with_deadline(async |event: Event, deadline| function.run(event, deadline).await)
        .await
}
