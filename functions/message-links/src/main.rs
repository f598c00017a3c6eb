//! `message-links`: where the links of messages lead, at a Function URL.
//!
//! | request | answer |
//! |---|---|
//! | `GET /c/<token>` | 302 to the product; a line `click` in the event log |
//! | `GET /s/<name>` | the same, by the short name that texts have: the table keeps its token for 90 days |
//! | `GET /u/<token>` | a page with a button: it changes nothing, because scanners of mail follow every link |
//! | `POST /u/<token>` | the person's consent to the channel ends: by the page's button, or by a mail program (RFC 8058, `List-Unsubscribe=One-Click`) |
//!
//! `HEAD` is answered like `GET`, and is no click. Nor is a program that says it is one, and one link is
//! clicked once an hour at most: the event's id follows from the token and the hour. A click is in the log
//! as `track` writes it, its session one of its own for each message; whether the visitor refused to be
//! personalized is not looked up, and the line says so (`consent: unknown`). If the log cannot be written,
//! the person gets to the product all the same.
//!
//! Tokens are made by `send-messages` and say what they are about (`messages::links`); the secret is read
//! again when one does not fit it, at most every five seconds. A token that is none is answered with 404,
//! and repeated nowhere. Pages are in English or German: in the message's language, else in the browser's.
//!
//! - Answers besides: 404, 405, 503 with `Retry-After` when a service does not answer.
//! - Metrics (Count): `Clicks`, `ClicksUnlogged`, `ClicksOfPrograms`, `Unsubscribed`, `BadLinks`,
//!   `LinksFailed`.
//! - Environment: `DATA_BUCKET`, `MESSAGES_TABLE`, `LINKS_SECRET`, `METRICS_NAMESPACE`,
//!   `AWS_LAMBDA_LOG_LEVEL`.
//! - Permissions: `s3:PutObject` under `events/`, `dynamodb:GetItem`, `PutItem` on `Messages`,
//!   `secretsmanager:GetSecretValue` on the secret, `kms:Decrypt` and `kms:GenerateDataKey` on the data key.

mod answer;
mod click;
mod error;
mod keeper;
mod page;
mod secret;
mod serve;
mod words;

use shared::{aws, function, telemetry};

use crate::{keeper::Aws, secret::SecretSource, serve::Links};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let sdk = aws::for_requests().await;
    let links = Links::new(
        SecretSource::from_environment(&sdk)?,
        Aws::from_environment(&sdk)?,
    );
    function::run(async |request| links.answer(request).await).await
}
