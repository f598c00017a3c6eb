//! Events of AWS End User Messaging, and texts that people send to us.

use std::collections::HashMap;

use jiff::Timestamp;
use messages::{Channel, SuppressionReason, evidence};
use serde::Deserialize;
use serde_json::Value;

use crate::feedback::{Feedback, Suppress, Unreadable};

/// Words that end messages when they are all that a text says.
const STOP: [&str; 8] = [
    "STOP",
    "STOPALL",
    "UNSUBSCRIBE",
    "CANCEL",
    "END",
    "QUIT",
    "STOPP",
    "ABMELDEN",
];
/// Those that nobody begins a text about something else with: they end messages there, too.
const STOP_FIRST: [&str; 5] = ["STOP", "STOPALL", "UNSUBSCRIBE", "STOPP", "ABMELDEN"];
/// Words that bring messages back when they are all that a text says.
const START: [&str; 2] = ["START", "UNSTOP"];

/// What says that somebody's telephone takes no texts from us: the only opt-out whose person is known.
pub(crate) const BLOCKED: &str = "sms-blocked";

/// The longest text that is looked at: ten parts, joined.
const MAX_TEXT: usize = 8_192;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    event_type: String,
    destination_phone_number: Option<String>,
    /// Milliseconds.
    event_timestamp: i64,
    #[serde(default)]
    context: HashMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inbound {
    origination_number: String,
    message_body: String,
}

/// What an event of a text that we sent says.
pub(crate) fn event(event: Value) -> Result<Feedback, Unreadable> {
    let mut event: Event = serde_json::from_value(event).map_err(|_| Unreadable)?;
    let (reason, source) = match event.event_type.as_str() {
        "TEXT_INVALID" => (SuppressionReason::Bounce, "sms-invalid"),
        "TEXT_BLOCKED" => (SuppressionReason::OptOut, BLOCKED),
        _ => return Ok(Feedback::Nothing),
    };
    Ok(Feedback::Suppress(Suppress {
        channel: Channel::Sms,
        addresses: vec![event.destination_phone_number.ok_or(Unreadable)?],
        reason,
        source,
        at: Timestamp::from_millisecond(event.event_timestamp).map_err(|_| Unreadable)?,
        person: event.context.remove(evidence::PERSON),
    }))
}

/// What a text that came at `sent` says.
pub(crate) fn inbound(message: Value, sent: Timestamp) -> Result<Feedback, Unreadable> {
    let inbound: Inbound = serde_json::from_value(message).map_err(|_| Unreadable)?;
    let phone = inbound.origination_number;
    let words = words(&inbound.message_body);
    let is_only = |known: &[&str]| words.len() == 1 && known.contains(&words[0].as_str());
    let begins = words
        .first()
        .is_some_and(|first| STOP_FIRST.contains(&first.as_str()));
    Ok(if is_only(&STOP) || begins {
        Feedback::Suppress(Suppress {
            channel: Channel::Sms,
            addresses: vec![phone],
            reason: SuppressionReason::OptOut,
            source: "sms-stop",
            at: sent,
            person: None,
        })
    } else if is_only(&START) {
        Feedback::OptIn { phone, at: sent }
    } else {
        Feedback::Nothing
    })
}

/// The words of a text, in capitals.
fn words(text: &str) -> Vec<String> {
    let text: String = text.chars().take(MAX_TEXT).collect();
    let words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.map(str::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn says(body: &str) -> &'static str {
        let message = json!({
            "originationNumber": "+4930123456", "destinationNumber": "+49301", "messageKeyword": "KEYWORD_1",
            "messageBody": body, "inboundMessageId": "i", "previousPublishedMessageId": "p",
        });
        match inbound(message, Timestamp::UNIX_EPOCH) {
            Ok(Feedback::Suppress(suppress)) => {
                assert_eq!(suppress.reason, SuppressionReason::OptOut);
                assert_eq!(suppress.addresses, ["+4930123456"]);
                "stop"
            }
            Ok(Feedback::OptIn { .. }) => "start",
            Ok(Feedback::Nothing) => "nothing",
            Err(Unreadable) => "unreadable",
        }
    }

    #[test]
    fn a_word_is_enough_however_it_is_written() {
        for body in [
            "STOP",
            "stop",
            " Stop. ",
            "Stop all",
            "STOPALL",
            "Stopp!",
            "abmelden",
            "quit",
            "End",
            "cancel",
            "unsubscribe",
            "STOP texting me",
        ] {
            assert_eq!(says(body), "stop", "{body}");
        }
        for body in ["START", "unstop", "Start!"] {
            assert_eq!(says(body), "start", "{body}");
        }
        for body in [
            "",
            "?!",
            "thanks",
            "Cancel my order please",
            "When does it end?",
            "start again",
        ] {
            assert_eq!(says(body), "nothing", "{body}");
        }
    }

    #[test]
    fn numbers_that_do_not_exist_bounce_and_the_rest_is_nothing() {
        let of = |kind: &str| {
            event(json!({
                "eventType": kind, "eventVersion": "1.0", "eventTimestamp": 1_796_040_001_000_i64,
                "isFinal": true, "destinationPhoneNumber": "+4930123456", "messageId": "m",
                "context": {"run": "r", "person": "p1"},
            }))
        };
        let Ok(Feedback::Suppress(suppress)) = of("TEXT_INVALID") else {
            panic!("it suppresses");
        };
        assert_eq!(suppress.reason, SuppressionReason::Bounce);
        assert_eq!(suppress.person.as_deref(), Some("p1"));
        for kind in [
            "TEXT_DELIVERED",
            "TEXT_UNREACHABLE",
            "TEXT_SPAM",
            "VOICE_COMPLETED",
        ] {
            assert_eq!(of(kind), Ok(Feedback::Nothing), "{kind}");
        }
        assert_eq!(event(json!({"eventType": "TEXT_INVALID"})), Err(Unreadable));
    }
}
