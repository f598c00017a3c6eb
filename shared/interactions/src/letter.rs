//! A message of the dead-letter queue: it can be delivered without looking anywhere else.

use serde::{Deserialize, Serialize};

use crate::interaction::{Interaction, Visit};

/// SQS takes 256 KiB a message, and a call, in every region. Ten events have 100 KB at most.
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024;

/// A message's body. The tracking id is not in it: whoever delivers it takes the one of that day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Letter {
    /// Of this form: 1.
    pub version: u32,
    /// Why it waits.
    pub reason: String,
    /// The object of the event log that holds the events too.
    pub event_log_key: String,
    /// Whether the visitor's memory could not be written either: their lists are stale, and what
    /// they bought is to be remembered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub remember: bool,
    /// Whose they are.
    #[serde(flatten)]
    pub visit: Visit,
    /// At most ten, in order.
    pub events: Vec<Interaction>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::interaction::tests::view;

    #[test]
    fn a_letter_can_be_delivered_by_itself() {
        let letter = Letter {
            version: 1,
            reason: "busy".to_owned(),
            event_log_key: "events/x.jsonl".to_owned(),
            remember: false,
            visit: Visit {
                session_id: "s".to_owned(),
                user_id: None,
            },
            events: vec![view("e", "a")],
        };
        let json: Value = serde_json::to_value(&letter).unwrap();
        assert_eq!(
            json,
            json!({
                "version": 1, "reason": "busy", "eventLogKey": "events/x.jsonl", "sessionId": "s",
                "events": [{"eventId": "e", "eventType": "view", "itemId": "a", "sentAt": 1}],
            })
        );
        assert_eq!(serde_json::from_value::<Letter>(json).unwrap(), letter);
    }
}
