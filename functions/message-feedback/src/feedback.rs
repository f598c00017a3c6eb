//! What a message of SNS says.

use jiff::Timestamp;
use messages::{Channel, SuppressionReason};
use serde_json::Value;

use crate::{email, text};

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Feedback {
    /// Addresses get nothing any more.
    Suppress(Suppress),
    /// A number that opted out wants messages again.
    OptIn {
        /// The number.
        phone: String,
        /// When it said so.
        at: Timestamp,
    },
    /// Nothing.
    Nothing,
}

/// Addresses that get nothing any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suppress {
    /// Of which channel they are.
    pub(crate) channel: Channel,
    /// At least one.
    pub(crate) addresses: Vec<String>,
    /// Why.
    pub(crate) reason: SuppressionReason,
    /// What said so, for the table.
    pub(crate) source: &'static str,
    /// When.
    pub(crate) at: Timestamp,
    /// The key of the person, when it is one and known.
    pub(crate) person: Option<String>,
}

/// The message is none that this function knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// What `message`, sent by SNS at `sent`, says.
pub(crate) fn feedback(message: &str, sent: Timestamp) -> Result<Feedback, Unreadable> {
    // SES greets a new topic in words.
    if message.starts_with("Successfully validated SNS topic") {
        return Ok(Feedback::Nothing);
    }
    let value: Value = serde_json::from_str(message).map_err(|_| Unreadable)?;
    if value.get("mail").is_some() {
        email::feedback(value)
    } else if value.get("originationNumber").is_some() {
        text::inbound(value, sent)
    } else if value.get("eventType").is_some() {
        text::event(value)
    } else {
        Err(Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_knows_is_unreadable_and_a_greeting_is_nothing() {
        let of = |message| feedback(message, Timestamp::UNIX_EPOCH);
        for message in [
            "",
            "hello",
            "[]",
            "{}",
            r#"{"mail":7}"#,
            r#"{"originationNumber":7}"#,
        ] {
            assert_eq!(of(message), Err(Unreadable), "{message}");
        }
        let greeting = "Successfully validated SNS topic for Amazon SES event publishing.";
        assert_eq!(of(greeting), Ok(Feedback::Nothing));
    }
}
