//! Notifications of the shop's app, by the Pinpoint API: a call each, as each leads elsewhere.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_pinpoint::{
    Client,
    types::{
        Action, AddressConfiguration, ApnsMessage, ChannelType, DefaultPushNotificationMessage,
        DeliveryStatus, DirectMessageConfiguration, GcmMessage, MessageRequest, MessageResult,
    },
};
use futures::{StreamExt, stream};
use message_template::Push;
use messages::{
    PushAddress,
    evidence::{PERSON, RUN},
};
use shared::config::messages::PushSender;

use super::{Answer, Content, Outgoing, Service, Tags, answer::of_failure};

/// Calls of a block that are under way at once.
const AT_ONCE: usize = 8;

/// The service.
pub(super) struct Notifications {
    client: Client,
    sender: PushSender,
}

impl Notifications {
    /// By the application of `sender`.
    pub(super) fn new(aws: &SdkConfig, sender: PushSender) -> Self {
        Self {
            client: Client::new(aws),
            sender,
        }
    }

    async fn notify(&self, tags: Tags<'_>, one: &Outgoing) -> Answer {
        let Content::Push { to, push } = &one.content else {
            return Answer::refused("RequestNotSent");
        };
        let request = MessageRequest::builder()
            .addresses(&to.token, address(tags, to, &one.person))
            .message_configuration(message(push))
            .trace_id(format!("{}.{}", tags.run, one.person));
        let sent = self
            .client
            .send_messages()
            .application_id(&self.sender.application_id)
            .message_request(request.build())
            .send()
            .await;
        match sent {
            Ok(output) => {
                let results = output.message_response.and_then(|answer| answer.result);
                let result = results.and_then(|mut results| results.remove(&to.token));
                result.map_or(Answer::Unknown, answer)
            }
            Err(error) => of_failure(&error),
        }
    }
}

#[async_trait]
impl Service for Notifications {
    async fn send(&self, tags: Tags<'_>, block: &[&Outgoing]) -> Vec<Answer> {
        let notifications: Vec<_> = block.iter().map(|one| self.notify(tags, one)).collect();
        stream::iter(notifications)
            .buffered(AT_ONCE)
            .collect()
            .await
    }

    fn leaves_evidence(&self) -> bool {
        false
    }
}

fn address(tags: Tags<'_>, to: &PushAddress, person: &str) -> AddressConfiguration {
    AddressConfiguration::builder()
        .channel_type(ChannelType::from(to.service.name()))
        .context(RUN, tags.run)
        .context("campaign", tags.campaign)
        .context(PERSON, person)
        .build()
}

/// Only the two large services show pictures.
fn message(push: &Push) -> DirectMessageConfiguration {
    let any = DefaultPushNotificationMessage::builder()
        .title(&push.title)
        .body(&push.body)
        .action(action(push))
        .set_url(push.url.clone());
    let google = GcmMessage::builder()
        .title(&push.title)
        .body(&push.body)
        .action(action(push))
        .set_url(push.url.clone())
        .set_image_url(push.image.clone());
    let apple = ApnsMessage::builder()
        .title(&push.title)
        .body(&push.body)
        .action(action(push))
        .set_url(push.url.clone())
        .set_media_url(push.image.clone());
    DirectMessageConfiguration::builder()
        .default_push_notification_message(any.build())
        .gcm_message(google.build())
        .apns_message(apple.build())
        .build()
}

fn action(push: &Push) -> Action {
    match push.url {
        Some(_) => Action::Url,
        None => Action::OpenApp,
    }
}

fn answer(result: MessageResult) -> Answer {
    let Some(status) = result.delivery_status else {
        return Answer::Unknown;
    };
    match status {
        DeliveryStatus::Successful => Answer::Accepted {
            message_id: result.message_id.unwrap_or_default(),
        },
        DeliveryStatus::Throttled => Answer::Throttled,
        // Whether the device's own service has it is not said.
        DeliveryStatus::TemporaryFailure | DeliveryStatus::UnknownFailure => Answer::Unknown,
        refused => Answer::refused(refused.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_that_may_have_reached_the_device_is_not_sent_again() {
        let result = |status| {
            answer(
                MessageResult::builder()
                    .delivery_status(status)
                    .message_id("m")
                    .build(),
            )
        };
        assert_eq!(result(DeliveryStatus::UnknownFailure), Answer::Unknown);
        assert_eq!(result(DeliveryStatus::Throttled), Answer::Throttled);
        assert_eq!(result(DeliveryStatus::OptOut), Answer::refused("OPT_OUT"));
    }
}
