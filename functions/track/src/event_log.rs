//! Writing the event log: one S3 object a call, one JSON line an interaction, by day of receipt (UTC).
//! It is the record of what was accepted, whatever becomes of it afterwards.

use interactions::{CONSENT_UNKNOWN, Identified, Line, Logged};
use jiff::Timestamp;
use shared::direct::Bucket;
use uuid::Uuid;

use crate::{error::TrackError, memory::Consent, request::Call};

/// The log, under `events/` of the data bucket.
#[derive(Debug)]
pub(crate) struct EventLog(pub(crate) Bucket);

impl EventLog {
    /// Writes what `call` has accepted, and gives the object's key.
    pub(crate) async fn write(
        &self,
        call: &Call,
        consent: Consent,
        received: Timestamp,
    ) -> Result<String, TrackError> {
        self.put(lines(call, consent, received), received).await
    }

    /// Writes that a session is a user.
    pub(crate) async fn identified(
        &self,
        session: String,
        user: String,
        received: Timestamp,
    ) -> Result<(), TrackError> {
        let line = Identified::new(session, user, received.as_second());
        let mut lines = Vec::new();
        push(&mut lines, &Line::Identified(line));
        self.put(lines, received).await.map(|_| ())
    }

    /// Encrypted by the bucket's own key.
    async fn put(&self, lines: Vec<u8>, received: Timestamp) -> Result<String, TrackError> {
        let key = interactions::new_key(received, Uuid::now_v7());
        match self.0.put(&key, "application/x-ndjson", lines).await {
            Ok(()) => Ok(key),
            Err(source) => Err(TrackError::EventLog {
                bucket: self.0.name().to_owned(),
                key,
                source,
            }),
        }
    }
}

fn lines(call: &Call, consent: Consent, received: Timestamp) -> Vec<u8> {
    let unknown = (consent == Consent::Unknown).then(|| CONSENT_UNKNOWN.to_owned());
    let mut lines = Vec::new();
    for interaction in &call.accepted {
        let line = Line::Logged(Logged {
            visit: call.visit.clone(),
            interaction: interaction.clone(),
            received_at: received.as_second(),
            consent: unknown.clone(),
        });
        push(&mut lines, &line);
    }
    lines
}

fn push(lines: &mut Vec<u8>, line: &Line) {
    // Strings and finite numbers: there is nothing JSON could not hold.
    if let Ok(json) = serde_json::to_vec(line) {
        lines.extend(json);
        lines.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use interactions::Visit;
    use serde_json::{Value, json};

    use super::*;

    fn logged(consent: Consent) -> Vec<Value> {
        let inputs = json!([
            {"eventId": "e1", "eventType": "purchase", "itemId": "a", "sentAt": 5, "eventValue": 2.5},
            {"eventId": "e2", "eventType": "view", "itemId": "b", "impression": ["b", "c"]},
        ]);
        let received = Timestamp::from_second(1_800_000_000).unwrap();
        let visit = Visit {
            session_id: "s".to_owned(),
            user_id: Some("u".to_owned()),
        };
        let inputs = serde_json::from_value(inputs).unwrap();
        let call = Call::new(visit, inputs, None, received.as_second());
        let text = String::from_utf8(lines(&call, consent, received)).unwrap();
        let line = |line: &str| serde_json::from_str(line).unwrap();
        text.lines().map(line).collect()
    }

    #[test]
    fn a_line_holds_everything_that_is_needed_to_send_it_again() {
        let lines = logged(Consent::Agreed);
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
    fn a_line_says_when_nobody_could_be_asked() {
        assert_eq!(logged(Consent::Unknown)[0]["consent"], "unknown");
    }
}
