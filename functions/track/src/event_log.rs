//! The event log: one S3 object a call, one JSON line an interaction, by day of receipt (UTC).
//! It is the record of what was accepted, whatever becomes of it afterwards.

use aws_sdk_s3::{Client, primitives::ByteStream};
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use shared::aws::failure;
use uuid::Uuid;

use crate::{
    error::TrackError,
    interaction::Interaction,
    request::{Call, Visit},
};

/// The log's part of the data bucket.
#[derive(Debug)]
pub(crate) struct EventLog {
    client: Client,
    bucket: String,
}

/// One line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    #[serde(flatten)]
    visit: &'a Visit,
    #[serde(flatten)]
    interaction: &'a Interaction,
    received_at: i64,
}

impl EventLog {
    /// In `bucket`, under `events/`.
    pub(crate) fn new(client: Client, bucket: String) -> Self {
        Self { client, bucket }
    }

    /// Writes what `call` has accepted, encrypted by the bucket's own key, and gives the object's key.
    pub(crate) async fn write(
        &self,
        call: &Call,
        received: Timestamp,
    ) -> Result<String, TrackError> {
        let key = key(received, Uuid::now_v7());
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(&key)
            .content_type("application/x-ndjson")
            .body(ByteStream::from(lines(call, received)));
        match put.send().await {
            Ok(_) => Ok(key),
            Err(error) => Err(TrackError::EventLog {
                bucket: self.bucket.clone(),
                key,
                source: failure("s3:PutObject")(error),
            }),
        }
    }
}

fn key(received: Timestamp, id: Uuid) -> String {
    let day = received.to_zoned(TimeZone::UTC).date();
    format!("events/day={day}/{id}.jsonl")
}

fn lines(call: &Call, received: Timestamp) -> Vec<u8> {
    let mut lines = Vec::new();
    for interaction in &call.accepted {
        let line = Line {
            visit: &call.visit,
            interaction,
            received_at: received.as_second(),
        };
        // Strings and finite numbers: there is nothing JSON could not hold.
        if let Ok(json) = serde_json::to_vec(&line) {
            lines.extend(json);
            lines.push(b'\n');
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use shared::caller::Caller;

    use super::*;

    #[test]
    fn a_line_holds_everything_that_is_needed_to_send_it_again() {
        let input = json!({"sessionId": "s", "userId": "u", "interactions": [
            {"eventId": "e1", "eventType": "purchase", "itemId": "a", "sentAt": 5, "eventValue": 2.5},
            {"eventId": "e2", "eventType": "view", "itemId": "b", "impression": ["b", "c"]},
        ]});
        let received = Timestamp::from_second(1_800_000_000).unwrap();
        let input = serde_json::from_value(input).unwrap();
        let call = Call::new(input, &Caller::Backend, received.as_second()).unwrap();
        let text = String::from_utf8(lines(&call, received)).unwrap();
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(
            lines[0],
            json!({
                "sessionId": "s", "userId": "u", "eventId": "e1", "eventType": "purchase", "itemId": "a",
                "sentAt": 5, "eventValue": 2.5, "receivedAt": 1_800_000_000,
            })
        );
        assert_eq!(lines[1]["impression"], json!(["b", "c"]));
    }

    #[test]
    fn days_are_of_utc_and_sort() {
        let received = Timestamp::from_second(1_767_225_599).unwrap();
        let key = key(received, Uuid::nil());
        assert_eq!(
            key,
            "events/day=2025-12-31/00000000-0000-0000-0000-000000000000.jsonl"
        );
    }
}
