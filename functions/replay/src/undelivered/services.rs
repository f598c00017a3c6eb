//! Adapters to SQS and EventBridge.

use aws_config::SdkConfig;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use shared::{
    aws::{AwsError, failure},
    environment::{self, MissingVariable},
    state_change::SOURCE,
};

use super::{Bus, Event, Queue, Waiting};

/// How long a message is hidden while its event is put on the bus, in seconds.
const HIDDEN: i32 = 300;
/// How long an empty queue is listened to, in seconds.
const LISTEN: i32 = 2;
/// Messages received at once, and events of one PutEvents.
const AT_ONCE: i32 = 10;

/// The dead-letter queue of events.
#[derive(Debug)]
pub(super) struct DeadLetters {
    client: aws_sdk_sqs::Client,
    url: String,
}

impl DeadLetters {
    /// The one that the environment names.
    pub(super) fn from_environment(config: &SdkConfig) -> Result<Self, MissingVariable> {
        Ok(Self {
            client: aws_sdk_sqs::Client::new(config),
            url: environment::required("EVENTS_DEAD_LETTER_QUEUE_URL")?,
        })
    }
}

impl Queue for DeadLetters {
    async fn receive(&self) -> Result<Vec<Waiting>, AwsError> {
        let received = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(AT_ONCE)
            .visibility_timeout(HIDDEN)
            .wait_time_seconds(LISTEN)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .send()
            .await
            .map_err(failure("sqs:ReceiveMessage"))?;
        let messages = received.messages.unwrap_or_default().into_iter();
        Ok(messages.filter_map(waiting).collect())
    }

    async fn delete(&self, message: &Waiting) -> Result<(), AwsError> {
        self.client
            .delete_message()
            .queue_url(&self.url)
            .receipt_handle(&message.receipt)
            .send()
            .await
            .map_err(failure("sqs:DeleteMessage"))?;
        Ok(())
    }
}

fn waiting(message: Message) -> Option<Waiting> {
    let sent_at = message.attributes.as_ref();
    let sent_at = sent_at.and_then(|all| all.get(&MessageSystemAttributeName::SentTimestamp));
    let sent_at = sent_at.and_then(|text| text.parse().ok());
    Some(Waiting {
        sent_at: sent_at.unwrap_or_default(),
        id: message.message_id?,
        receipt: message.receipt_handle?,
        body: message.body?,
    })
}

/// The default bus.
#[derive(Debug)]
pub(super) struct EventBridge(aws_sdk_eventbridge::Client);

impl EventBridge {
    /// Of that region.
    pub(super) fn new(config: &SdkConfig) -> Self {
        Self(aws_sdk_eventbridge::Client::new(config))
    }
}

impl Bus for EventBridge {
    async fn put(&self, events: &[Event]) -> Result<Vec<bool>, AwsError> {
        let entry = |event: &Event| {
            PutEventsRequestEntry::builder()
                .source(SOURCE)
                .detail_type(&event.detail_type)
                .detail(event.detail.to_string())
                .build()
        };
        let entries = events.iter().map(entry).collect();
        let put = self.0.put_events().set_entries(Some(entries)).send().await;
        let answer = put.map_err(failure("events:PutEvents"))?;
        let results = answer.entries.unwrap_or_default().into_iter();
        Ok(results.map(|result| result.error_code.is_none()).collect())
    }
}
