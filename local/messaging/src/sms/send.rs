//! SendTextMessage.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::parts;
use crate::{
    app::App,
    fault::Fault,
    outbox::{Channel, Record, Text},
};

/// Characters of a text.
const BODY: usize = 1600;
const CONTEXT: usize = 5;
const CONTEXT_KEY: usize = 100;
const CONTEXT_VALUE: usize = 800;
/// Seconds: 5 to 72 hours.
const TIME_TO_LIVE: std::ops::RangeInclusive<i64> = 5..=259_200;
/// Characters of an identity or a configuration set.
const NAME: usize = 256;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendTextMessage {
    destination_phone_number: String,
    origination_identity: Option<String>,
    message_body: Option<String>,
    message_type: Option<String>,
    configuration_set_name: Option<String>,
    time_to_live: Option<i64>,
    #[serde(default)]
    context: BTreeMap<String, String>,
    #[serde(default)]
    dry_run: bool,
}

/// Takes a text.
///
/// # Errors
/// When something of it is wrong, the person opted out, or the identity sends too fast.
pub(super) fn send(app: &App, call: SendTextMessage) -> Result<Value, Fault> {
    check(&call)?;
    let number = e164(&call.destination_phone_number).ok_or_else(|| {
        Fault::invalid(
            "FIELD_VALIDATION_FAILED",
            "DestinationPhoneNumber must be in E.164 format, like +12065550100",
        )
    })?;
    if app
        .settings
        .read(|settings| settings.opted_out.contains_key(&number))
    {
        return Err(Fault::opted_out());
    }
    let identity = call.origination_identity.unwrap_or_default();
    if !app.meter.text(&identity) {
        return Err(Fault::throttled());
    }
    if call.dry_run {
        return Ok(json!({ "MessageId": Uuid::new_v4().to_string() }));
    }
    let body = call.message_body.unwrap_or_default();
    let (encoding, parts) = parts::count(&body);
    let mut record = Record::new(Channel::Sms, vec![number]);
    record.from = (!identity.is_empty()).then_some(identity);
    record.configuration_set = call.configuration_set_name;
    record.context = call.context;
    record.text = Some(Text {
        body,
        encoding: encoding.to_owned(),
        parts,
        message_type: call.message_type,
    });
    let mut messages = [(record, None)];
    app.outbox.add(&mut messages).map_err(Fault::internal)?;
    let [(record, _)] = messages;
    Ok(json!({ "MessageId": record.id }))
}

fn check(call: &SendTextMessage) -> Result<(), Fault> {
    let wrong = |message: String| Err(Fault::invalid("FIELD_VALIDATION_FAILED", message));
    let length = call
        .message_body
        .as_deref()
        .map_or(0, |body| body.chars().count());
    if !(1..=BODY).contains(&length) {
        return wrong(format!("MessageBody must have 1 to {BODY} characters"));
    }
    let identity = |sign: char| sign.is_ascii_alphanumeric() || "_:/+-".contains(sign);
    for (member, name) in [
        ("OriginationIdentity", &call.origination_identity),
        ("ConfigurationSetName", &call.configuration_set_name),
    ] {
        let Some(name) = name else { continue };
        if !(1..=NAME).contains(&name.len()) || !name.chars().all(identity) {
            return wrong(format!("{member} must be a name, an id or an ARN"));
        }
    }
    let kinds = ["TRANSACTIONAL", "PROMOTIONAL"];
    if call
        .message_type
        .as_deref()
        .is_some_and(|kind| !kinds.contains(&kind))
    {
        return wrong("MessageType must be TRANSACTIONAL or PROMOTIONAL".to_owned());
    }
    if call
        .time_to_live
        .is_some_and(|seconds| !TIME_TO_LIVE.contains(&seconds))
    {
        return wrong("TimeToLive must be 5 to 259200 seconds".to_owned());
    }
    let pair_good = |(key, value): (&String, &String)| {
        (1..=CONTEXT_KEY).contains(&key.len())
            && !key.contains(char::is_whitespace)
            && (1..=CONTEXT_VALUE).contains(&value.len())
    };
    if call.context.len() > CONTEXT || !call.context.iter().all(pair_good) {
        return wrong(format!(
            "Context has at most {CONTEXT} pairs, keys of {CONTEXT_KEY} characters and values of {CONTEXT_VALUE}"
        ));
    }
    Ok(())
}

/// A number with its `+`, which the API lets be left out; nothing when it is none.
pub(crate) fn e164(text: &str) -> Option<String> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let good = (7..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    good.then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests {
    use super::e164;

    #[test]
    fn numbers_are_international() {
        assert_eq!(e164("+12065550100").as_deref(), Some("+12065550100"));
        assert_eq!(e164("12065550100").as_deref(), Some("+12065550100"));
        for bad in [
            "",
            "+",
            "+0206555010",
            "206-555-0100",
            "+1234567890123456",
            "+12 3456789",
            "++12065550100",
        ] {
            assert_eq!(e164(bad), None, "{bad}");
        }
    }
}
