//! The messages of one invocation: which can be read, in which order they are delivered, and when one
//! that failed comes back.

use std::collections::HashMap;

use interactions::{Letter, Visit};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

/// The pause after the first failure, in seconds; it doubles with each further one.
const FIRST_PAUSE: u32 = 5;
/// The longest pause, in seconds.
const LONGEST_PAUSE: u32 = 300;

/// What Lambda's SQS event source hands over.
#[derive(Debug, Deserialize)]
pub(crate) struct Messages {
    /// The messages.
    #[serde(rename = "Records")]
    pub(crate) records: Vec<Record>,
}

/// A message.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record {
    /// SQS's id of it.
    pub(crate) message_id: String,
    /// What changes its visibility.
    pub(crate) receipt_handle: String,
    /// A letter's JSON.
    pub(crate) body: String,
    #[serde(default)]
    attributes: Attributes,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Attributes {
    /// A number, as text.
    #[serde(rename = "ApproximateReceiveCount")]
    receive_count: Option<String>,
}

/// The answer: which messages are not done.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Failures {
    batch_item_failures: Vec<Failure>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

impl Failures {
    /// The messages `records` are not done.
    pub(crate) fn of(records: &[Record]) -> Self {
        let failure = |record: &Record| Failure {
            item_identifier: record.message_id.clone(),
        };
        Self {
            batch_item_failures: records.iter().map(failure).collect(),
        }
    }
}

impl Record {
    /// The letter, or why it is none.
    pub(crate) fn letter(&self) -> Result<Letter, String> {
        let letter: Letter = serde_json::from_str(&self.body)
            .map_err(|error| format!("the message is no letter of track: {error}"))?;
        match letter.version {
            1 => Ok(letter),
            other => Err(format!("version {other} of letters is not known here")),
        }
    }

    /// Seconds until it comes back after another failure: between half and all of what it could be,
    /// by its id, so that the messages of one outage do not come at once.
    pub(crate) fn pause(&self) -> i32 {
        let received = self.attributes.receive_count.as_deref();
        let received: u32 = received.and_then(|count| count.parse().ok()).unwrap_or(1);
        let doubled = received.saturating_sub(1).min(6);
        let most = (FIRST_PAUSE << doubled).min(LONGEST_PAUSE);
        let half = u64::from(most / 2);
        let jitter = xxh3_64(self.message_id.as_bytes()) % (half + 1);
        i32::try_from(u64::from(most) - jitter).unwrap_or(i32::MAX)
    }
}

/// A message with what it says.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) record: Record,
    pub(crate) letter: Letter,
}

/// The messages of each visit, in the order in which things happened. SQS keeps no order, so this
/// holds among the messages of one invocation.
pub(crate) fn by_visit(opened: Vec<Opened>) -> Vec<Vec<Opened>> {
    let mut visits: HashMap<Visit, Vec<Opened>> = HashMap::new();
    for one in opened {
        visits
            .entry(one.letter.visit.clone())
            .or_default()
            .push(one);
    }
    let mut visits: Vec<Vec<Opened>> = visits.into_values().collect();
    for visit in &mut visits {
        visit.sort_by_key(|one| {
            let first = one.letter.events.first();
            let sent_at = first.map_or(0, |event| event.sent_at);
            (sent_at, one.letter.event_log_key.clone())
        });
    }
    visits
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn record(body: &Value, received: u32) -> Record {
        let record = json!({
            "messageId": "m", "receiptHandle": "r", "body": body.to_string(),
            "attributes": {"ApproximateReceiveCount": received.to_string()},
        });
        serde_json::from_value(record).unwrap()
    }

    fn letter(session: &str, sent_at: i64) -> Value {
        json!({
            "version": 1, "reason": "busy", "eventLogKey": "events/x", "sessionId": session,
            "events": [{"eventId": "e", "eventType": "view", "itemId": "a", "sentAt": sent_at}],
        })
    }

    #[test]
    fn a_message_that_is_no_letter_says_why() {
        assert!(record(&letter("s", 1), 1).letter().is_ok());
        let mut newer = letter("s", 1);
        newer["version"] = json!(2);
        assert!(
            record(&newer, 1)
                .letter()
                .unwrap_err()
                .contains("version 2")
        );
        assert!(record(&json!({"a": 1}), 1).letter().is_err());
    }

    #[test]
    fn pauses_double_up_to_five_minutes() {
        for (received, most) in [
            (1, 5),
            (2, 10),
            (3, 20),
            (6, 160),
            (7, 300),
            (4_000_000, 300),
        ] {
            let pause = record(&json!({}), received).pause();
            assert!((most / 2..=most).contains(&pause), "{received}: {pause}");
        }
    }

    #[test]
    fn a_visit_s_messages_are_in_the_order_of_what_happened() {
        let opened = [("s", 9), ("other", 5), ("s", 3)].map(|(session, sent_at)| {
            let record = record(&letter(session, sent_at), 1);
            let letter = record.letter().unwrap();
            Opened { record, letter }
        });
        let mut visits = by_visit(opened.into());
        visits.sort_by_key(Vec::len);
        let times = |visit: &[Opened]| {
            visit
                .iter()
                .map(|one| one.letter.events[0].sent_at)
                .collect()
        };
        let times: Vec<Vec<i64>> = visits.iter().map(|visit| times(visit)).collect();
        assert_eq!(times, [vec![5], vec![3, 9]]);
    }
}
