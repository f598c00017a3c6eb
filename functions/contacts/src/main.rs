//! `contacts`: how people can be reached, and what they agreed to. One binary, a Lambda function and a
//! command (docs/decisions/0005-one-binary-is-function-and-command.md).
//!
//! - GraphQL, by AppSync's direct resolvers: `saveContact(input)`, `setMessageConsent(channel, given,
//!   source, userId)`, `messagePreferences(userId)`; all answer GraphQL's `MessagePreferences`. A shopper
//!   who is signed in speaks for themselves, a backend (IAM) for any user, the API key for nobody. With
//!   `messages.validatePhoneNumbers` a new phone number is looked up before it is kept.
//! - Files: an "Object Created" event of EventBridge for `messages/import/*.jsonl` or `*.csv`. A line is a
//!   contact, or an endpoint as Pinpoint exported it: see [`line`]. What a line leaves out stays as it is.
//!   Answer `{"file", "lines", "contacts", "rejected", "done"}`. A file that takes longer than a call goes
//!   on by itself: where a call stopped is an object under `messages/import/~continue/`, whose own event is
//!   the next call. A call that is repeated writes the same again. Lines that cannot be used are in
//!   `rejected/contacts/<file>/`, with the reason; the numbers are in `reports/contacts/<file>.json`.
//! - As a command: `contacts import-pinpoint`, which makes such files of what was exported from Pinpoint.
//!
//! Phone numbers in files are not looked up: that is billed by number.
//!
//! - Metrics: `ContactsSaved`, `ConsentsSet`, `PhonesRefused`, `ContactsImported`, `LinesRejected` (Count).
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `MESSAGES_TABLE`, `USER_ID_CLAIM`
//!   (default `username`), `METRICS_NAMESPACE`, `AWS_LAMBDA_LOG_LEVEL`.
//! - Permissions: `s3:GetObject` on the configuration, `s3:GetObject` and `PutObject` on
//!   `messages/import/*`, `s3:PutObject` on `rejected/contacts/*` and `reports/contacts/*`;
//!   `dynamodb:BatchGetItem`, `GetItem`, `PutItem` and `UpdateItem` on Messages;
//!   `mobiletargeting:PhoneNumberValidate`; the keys of bucket and table.
//!
//! [`line`] decides what a line says; [`import`] takes files, [`graphql`] requests, [`command`] a command
//! line; [`phone`] asks Pinpoint.

mod command;
mod error;
mod event;
mod graphql;
mod import;
mod lambda;
mod line;
mod phone;

use std::process::ExitCode;

/// Lambda sets it for the programs it runs, and nobody else does.
const IN_LAMBDA: &str = "AWS_LAMBDA_RUNTIME_API";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, lambda_runtime::Error> {
    if std::env::var_os(IN_LAMBDA).is_some() {
        lambda::serve().await?;
        return Ok(ExitCode::SUCCESS);
    }
    Ok(command::run())
}
