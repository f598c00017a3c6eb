//! SendEmail: one email, of a text or a template.

use serde_json::{Value, json};

use super::{
    email::{Common, Filled, count, listed},
    request::{Simple, SingleEmail},
};
use crate::{
    app::App,
    fault::Fault,
    limits::Refused,
    outbox::{Content, Letter},
    wire::request,
};

/// What an email says: content, values for its variables, a subject.
type Said = (String, Option<String>, String);

/// Takes an email.
///
/// # Errors
/// When something of it is wrong, a quota is used up, or it cannot be kept.
pub(super) fn send(app: &App, body: &[u8]) -> Result<Value, Fault> {
    let call: SingleEmail = request(body)?;
    let mut common = Common::new(call.from_email_address, call.reply_to_addresses)?;
    common.configuration_set = call.configuration_set_name;
    let (headers, (content, data, subject)) = match (call.content.simple, call.content.template) {
        (Some(simple), None) => simple_content(simple)?,
        (None, Some(template)) => {
            let mut filled = Filled::new(template)?;
            let headers = std::mem::take(&mut filled.headers);
            let (data, subject) = filled
                .fill(None)
                .map_err(|problem| Fault::bad(format!("Rendering failure: {problem}")))?;
            (headers, (filled.json, Some(data), subject))
        }
        _ => {
            return Err(Fault::bad(
                "Content needs Simple or Template; messaging-local takes no raw emails",
            ));
        }
    };
    let to = call.destination.unwrap_or_default().all();
    let mut record = common
        .record(app, to, call.email_tags, &headers)
        .map_err(Fault::bad)?;
    record.subject = Some(subject);
    count(app, &record).map_err(|limit| match limit {
        Refused::Rate => Fault::too_many_requests("Maximum sending rate exceeded."),
        Refused::Day => Fault::too_many_requests("Daily message quota exceeded."),
    })?;
    let letter = Letter {
        content: &content,
        data: data.as_deref(),
    };
    let mut messages = [(record, Some(letter))];
    app.outbox.add(&mut messages).map_err(Fault::internal)?;
    let [(record, _)] = messages;
    Ok(json!({ "MessageId": record.id }))
}

fn simple_content(simple: Simple) -> Result<(Vec<crate::outbox::Header>, Said), Fault> {
    if simple.body.html.is_none() && simple.body.text.is_none() {
        return Err(Fault::rejected("Body needs Html or Text"));
    }
    let content = Content {
        subject: simple.subject.data,
        html: simple.body.html.map(|words| words.data),
        text: simple.body.text.map(|words| words.data),
        defaults: None,
    };
    let json = serde_json::to_string(&content).map_err(Fault::internal)?;
    Ok((simple.headers, (json, None, listed(&content.subject))))
}
