//! What is decided about a person and a message.

use serde::{Deserialize, Serialize};
use shared::config::messages::Channel;

/// Whether a person gets a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Now, by this channel.
    Send(Channel),
    /// Not before this moment, in epoch seconds; what is true then is to be judged then.
    Later(i64),
    /// Not this one.
    Never(Reason),
}

/// Why a person does not get a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Nobody knows how to reach them.
    NoContact,
    /// They are among those who get nothing, so that what the campaign brings can be counted.
    HeldOut,
    /// This run sent it to them.
    AlreadySent,
    /// The configuration has no sender for a channel of the campaign.
    NoSender,
    /// They have no address of a channel of the campaign.
    NoAddress,
    /// They did not agree.
    NoConsent,
    /// Their address bounced, or they complained or opted out.
    Suppressed,
    /// They got as many messages as the caps allow, until after it would be stale.
    Capped,
    /// It is stale, or would be before their quiet hours end.
    Expired,
}

impl Reason {
    /// The name, as reports write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoContact => "no-contact",
            Self::HeldOut => "held-out",
            Self::AlreadySent => "already-sent",
            Self::NoSender => "no-sender",
            Self::NoAddress => "no-address",
            Self::NoConsent => "no-consent",
            Self::Suppressed => "suppressed",
            Self::Capped => "capped",
            Self::Expired => "expired",
        }
    }
}
