//! What people and their providers do with messages, on request.

use serde::Deserialize;
use serde_json::Value;

use super::{email, text};
use crate::{
    app::App,
    fault::Fault,
    outbox::{Channel, Record},
    ses::mailbox,
    sms::{e164, stops},
};

/// Which message, and what happened.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct About {
    /// The message; or
    message_id: Option<String>,
    /// the newest one to this address or number.
    address: Option<String>,
    /// What an answer says.
    body: Option<String>,
    /// Of a bounce: `Permanent` (the usual), `Transient` or `Undetermined`.
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl About {
    /// The message by a channel and the address in question.
    fn find(&self, app: &App, channel: Channel) -> Result<(Record, String), Fault> {
        let found = match (&self.message_id, &self.address) {
            (Some(id), _) => app
                .outbox
                .message(id)
                .map(|found| found.map(|found| found.record)),
            (None, Some(address)) => app.outbox.newest_to(channel, address),
            (None, None) => return Err(Fault::bad("give messageId or address")),
        };
        let found = found.map_err(Fault::internal)?;
        let record = found
            .filter(|record| record.channel == channel)
            .ok_or_else(|| {
                let name = channel.name();
                Fault::not_found(format!("there is no such {name} message in the outbox"))
            })?;
        let first = record.to.first().cloned().unwrap_or_default();
        Ok((record, self.address.clone().unwrap_or(first)))
    }
}

/// An email that comes back. A permanent bounce suppresses the address.
///
/// # Errors
/// When there is no such email.
pub(crate) fn bounced(app: &App, about: &About) -> Result<Value, Fault> {
    let kind = about.kind.as_deref().unwrap_or("Permanent");
    if !["Permanent", "Transient", "Undetermined"].contains(&kind) {
        return Err(Fault::bad(
            "type must be Permanent, Transient or Undetermined",
        ));
    }
    let (record, address) = about.find(app, Channel::Email)?;
    let bounce = email::bounce(&record, std::slice::from_ref(&address), kind, "General");
    if kind == "Permanent" {
        suppress(app, &address, "BOUNCE", record)?;
    }
    Ok(bounce)
}

/// An email that is called spam. The address is suppressed.
///
/// # Errors
/// When there is no such email.
pub(crate) fn complained(app: &App, about: &About) -> Result<Value, Fault> {
    let (record, address) = about.find(app, Channel::Email)?;
    let complaint = email::complaint(&record, &address);
    suppress(app, &address, "COMPLAINT", record)?;
    Ok(complaint)
}

/// An answer to a text, or a text out of nowhere. STOP and its like opt out.
///
/// # Errors
/// When there is no such text, or no body.
pub(crate) fn answered(app: &App, about: &About) -> Result<Value, Fault> {
    let body = about.body.as_deref().filter(|body| !body.is_empty());
    let body = body.ok_or_else(|| Fault::bad("an answer needs a body"))?;
    let found = about.find(app, Channel::Sms);
    let (record, number) = match (found, about.address.as_deref()) {
        (Ok((record, number)), _) => (Some(record), number),
        (Err(_), Some(number)) if about.message_id.is_none() => (None, number.to_owned()),
        (Err(fault), _) => return Err(fault),
    };
    let number =
        e164(&number).ok_or_else(|| Fault::bad("address must be a number like +12065550100"))?;
    if stops(body) {
        app.settings.change(|settings| {
            let since = settings.opted_out.entry(number.clone());
            since.or_insert_with(crate::outbox::now);
        })?;
    }
    let to = record.as_ref().and_then(|record| record.from.as_deref());
    let answered = record.as_ref().map(|record| record.id.as_str());
    Ok(text::inbound(
        &number,
        to.unwrap_or_default(),
        body,
        answered,
    ))
}

/// What the addresses of SES's mailbox simulator do with an email; labels (`bounce+1@...`) change nothing. As on AWS,
/// they are never suppressed.
pub(super) fn simulated(record: &Record, address: &str) -> Option<Value> {
    let (local, domain) = mailbox(address)?.rsplit_once('@')?;
    if domain != "simulator.amazonses.com" {
        return None;
    }
    let name = local.split_once('+').map_or(local, |(name, _)| name);
    let all = [address.to_owned()];
    match name {
        "success" => Some(email::delivery(record, address)),
        "bounce" => Some(email::bounce(record, &all, "Permanent", "General")),
        "suppressionlist" => Some(email::bounce(record, &all, "Permanent", "Suppressed")),
        "complaint" => Some(email::complaint(record, address)),
        _ => None,
    }
}

fn suppress(app: &App, address: &str, reason: &str, record: Record) -> Result<(), Fault> {
    let address = mailbox(address).unwrap_or(address);
    app.settings.suppress(address, reason, Some(record.id))
}
