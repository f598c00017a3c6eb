//! The ways messages take. A new one is a file here, and a line in [`Channels::new`].

mod answer;
mod email;
mod push;
mod sms;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_config::{SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use message_template::Push;
use messages::PushAddress;
use shared::config::messages::{Channel, Senders};

pub(crate) use answer::Answer;

/// The longest that a service is waited for. What it did then is looked up.
const TIMEOUT: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A message ready to leave.
#[derive(Debug)]
pub(crate) struct Outgoing {
    /// The key of the person, which stands for them in tags.
    pub(crate) person: String,
    /// What goes where.
    pub(crate) content: Content,
}

/// What a channel takes.
#[derive(Debug)]
pub(crate) enum Content {
    /// An email.
    Email {
        /// The address.
        to: String,
        /// One line.
        subject: String,
        /// The page.
        html: String,
        /// The same as text.
        text: String,
        /// Where the mail program ends these messages with one click.
        unsubscribe: String,
    },
    /// A text.
    Sms {
        /// The number.
        to: String,
        /// The words.
        text: String,
    },
    /// A notification.
    Push {
        /// The device.
        to: PushAddress,
        /// What it shows.
        push: Push,
    },
}

impl Content {
    /// About how many bytes it is.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Email { html, text, .. } => html.len() + text.len(),
            Self::Sms { text, .. } => text.len(),
            Self::Push { push, .. } => push.title.len() + push.body.len(),
        }
    }
}

/// What the services keep of a message beside it, and give back in their events.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tags<'a> {
    /// The run.
    pub(crate) run: &'a str,
    /// The campaign.
    pub(crate) campaign: &'a str,
}

/// A service that sends. It tries once: what was throttled is sent again by whoever asks, and what became
/// of a call without an answer is not for guessing.
#[async_trait]
pub(crate) trait Service: Send + Sync {
    /// Sends the messages, at most [`messages::MAX_BLOCK`], all of this channel; an answer for each, in
    /// their order.
    async fn send(&self, tags: Tags<'_>, block: &[&Outgoing]) -> Vec<Answer>;

    /// Whether the service tells later, by events, what it took.
    fn leaves_evidence(&self) -> bool;
}

/// All that have a sender.
pub(crate) struct Channels(Vec<(Channel, Arc<dyn Service>)>);

impl Channels {
    /// Those that `senders` declares; emails and texts go out under `configuration_set`.
    pub(crate) fn new(aws: &SdkConfig, senders: &Senders, configuration_set: &str) -> Self {
        let aws = once(aws);
        let mut all: Vec<(Channel, Arc<dyn Service>)> = Vec::new();
        if let Some(sender) = &senders.email {
            let service = email::Ses::new(&aws, sender.clone(), configuration_set);
            all.push((Channel::Email, Arc::new(service)));
        }
        if let Some(sender) = &senders.sms {
            let service = sms::Texts::new(&aws, sender.clone(), configuration_set);
            all.push((Channel::Sms, Arc::new(service)));
        }
        if let Some(sender) = &senders.push {
            let service = push::Notifications::new(&aws, sender.clone());
            all.push((Channel::Push, Arc::new(service)));
        }
        Self(all)
    }

    /// The service of `channel`, if it has a sender.
    pub(crate) fn of(&self, channel: Channel) -> Option<&Arc<dyn Service>> {
        let mut all = self.0.iter();
        all.find(|(known, _)| *known == channel)
            .map(|(_, service)| service)
    }
}

/// Each call made once, and waited for long enough that "no answer" is rare.
fn once(aws: &SdkConfig) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(TIMEOUT)
        .operation_timeout(TIMEOUT);
    aws.to_builder()
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts.build())
        .build()
}
