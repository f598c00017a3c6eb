//! What waits in the dead-letter queue: messages that can be sent again without looking anywhere
//! else, grouped as SQS takes them.

use serde::Serialize;

use crate::{deliver::Undelivered, interaction::Interaction, request::Visit};

/// SQS takes 10 messages a call, and 256 KiB in all in every region.
const MAX_MESSAGES: usize = 10;
const MAX_BYTES: usize = 256 * 1024;

/// A message's body. The tracking id is not in it: whoever sends it again takes the one of that day.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    version: u32,
    reason: &'a str,
    /// The object of the event log that holds them too.
    event_log_key: &'a str,
    #[serde(flatten)]
    visit: &'a Visit,
    events: &'a [Interaction],
}

/// A message and how many interactions it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// JSON.
    pub(crate) body: String,
    /// Interactions in it.
    pub(crate) events: usize,
}

/// One message a batch.
pub(crate) fn messages(visit: &Visit, log_key: &str, batches: &[Undelivered<'_>]) -> Vec<Message> {
    let message = |batch: &Undelivered<'_>| {
        let body = Body {
            version: 1,
            reason: &batch.reason,
            event_log_key: log_key,
            visit,
            events: batch.events,
        };
        Some(Message {
            body: serde_json::to_string(&body).ok()?,
            events: batch.events.len(),
        })
    };
    batches.iter().filter_map(message).collect()
}

/// `messages` in groups that one SendMessageBatch takes.
pub(crate) fn groups(messages: Vec<Message>) -> Vec<Vec<Message>> {
    let mut groups: Vec<Vec<Message>> = Vec::new();
    let mut bytes = 0;
    for message in messages {
        let size = message.body.len();
        match groups.last_mut() {
            Some(group) if group.len() < MAX_MESSAGES && bytes + size <= MAX_BYTES => {
                group.push(message);
                bytes += size;
            }
            _ => {
                groups.push(vec![message]);
                bytes = size;
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_message_can_be_replayed_by_itself() {
        let visit = Visit {
            session_id: "s".into(),
            user_id: None,
        };
        let input = json!({"eventId": "e", "eventType": "view", "itemId": "a", "sentAt": 5});
        let event = Interaction::new(serde_json::from_value(input.clone()).unwrap(), 9).unwrap();
        let batch = Undelivered {
            events: &[event],
            reason: "busy".into(),
        };
        let [message] = &messages(&visit, "events/x.jsonl", &[batch])[..] else {
            panic!("one batch is one message")
        };
        let body: Value = serde_json::from_str(&message.body).unwrap();
        assert_eq!(body["sessionId"], "s");
        assert_eq!(body["events"], json!([input]));
        assert_eq!(body["eventLogKey"], "events/x.jsonl");
    }

    #[test]
    fn groups_respect_both_limits() {
        let messages = |n: usize, bytes: usize| {
            let body = "x".repeat(bytes);
            vec![Message { body, events: 1 }; n]
        };
        let sizes = |messages| groups(messages).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes(messages(11, 10)), [10, 1]);
        assert_eq!(sizes(messages(5, 100 * 1024)), [2, 2, 1]);
        assert_eq!(sizes(Vec::new()), [0; 0]);
    }
}
