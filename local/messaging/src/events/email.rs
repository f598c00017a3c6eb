//! SES's events: <https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    outbox::{Record, now},
    ses::mailbox,
};

const ACCOUNT: &str = "000000000000";

/// SES will try to deliver it.
pub(super) fn sent(record: &Record) -> Value {
    json!({ "eventType": "Send", "mail": mail(record), "send": {} })
}

/// It came back from these addresses.
pub(super) fn bounce(record: &Record, from: &[String], kind: &str, sub_kind: &str) -> Value {
    let recipients = from.iter().map(|address| {
        json!({
            "emailAddress": address,
            "action": "failed",
            "status": "5.1.1",
            "diagnosticCode": "smtp; 550 5.1.1 user unknown",
        })
    });
    json!({
        "eventType": "Bounce",
        "mail": mail(record),
        "bounce": {
            "feedbackId": feedback_id(),
            "bounceType": kind,
            "bounceSubType": sub_kind,
            "bouncedRecipients": recipients.collect::<Vec<_>>(),
            "timestamp": now().to_string(),
            "reportingMTA": "dns; messaging-local",
        },
    })
}

/// Somebody marked it as spam.
pub(super) fn complaint(record: &Record, by: &str) -> Value {
    json!({
        "eventType": "Complaint",
        "mail": mail(record),
        "complaint": {
            "feedbackId": feedback_id(),
            "complaintSubType": null,
            "complainedRecipients": [{ "emailAddress": by }],
            "timestamp": now().to_string(),
            "userAgent": "messaging-local",
            "complaintFeedbackType": "abuse",
            "arrivalDate": now().to_string(),
        },
    })
}

/// It arrived.
pub(super) fn delivery(record: &Record, at: &str) -> Value {
    json!({
        "eventType": "Delivery",
        "mail": mail(record),
        "delivery": {
            "timestamp": now().to_string(),
            "processingTimeMillis": 1,
            "recipients": [at],
            "smtpResponse": "250 2.6.0 Message received",
            "reportingMTA": "messaging-local",
        },
    })
}

/// What all events say of the email.
fn mail(record: &Record) -> Value {
    let from = record.from.as_deref().unwrap_or_default();
    let domain = mailbox(from).and_then(|address| address.rsplit_once('@'));
    let domain = domain.map_or("", |(_, domain)| domain);
    let subject = record.subject.as_deref().unwrap_or_default();
    let own = [
        ("From", from),
        ("Subject", subject),
        ("MIME-Version", "1.0"),
    ];
    let own = own.map(|(name, value)| json!({ "name": name, "value": value }));
    let sender = record.headers.iter();
    let sender = sender.map(|header| json!({ "name": header.name, "value": header.value }));
    let mut tags: Map<String, Value> = Map::new();
    for (name, value) in [
        (
            "ses:configuration-set",
            record.configuration_set.as_deref().unwrap_or_default(),
        ),
        ("ses:from-domain", domain),
        ("ses:source-ip", "127.0.0.1"),
        ("ses:caller-identity", "messaging-local"),
    ] {
        tags.insert(name.to_owned(), json!([value]));
    }
    for (name, value) in &record.tags {
        tags.insert(name.clone(), json!([value]));
    }
    json!({
        "timestamp": record.at.to_string(),
        "source": from,
        "sourceArn": format!("arn:aws:ses:us-east-1:{ACCOUNT}:identity/{domain}"),
        "sendingAccountId": ACCOUNT,
        "messageId": record.id,
        "destination": record.to,
        "headersTruncated": false,
        "headers": own.into_iter().chain(sender).collect::<Vec<_>>(),
        "commonHeaders": {
            "from": [from],
            "to": record.to,
            "messageId": record.id,
            "subject": subject,
        },
        "tags": tags,
    })
}

fn feedback_id() -> String {
    format!("0100{}-000000", Uuid::new_v4())
}
