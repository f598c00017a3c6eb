//! Adapters to where accepted interactions go: Personalize's PutEvents, and the dead-letter queue.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_personalizeevents::{
    error::SdkError, operation::put_events::PutEventsError, primitives::DateTime, types::Event,
};
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use shared::{
    aws::{AwsError, failure},
    fault::{Fault, FaultKind},
};

use crate::{
    dead_letter::{Message, groups},
    deliver::NotTaken,
    interaction::Interaction,
    request::Visit,
};

/// The pauses before a message that SQS did not take is sent again.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(150)];

/// Both.
#[derive(Debug)]
pub(crate) struct Outlets {
    personalize: aws_sdk_personalizeevents::Client,
    sqs: aws_sdk_sqs::Client,
    queue_url: String,
}

impl Outlets {
    /// With time-outs and retries of `config`.
    pub(crate) fn new(config: &SdkConfig, queue_url: String) -> Self {
        Self {
            personalize: aws_sdk_personalizeevents::Client::new(config),
            sqs: aws_sdk_sqs::Client::new(config),
            queue_url,
        }
    }

    /// Sends at most ten `interactions` of `visit` to the tracker `tracking_id`.
    pub(crate) async fn put(
        &self,
        tracking_id: &str,
        visit: &Visit,
        interactions: &[Interaction],
    ) -> Result<(), NotTaken> {
        let call = "personalize:PutEvents";
        let events: Result<Vec<Event>, _> = interactions.iter().map(event).collect();
        let events = events
            .map_err(SdkError::<PutEventsError>::construction_failure)
            .map_err(|error| not_taken(&failure(call)(error)))?;
        self.personalize
            .put_events()
            .tracking_id(tracking_id)
            .session_id(&visit.session_id)
            .set_user_id(visit.user_id.clone())
            .set_event_list(Some(events))
            .send()
            .await
            .map_err(|error| not_taken(&failure(call)(error)))?;
        Ok(())
    }

    /// Sends `messages` to the dead-letter queue; gives how many interactions it did not take.
    pub(crate) async fn dead_letter(&self, messages: Vec<Message>) -> usize {
        let mut lost = 0;
        for group in groups(messages) {
            lost += self.dead_letter_group(group).await;
        }
        lost
    }

    async fn dead_letter_group(&self, mut group: Vec<Message>) -> usize {
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
            .map_err(
                aws_sdk_sqs::error::SdkError::<
                    aws_sdk_sqs::operation::send_message_batch::SendMessageBatchError,
                >::construction_failure,
            )
            .map_err(failure(call))?;
        let answer = self
            .sqs
            .send_message_batch()
            .queue_url(&self.queue_url)
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

fn event(interaction: &Interaction) -> Result<Event, aws_sdk_personalizeevents::error::BuildError> {
    let shown = &interaction.impression;
    Event::builder()
        .event_id(&interaction.event_id)
        .event_type(&interaction.event_type)
        .item_id(&interaction.item_id)
        .sent_at(DateTime::from_secs(interaction.sent_at))
        .set_event_value(interaction.event_value)
        .set_recommendation_id(interaction.recommendation_id.clone())
        .set_impression((!shown.is_empty()).then(|| shown.clone()))
        .build()
}

/// Only a batch that Personalize finds wrong says nothing about the next one.
fn not_taken(error: &AwsError) -> NotTaken {
    tracing::warn!(%error, "Personalize did not take a batch");
    NotTaken {
        reason: error.code().to_owned(),
        all_would_fail: error.kind() != FaultKind::InvalidInput || error.is_not_found(),
    }
}
