//! The adapter to the dead-letter queue.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sqs::{
    error::SdkError, operation::send_message_batch::SendMessageBatchError,
    types::SendMessageBatchRequestEntry,
};
use shared::aws::{AwsError, failure};

use crate::dead_letter::{Message, groups};

/// The pauses before a message that SQS did not take is sent again.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(150)];

/// The queue.
#[derive(Debug)]
pub(crate) struct Queue {
    client: aws_sdk_sqs::Client,
    url: String,
}

impl Queue {
    /// With time-outs and retries of `config`.
    pub(crate) fn new(config: &SdkConfig, url: String) -> Self {
        Self {
            client: aws_sdk_sqs::Client::new(config),
            url,
        }
    }

    /// Sends `messages`; gives how many interactions it did not take.
    pub(crate) async fn send_all(&self, messages: Vec<Message>) -> usize {
        let mut lost = 0;
        for group in groups(messages) {
            lost += self.send_group(group).await;
        }
        lost
    }

    async fn send_group(&self, mut group: Vec<Message>) -> usize {
        for pause in PAUSES.into_iter().map(Some).chain([None]) {
            match self.send(&group).await {
                Ok(failed) => group = failed,
                Err(error) => tracing::warn!(%error, "the dead-letter queue did not answer"),
            }
            if group.is_empty() {
                break;
            }
            if let Some(pause) = pause {
                tokio::time::sleep(pause).await;
            }
        }
        group.iter().map(|message| message.events).sum()
    }

    /// One SendMessageBatch; the messages it did not take.
    async fn send(&self, group: &[Message]) -> Result<Vec<Message>, AwsError> {
        let entries = group.iter().enumerate().map(|(index, message)| {
            SendMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .message_body(&message.body)
                .build()
        });
        let call = "sqs:SendMessageBatch";
        let entries: Result<Vec<_>, _> = entries.collect();
        let entries = entries
            .map_err(SdkError::<SendMessageBatchError>::construction_failure)
            .map_err(failure(call))?;
        let answer = self
            .client
            .send_message_batch()
            .queue_url(&self.url)
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(failure(call))?;
        let failed = answer.failed.iter().inspect(|entry| {
            tracing::warn!(code = entry.code, "the dead-letter queue refused a message");
        });
        let message = |id: &str| group.get(id.parse::<usize>().ok()?).cloned();
        Ok(failed.filter_map(|entry| message(&entry.id)).collect())
    }
}
