//! Texts, by AWS End User Messaging: a call each.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_pinpointsmsvoicev2::{
    Client,
    operation::send_text_message::SendTextMessageError,
    types::{ConflictExceptionReason, MessageType, ValidationExceptionReason},
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
                Some(SendTextMessageError::ConflictException(conflict)) => {
                    of_conflict(conflict.reason())
                }
                Some(SendTextMessageError::ValidationException(invalid)) => {
                    of_validation(invalid.reason())
                }
                _ => of_failure(&error),
            },
        }
    }
}

/// The number opted out, or may not be written to: a matter of this person alone. All else is wrong with
/// what sends.
fn of_conflict(reason: Option<&ConflictExceptionReason>) -> Answer {
    match reason.map(ConflictExceptionReason::as_str) {
        Some(reason) if reason.starts_with("DESTINATION_") => Answer::refused(reason),
        reason => Answer::closed(reason.unwrap_or("ConflictException")),
    }
}

/// Wrong with what sends, or else with this number or text.
fn of_validation(reason: Option<&ValidationExceptionReason>) -> Answer {
    use ValidationExceptionReason as Reason;
    let name = reason.map_or("ValidationException", Reason::as_str);
    match reason {
        Some(
            Reason::ChannelNotEnabled
            | Reason::InvalidArn
            | Reason::InvalidRegistrationAssociation
            | Reason::ResourceNotAccessible
            | Reason::SenderIdNotRegistered
            | Reason::SenderIdRequiresRegistration
            | Reason::UnknownOperation,
        ) => Answer::closed(name),
        _ => Answer::refused(name),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_the_sender_is_no_failure_of_the_person() {
        for reason in [
            "MESSAGE_TYPE_MISMATCH",
            "NO_ORIGINATION_IDENTITIES_FOUND",
            "NUMBER_CAPABILITIES_MISMATCH",
            "RESOURCE_NOT_ACTIVE",
        ] {
            assert_eq!(of_conflict(Some(&reason.into())), Answer::closed(reason));
        }
        let opted_out = "DESTINATION_PHONE_NUMBER_OPTED_OUT";
        assert_eq!(
            of_conflict(Some(&opted_out.into())),
            Answer::refused(opted_out)
        );
        for reason in ["SENDER_ID_NOT_REGISTERED", "CHANNEL_NOT_ENABLED"] {
            assert_eq!(of_validation(Some(&reason.into())), Answer::closed(reason));
        }
        let number = "INVALID_PARAMETER";
        assert_eq!(of_validation(Some(&number.into())), Answer::refused(number));
    }
}
