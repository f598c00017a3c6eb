//! What waits in the dead-letter queue, grouped as SQS takes it.

use interactions::{Interaction, Letter, MAX_MESSAGE_BYTES, Undelivered, Visit};

/// SQS takes 10 messages a call, and [`MAX_MESSAGE_BYTES`] in all.
const MAX_MESSAGES: usize = 10;

/// A message and how many interactions it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// JSON.
    pub(crate) body: String,
    /// Interactions in it.
    pub(crate) events: usize,
}

/// One message a batch.
pub(crate) fn messages(
    visit: &Visit,
    event_log_key: &str,
    remember: bool,
    batches: Vec<Undelivered>,
) -> Vec<Message> {
    let message = |batch: Undelivered| {
        let letter = Letter {
            version: 1,
            reason: batch.reason,
            event_log_key: event_log_key.to_owned(),
            remember,
            visit: visit.clone(),
            events: batch.events,
        };
        Some(Message {
            body: serde_json::to_string(&letter).ok()?,
            events: letter.events.len(),
        })
    };
    batches.into_iter().filter_map(message).collect()
}

/// All of `interactions` that are for Personalize, to be looked at later for `reason`.
pub(crate) fn all(interactions: &[Interaction], reason: &str) -> Vec<Undelivered> {
    let learnable = interactions.iter().filter(|one| one.is_for_personalize());
    let learnable: Vec<Interaction> = learnable.cloned().collect();
    let batches = learnable.chunks(interactions::BATCH);
    let undelivered = |events: &[Interaction]| Undelivered {
        events: events.to_vec(),
        reason: reason.to_owned(),
    };
    batches.map(undelivered).collect()
}

/// `messages` in groups that one SendMessageBatch takes.
pub(crate) fn groups(messages: Vec<Message>) -> Vec<Vec<Message>> {
    let mut groups: Vec<Vec<Message>> = Vec::new();
    let mut bytes = 0;
    for message in messages {
        let size = message.body.len();
        match groups.last_mut() {
            Some(group) if group.len() < MAX_MESSAGES && bytes + size <= MAX_MESSAGE_BYTES => {
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
    use super::*;

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
