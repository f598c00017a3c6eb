//! Events and notifications of Amazon SES.

use std::collections::HashMap;

use jiff::Timestamp;
use messages::{Channel, SuppressionReason, evidence};
use serde::Deserialize;
use serde_json::Value;

use crate::feedback::{Feedback, Suppress, Unreadable};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(alias = "notificationType")]
    event_type: String,
    mail: Mail,
    bounce: Option<Bounce>,
    complaint: Option<Complaint>,
}

#[derive(Deserialize)]
struct Mail {
    #[serde(default)]
    tags: HashMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    bounce_type: String,
    bounced_recipients: Vec<Recipient>,
    timestamp: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Complaint {
    complained_recipients: Vec<Recipient>,
    timestamp: Timestamp,
    complaint_feedback_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    email_address: String,
}

/// What an event says.
pub(crate) fn feedback(event: Value) -> Result<Feedback, Unreadable> {
    let event: Event = serde_json::from_value(event).map_err(|_| Unreadable)?;
    let (recipients, reason, source, at) = match event.event_type.as_str() {
        "Bounce" => {
            let bounce = event.bounce.ok_or(Unreadable)?;
            // A full mailbox may be emptied.
            if bounce.bounce_type != "Permanent" {
                return Ok(Feedback::Nothing);
            }
            let reason = SuppressionReason::Bounce;
            (
                bounce.bounced_recipients,
                reason,
                "ses-bounce",
                bounce.timestamp,
            )
        }
        "Complaint" => {
            let complaint = event.complaint.ok_or(Unreadable)?;
            // Somebody took the letter out of the folder for spam.
            if complaint.complaint_feedback_type.as_deref() == Some("not-spam") {
                return Ok(Feedback::Nothing);
            }
            let reason = SuppressionReason::Complaint;
            (
                complaint.complained_recipients,
                reason,
                "ses-complaint",
                complaint.timestamp,
            )
        }
        _ => return Ok(Feedback::Nothing),
    };
    let addresses: Vec<String> = recipients.into_iter().map(bare).collect();
    if addresses.is_empty() {
        return Err(Unreadable);
    }
    let mut tags = event.mail.tags;
    let person = tags
        .remove(evidence::PERSON)
        .and_then(|keys| keys.into_iter().next());
    Ok(Feedback::Suppress(Suppress {
        channel: Channel::Email,
        // A tag is of the message: of several recipients it does not tell which.
        person: person.filter(|_| addresses.len() == 1),
        addresses,
        reason,
        source,
        at,
    }))
}

/// The address alone: bounces of some servers have `Name <address>`.
fn bare(recipient: Recipient) -> String {
    let address = recipient.email_address;
    let inside = address
        .rsplit_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or(address.clone(), |(inside, _)| inside.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mail() -> Value {
        json!({"timestamp": "2026-11-30T12:00:00.000Z", "messageId": "m", "tags": {"run": ["r"], "person": ["p1"]}})
    }

    fn bounce(of: &str, to: &[&str]) -> Value {
        let to: Vec<Value> = to
            .iter()
            .map(|to| json!({"emailAddress": to, "status": "5.1.1"}))
            .collect();
        json!({"bounceType": of, "bounceSubType": "General", "bouncedRecipients": to,
               "timestamp": "2026-11-30T12:00:01.000Z", "feedbackId": "f"})
    }

    fn suppressed(event: Value) -> Suppress {
        match feedback(event) {
            Ok(Feedback::Suppress(suppress)) => suppress,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_permanent_bounce_suppresses_in_either_form() {
        for name in ["eventType", "notificationType"] {
            let mut event =
                json!({"mail": mail(), "bounce": bounce("Permanent", &["a@shop.example"])});
            event[name] = json!("Bounce");
            let suppress = suppressed(event);
            assert_eq!(suppress.addresses, ["a@shop.example"]);
            assert_eq!(suppress.reason, SuppressionReason::Bounce);
            assert_eq!(suppress.person.as_deref(), Some("p1"));
            assert_eq!(suppress.at.to_string(), "2026-11-30T12:00:01Z");
        }
    }

    #[test]
    fn what_may_pass_suppresses_nothing() {
        for event in [
            json!({"eventType": "Bounce", "mail": mail(), "bounce": bounce("Transient", &["a@shop.example"])}),
            json!({"eventType": "Delivery", "mail": mail(), "delivery": {}}),
            json!({"eventType": "Complaint", "mail": mail(), "complaint": {
                "complainedRecipients": [{"emailAddress": "a@shop.example"}],
                "timestamp": "2026-11-30T12:00:01.000Z", "complaintFeedbackType": "not-spam"}}),
        ] {
            assert_eq!(feedback(event.clone()), Ok(Feedback::Nothing), "{event}");
        }
    }

    #[test]
    fn of_several_recipients_nobody_is_taken_for_another() {
        let bounce = bounce("Permanent", &["a@shop.example", "Ben <b@shop.example>"]);
        let suppress = suppressed(json!({"eventType": "Bounce", "mail": mail(), "bounce": bounce}));
        assert_eq!(suppress.addresses, ["a@shop.example", "b@shop.example"]);
        assert_eq!(suppress.person, None);
    }

    #[test]
    fn a_complaint_names_who_complained() {
        let complaint = json!({"complainedRecipients": [{"emailAddress": "a@shop.example"}],
            "timestamp": "2026-11-30T12:00:01.000Z", "complaintFeedbackType": "abuse"});
        let event = json!({"eventType": "Complaint", "mail": mail(), "complaint": complaint});
        assert_eq!(suppressed(event).reason, SuppressionReason::Complaint);
        let lacking = json!({"eventType": "Complaint", "mail": mail()});
        assert_eq!(feedback(lacking), Err(Unreadable));
    }
}
