//! Messages: campaigns that send recommendations by email, text and push, and what holds for all of them.

mod audience;
mod campaign;
mod channel;
mod limits;

use serde::Deserialize;

pub use audience::{AfterEvent, Audience, QueryAudience, SegmentAudience};
pub use campaign::{Fill, MessageCampaign};
pub use channel::{Channel, EmailSender, PushSender, Senders, SmsSender};
pub use limits::{MessageCap, QuietHours};

/// What is sent, to whom, and when never.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Messages {
    /// Who the messages are from, by channel. A channel without a sender sends nothing.
    #[serde(default)]
    pub senders: Senders,
    /// The language of people whose own is not known, or has no template.
    #[serde(default = "english")]
    pub default_language: String,
    /// The time zone (IANA name) of people whose own is not known.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// When nobody gets a message, by the clock of the person.
    #[serde(default)]
    pub quiet_hours: QuietHours,
    /// How many messages a person gets at most, of all campaigns and channels together.
    #[serde(default)]
    pub cap: MessageCap,
    /// The shop's address that links of products are relative to, and that its own pages are under.
    pub shop_url: String,
    /// The sender's postal address: the law of many countries wants it in every commercial email.
    #[serde(default)]
    pub postal_address: String,
    /// Whether phone numbers are looked up when a contact is saved (Pinpoint PhoneNumberValidate; billed by
    /// number).
    #[serde(default)]
    pub validate_phone_numbers: bool,
    /// What is sent.
    #[serde(default)]
    pub campaigns: Vec<MessageCampaign>,
}

impl Messages {
    /// The campaign of that name.
    #[must_use]
    pub fn campaign(&self, name: &str) -> Option<&MessageCampaign> {
        self.campaigns.iter().find(|campaign| campaign.name == name)
    }

    /// When `campaign` sends nothing.
    #[must_use]
    pub fn quiet_hours_of<'a>(&'a self, campaign: &'a MessageCampaign) -> &'a QuietHours {
        campaign.quiet_hours.as_ref().unwrap_or(&self.quiet_hours)
    }
}

fn english() -> String {
    "en".to_owned()
}

fn utc() -> String {
    "UTC".to_owned()
}
