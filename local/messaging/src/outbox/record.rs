//! What is kept of a message.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Channel {
    /// By SES.
    Email,
    /// By SMS Voice.
    Sms,
    /// By Pinpoint.
    Push,
}

impl Channel {
    /// All.
    pub(crate) const ALL: [Self; 3] = [Self::Email, Self::Sms, Self::Push];

    /// The name on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Push => "push",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }
}

/// What became of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// Accepted; it would arrive.
    #[default]
    Sent,
    /// Accepted, and not delivered: the address is on SES's suppression list.
    Suppressed,
}

/// A header of an email.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all(deserialize = "PascalCase"))]
pub(crate) struct Header {
    #[serde(alias = "name")]
    pub(crate) name: String,
    #[serde(alias = "value")]
    pub(crate) value: String,
}

/// A message, without the content of an email, as the outbox lists it.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record {
    /// Its place in the outbox, from 1; never given twice.
    #[serde(default)]
    pub(crate) seq: u64,
    /// The message id that the sender was answered.
    #[serde(default)]
    pub(crate) id: String,
    pub(crate) channel: Channel,
    pub(crate) at: Timestamp,
    #[serde(default)]
    pub(crate) status: Status,
    /// Addresses (of emails all of them, copies too), a phone number, or a token.
    pub(crate) to: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) reply_to: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) configuration_set: Option<String>,
    /// Of emails, and the title of push notifications.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
    /// Of emails.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tags: BTreeMap<String, String>,
    /// Of texts and push notifications.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) context: BTreeMap<String, String>,
    /// Of emails: those that the sender set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) headers: Vec<Header>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) push: Option<Push>,
}

/// What a text says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Text {
    pub(crate) body: String,
    /// `GSM` or `Unicode`.
    pub(crate) encoding: String,
    /// How many texts a phone puts together to this one.
    pub(crate) parts: u32,
    /// `TRANSACTIONAL` or `PROMOTIONAL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message_type: Option<String>,
}

/// What a push notification says; its title is the record's subject.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Push {
    /// The Pinpoint application.
    pub(crate) application: String,
    /// `GCM`, `APNS`, ...
    pub(crate) service: String,
    pub(crate) body: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) image: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) data: BTreeMap<String, String>,
    /// The notification as it is, in place of all the above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) raw: Option<String>,
}

impl Record {
    /// A tag of an email, or the context of another message.
    pub(crate) fn label(&self, name: &str) -> Option<&str> {
        let label = self.tags.get(name).or_else(|| self.context.get(name));
        label.map(String::as_str)
    }

    /// A new one: of now, to be numbered when it is kept.
    pub(crate) fn new(channel: Channel, to: Vec<String>) -> Self {
        Self {
            seq: 0,
            id: String::new(),
            channel,
            at: now(),
            status: Status::Sent,
            to,
            from: None,
            reply_to: Vec::new(),
            configuration_set: None,
            subject: None,
            tags: BTreeMap::new(),
            context: BTreeMap::new(),
            headers: Vec::new(),
            text: None,
            push: None,
        }
    }
}

/// In milliseconds, as the services write times.
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// The content of emails: a template with variables, or the text itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Content {
    #[serde(default)]
    pub(crate) subject: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) html: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    /// Values for variables that a message has none for, as JSON; without it, nothing in the content is a
    /// variable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) defaults: Option<String>,
}

/// What an email says: content that many messages share, and values for its variables.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Letter<'a> {
    /// [`Content`] as JSON on one line.
    pub(crate) content: &'a str,
    /// A JSON object on one line.
    pub(crate) data: Option<&'a str>,
}

/// A message with all that belongs to it.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) record: Record,
    /// Of an email.
    pub(crate) content: Option<Content>,
    /// Of an email made from a template: values for its variables, a JSON object.
    pub(crate) data: Option<String>,
}
