//! The ways a message takes, and who it is from.

use serde::{Deserialize, Serialize};

/// A way to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// By Amazon SES.
    Email,
    /// A text, by AWS End User Messaging.
    Sms,
    /// A notification of the shop's app, by the Pinpoint API.
    Push,
}

impl Channel {
    /// All.
    pub const ALL: [Self; 3] = [Self::Email, Self::Sms, Self::Push];

    /// The name, as the configuration and the tables write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Push => "push",
        }
    }
}

/// Who messages are from.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Senders {
    /// Of emails.
    pub email: Option<EmailSender>,
    /// Of texts.
    pub sms: Option<SmsSender>,
    /// Of push notifications.
    pub push: Option<PushSender>,
}

impl Senders {
    /// Whether there is one for `channel`.
    #[must_use]
    pub fn has(&self, channel: Channel) -> bool {
        match channel {
            Channel::Email => self.email.is_some(),
            Channel::Sms => self.sms.is_some(),
            Channel::Push => self.push.is_some(),
        }
    }
}

/// Of emails.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EmailSender {
    /// An address of an identity that SES verified, with or without a name: `Shop <news@shop.example>`.
    pub from: String,
    /// Where answers go.
    pub reply_to: Option<String>,
}

/// Of texts.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SmsSender {
    /// A phone number, sender id or pool of the account: its id or ARN.
    pub origination_identity: String,
    /// Parts that a text may have, each billed: 1 to 10.
    #[serde(default = "two")]
    pub max_parts: u32,
    /// Texts a second that the origination identity takes.
    #[serde(default = "twenty")]
    pub per_second: u32,
}

/// Of push notifications.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PushSender {
    /// The Pinpoint application whose push channels are used.
    pub application_id: String,
}

fn two() -> u32 {
    2
}

fn twenty() -> u32 {
    20
}
