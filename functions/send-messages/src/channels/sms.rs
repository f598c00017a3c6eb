//! Texts, by AWS End User Messaging: a call each.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_pinpointsmsvoicev2::{
    Client,
    operation::send_text_message::SendTextMessageError,
    types::{ConflictExceptionReason, MessageType},
};
use futures::{StreamExt, stream};
use messages::evidence::{PERSON, RUN};
use shared::config::messages::SmsSender;

use super::{Answer, Content, Outgoing, Service, Tags, answer::of_failure};

/// Calls of a block that are under way at once.
const AT_ONCE: usize = 8;

/// The service.
pub(super) struct Texts {
    client: Client,
    sender: SmsSender,
    configuration_set: String,
}

impl Texts {
    /// From `sender`; events of what is sent go where `configuration_set` says.
    pub(super) fn new(aws: &SdkConfig, sender: SmsSender, configuration_set: &str) -> Self {
        Self {
            client: Client::new(aws),
            sender,
            configuration_set: configuration_set.to_owned(),
        }
    }

    async fn text(&self, tags: Tags<'_>, one: &Outgoing) -> Answer {
        let Content::Sms { to, text } = &one.content else {
            return Answer::refused("RequestNotSent");
        };
        let sent = self
            .client
            .send_text_message()
            .destination_phone_number(to)
            .origination_identity(&self.sender.origination_identity)
            .message_body(text)
            .message_type(MessageType::Promotional)
            .configuration_set_name(&self.configuration_set)
            .context(RUN, tags.run)
            .context("campaign", tags.campaign)
            .context(PERSON, &one.person)
            .send()
            .await;
        match sent {
            Ok(output) => {
                output
                    .message_id
                    .map_or(Answer::Unknown, |message_id| Answer::Accepted {
                        message_id,
                    })
            }
            Err(error) => match error.as_service_error() {
                // The number opted out, or may not be written to: a matter of this person alone.
                Some(SendTextMessageError::ConflictException(conflict)) => {
                    let reason = conflict.reason();
                    Answer::refused(
                        reason.map_or("ConflictException", ConflictExceptionReason::as_str),
                    )
                }
                _ => of_failure(&error),
            },
        }
    }
}

#[async_trait]
impl Service for Texts {
    async fn send(&self, tags: Tags<'_>, block: &[&Outgoing]) -> Vec<Answer> {
        let texts: Vec<_> = block.iter().map(|one| self.text(tags, one)).collect();
        stream::iter(texts).buffered(AT_ONCE).collect().await
    }

    fn leaves_evidence(&self) -> bool {
        true
    }
}
