//! What SES and End User Messaging say they did, as Firehose brings it to S3: JSON objects one after the
//! other, with or without line breaks between them.
//!
//! Of a message that is in an event, of whatever type, the service had taken it.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Deserialize;
use shared::config::messages::Channel;

/// The tag, or the member of the context, that says which run sent a message.
pub const RUN: &str = "run";
/// The one that says to whom, by [`key::person`](crate::key::person).
pub const PERSON: &str = "person";

/// An event of a message that a run sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The way the message took.
    pub channel: Channel,
    /// The run that sent it.
    pub run: String,
    /// The key of the person.
    pub person: String,
    /// The service's id of it.
    pub message_id: String,
    /// The service's word for what happened: `Send`, `Bounce`, `TEXT_DELIVERED`.
    pub event: String,
    /// When the service took the message, in epoch seconds.
    pub at: i64,
    /// When it happened, as far as the event says; not before `at`.
    pub happened_at: i64,
}

impl Evidence {
    /// Whether the service took the message and could not make it.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        matches!(self.event.as_str(), "Rendering Failure" | "Reject")
    }
}

/// The evidence in an object. What is of no run of ours is left out.
#[derive(Debug, Default)]
pub struct Found {
    /// In the order of the object.
    pub evidence: Vec<Evidence>,
    /// Whether the object has something after which nothing can be read.
    pub is_broken: bool,
}

/// Reads an object.
#[must_use]
pub fn read(bytes: &[u8]) -> Found {
    let mut found = Found::default();
    for event in serde_json::Deserializer::from_slice(bytes).into_iter::<Event>() {
        match event {
            Ok(event) => found.evidence.extend(event.evidence()),
            Err(error) if error.is_data() => {
                // Of another shape. Where it ends is not known to the iterator.
                return read_by_values(bytes);
            }
            Err(_) => found.is_broken = true,
        }
    }
    found
}

/// The slow way, for objects with events of other shapes.
fn read_by_values(bytes: &[u8]) -> Found {
    let mut found = Found::default();
    for value in serde_json::Deserializer::from_slice(bytes).into_iter::<serde_json::Value>() {
        let Ok(value) = value else {
            found.is_broken = true;
            break;
        };
        if let Ok(event) = serde_json::from_value::<Event>(value) {
            found.evidence.extend(event.evidence());
        }
    }
    found
}

/// An event of either service: SES's has `mail`, the other one `context`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(alias = "notificationType")]
    event_type: Option<String>,
    mail: Option<Mail>,
    context: Option<HashMap<String, String>>,
    message_id: Option<String>,
    /// Milliseconds.
    message_request_timestamp: Option<i64>,
    /// Milliseconds.
    event_timestamp: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mail {
    timestamp: Option<Timestamp>,
    message_id: Option<String>,
    #[serde(default)]
    tags: HashMap<String, Vec<String>>,
}

impl Event {
    fn evidence(self) -> Option<Evidence> {
        let event = self.event_type?;
        if let Some(mut mail) = self.mail {
            let mut tag = |name| mail.tags.remove(name)?.into_iter().next();
            let at = mail.timestamp?.as_second();
            return Some(Evidence {
                channel: Channel::Email,
                run: tag(RUN)?,
                person: tag(PERSON)?,
                message_id: mail.message_id?,
                event,
                at,
                happened_at: at,
            });
        }
        let mut context = self.context?;
        let at = self.message_request_timestamp.or(self.event_timestamp)?;
        Some(Evidence {
            channel: Channel::Sms,
            run: context.remove(RUN)?,
            person: context.remove(PERSON)?,
            message_id: self.message_id?,
            event,
            at: at.div_euclid(1_000),
            happened_at: self.event_timestamp.unwrap_or(at).max(at).div_euclid(1_000),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn email(event: &str, person: &str) -> String {
        json!({
            "eventType": event,
            "mail": {
                "timestamp": "2026-11-30T12:00:00.123Z", "messageId": "m1", "destination": ["a@shop.example"],
                "tags": {"run": ["r1"], "person": [person], "ses:configuration-set": ["shop-messages"]},
            },
            "send": {},
        })
        .to_string()
    }

    #[test]
    fn objects_stand_one_after_the_other() {
        let text = json!({
            "eventType": "TEXT_QUEUED", "eventVersion": "1.0", "eventTimestamp": 1_796_040_001_000_i64,
            "messageRequestTimestamp": 1_796_040_000_500_i64, "destinationPhoneNumber": "+4930123456",
            "messageId": "s1", "context": {"run": "r1", "person": "p2"},
        });
        let bytes = format!("{}{text}\n{}", email("Send", "p1"), email("Reject", "p3"));
        let found = read(bytes.as_bytes());
        assert!(!found.is_broken);
        let people: Vec<_> = found
            .evidence
            .iter()
            .map(|one| one.person.as_str())
            .collect();
        assert_eq!(people, ["p1", "p2", "p3"]);
        assert_eq!(found.evidence[0].at, 1_796_040_000);
        assert_eq!(found.evidence[1].at, 1_796_040_000);
        assert_eq!(found.evidence[1].happened_at, 1_796_040_001);
        assert_eq!(found.evidence[1].channel, Channel::Sms);
        assert!(found.evidence[2].is_failure());
    }

    #[test]
    fn what_is_not_ours_is_left_out_and_hides_nothing() {
        let strange = r#"{"eventType":7}[1,2]{"eventType":"TEXT_SENT","messageId":"x"}"#;
        let bytes = format!("{}{strange}{}", email("Send", "p1"), email("Send", "p2"));
        let found = read(bytes.as_bytes());
        assert_eq!(found.evidence.len(), 2);
        assert!(!found.is_broken);
    }

    #[test]
    fn what_breaks_off_is_said_to() {
        let bytes = format!("{}{{\"eventType\":", email("Send", "p1"));
        let found = read(bytes.as_bytes());
        assert!(found.is_broken);
        assert_eq!(found.evidence.len(), 1);
    }
}
