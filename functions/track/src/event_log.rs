//! The lines of the event log that a call is kept as.

use interactions::{CONSENT_UNKNOWN, Line, Logged};
use jiff::Timestamp;

use crate::{memory::Consent, request::Call};

/// What `call` has accepted.
pub(crate) fn lines(call: &Call, consent: Consent, received: Timestamp) -> Vec<Line> {
    let unknown = (consent == Consent::Unknown).then(|| CONSENT_UNKNOWN.to_owned());
    let logged = call.accepted.iter().map(|interaction| {
        Line::Logged(Logged {
            visit: call.visit.clone(),
            interaction: interaction.clone(),
            received_at: received.as_second(),
            consent: unknown.clone(),
        })
    });
    logged.collect()
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
        let lines = lines(&call, consent, received);
        let line = |line: &Line| serde_json::to_value(line).unwrap();
        lines.iter().map(line).collect()
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
