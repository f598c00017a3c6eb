//! Adapters to the two queues: messages that come back later, and those that never will be delivered.

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use interactions::Refused;
use serde::Serialize;
use shared::{
    aws::{AwsError, failure},
    environment::{self, MissingVariable},
};

use crate::messages::Record;

/// Both.
#[derive(Debug)]
pub(crate) struct Queues {
    client: Client,
    dead_letters: String,
    refused: String,
}

/// What waits in the refused queue, for a person.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    version: u32,
    reason: &'a str,
    /// The message as it came; the interactions that are wrong are named by their ids.
    message: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    event_ids: Vec<&'a str>,
}

impl Queues {
    /// From the environment.
    pub(crate) fn from_environment(config: &SdkConfig) -> Result<Self, MissingVariable> {
        Ok(Self {
            client: Client::new(config),
            dead_letters: environment::required("TRACK_DEAD_LETTER_QUEUE_URL")?,
            refused: environment::required("TRACK_REFUSED_QUEUE_URL")?,
        })
    }

    /// Hides `record` for `seconds`. When that fails it comes back when the queue says.
    pub(crate) async fn come_back(&self, record: &Record, seconds: i32) {
        let answer = self
            .client
            .change_message_visibility()
            .queue_url(&self.dead_letters)
            .receipt_handle(&record.receipt_handle)
            .visibility_timeout(seconds)
            .send()
            .await
            .map_err(failure("sqs:ChangeMessageVisibility"));
        if let Err(error) = answer {
            tracing::warn!(
                code = error.code(),
                "a message comes back later than it should"
            );
        }
    }

    /// Puts what cannot be read aside.
    pub(crate) async fn unreadable(&self, record: &Record, reason: &str) -> Result<(), AwsError> {
        self.put(&record.body, reason, Vec::new()).await
    }

    /// Puts what Personalize will never take aside.
    pub(crate) async fn refuse(
        &self,
        record: &Record,
        refused: &[Refused],
    ) -> Result<(), AwsError> {
        let ids = refused.iter().map(|one| one.event.event_id.as_str());
        let reason = refused.first().map_or("", |one| one.reason.as_str());
        self.put(&record.body, reason, ids.collect()).await
    }

    async fn put(&self, message: &str, reason: &str, event_ids: Vec<&str>) -> Result<(), AwsError> {
        // As a string in JSON it may be twice as long. Ten events of the largest size fit; what else
        // is cut here, the event log has.
        let end = message.floor_char_boundary(interactions::MAX_MESSAGE_BYTES * 2 / 5);
        let body = Body {
            version: 1,
            reason,
            message: &message[..end],
            event_ids,
        };
        let body = serde_json::to_string(&body).unwrap_or_default();
        self.client
            .send_message()
            .queue_url(&self.refused)
            .message_body(body)
            .send()
            .await
            .map_err(failure("sqs:SendMessage"))?;
        Ok(())
    }
}
