//! SMS Voice's events: <https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html>.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::outbox::{Record, now};

/// A text that was handed on, and one that the carrier took.
pub(super) fn sent(record: &Record) -> Vec<Value> {
    vec![
        event(
            record,
            "TEXT_SENT",
            "SENT",
            "Message has been sent to the carrier",
            false,
        ),
        event(
            record,
            "TEXT_SUCCESSFUL",
            "SUCCESSFUL",
            "Message has been accepted by phone carrier",
            true,
        ),
    ]
}

fn event(record: &Record, kind: &str, status: &str, description: &str, last: bool) -> Value {
    let text = record.text.as_ref();
    json!({
        "eventType": kind,
        "eventVersion": "1.0",
        "eventTimestamp": now().as_millisecond(),
        "isFinal": last,
        "originationPhoneNumber": record.from,
        "destinationPhoneNumber": record.to.first(),
        "messageId": record.id,
        "messageRequestTimestamp": record.at.as_millisecond(),
        "messageEncoding": text.map(|text| text.encoding.as_str()),
        "messageType": text.and_then(|text| text.message_type.as_deref()),
        "messageStatus": status,
        "messageStatusDescription": description,
        "context": record.context,
        "totalMessageParts": text.map(|text| text.parts),
    })
}

/// What somebody answered, as two-way messaging publishes it.
pub(super) fn inbound(from: &str, to: &str, body: &str, answered: Option<&str>) -> Value {
    json!({
        "originationNumber": from,
        "destinationNumber": to,
        "messageKeyword": format!("KEYWORD_{}", &Uuid::new_v4().simple().to_string()[..12]),
        "messageBody": body,
        "previousPublishedMessageId": answered,
        "inboundMessageId": Uuid::new_v4().to_string(),
    })
}
