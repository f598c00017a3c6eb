//! SendBulkEmail: each email of a call has a result of its own.

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    email::{Common, Filled, count},
    request::{BulkEmail, Entry},
};
use crate::{
    app::App,
    fault::Fault,
    limits::Refused,
    outbox::{Letter, Record},
    wire::request,
};

/// Emails of one call.
const ENTRIES: usize = 50;

/// What became of one.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct EntryResult {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
}

/// Takes emails.
///
/// # Errors
/// When the call as a whole is wrong, or nothing can be kept: no email is taken then.
pub(super) fn send(app: &App, body: &[u8]) -> Result<Value, Fault> {
    let call: BulkEmail = request(body)?;
    match call.bulk_email_entries.len() {
        0 => return Err(Fault::bad("BulkEmailEntries needs at least one entry")),
        1..=ENTRIES => {}
        _ => {
            return Err(Fault::bad(format!(
                "Maximum number of destinations is {ENTRIES}"
            )));
        }
    }
    let template = call.default_content.template;
    let template = template.ok_or_else(|| Fault::bad("DefaultContent needs a Template"))?;
    let mut filled = Filled::new(template)?;
    let mut common = Common::new(call.from_email_address, call.reply_to_addresses)?;
    common.configuration_set = call.configuration_set_name;
    common.tags = call.default_email_tags;
    common.headers = std::mem::take(&mut filled.headers);
    let taken = call.bulk_email_entries.into_iter();
    let taken: Vec<_> = taken
        .map(|entry| take(app, &common, &filled, entry))
        .collect();
    let ids = keep(app, &filled, &taken)?;
    let mut ids = ids.into_iter();
    let results: Vec<_> = taken
        .into_iter()
        .map(|taken| match taken {
            Ok(_) => EntryResult {
                status: "SUCCESS",
                error: None,
                message_id: ids.next(),
            },
            Err(refused) => refused,
        })
        .collect();
    Ok(json!({ "BulkEmailEntryResults": results }))
}

/// An email with its values, or why it is not taken.
fn take(
    app: &App,
    common: &Common,
    filled: &Filled,
    entry: Entry,
) -> Result<(Record, String), EntryResult> {
    let to = entry.destination.all();
    let mut record = common
        .record(app, to, entry.replacement_tags, &entry.replacement_headers)
        .map_err(|problem| refused("INVALID_PARAMETER", &problem))?;
    let template = entry.replacement_email_content;
    let template = template.and_then(|content| content.replacement_template);
    let data = template.and_then(|template| template.replacement_template_data);
    let (data, subject) = filled
        .fill(data)
        .map_err(|problem| refused("FAILED", &format!("Rendering failure: {problem}")))?;
    record.subject = Some(subject);
    count(app, &record).map_err(|limit| match limit {
        Refused::Rate => refused("ACCOUNT_THROTTLED", "Maximum sending rate exceeded."),
        Refused::Day => refused(
            "ACCOUNT_DAILY_QUOTA_EXCEEDED",
            "Daily message quota exceeded.",
        ),
    })?;
    Ok((record, data))
}

/// Keeps the emails that are taken, and says their ids.
fn keep(
    app: &App,
    filled: &Filled,
    taken: &[Result<(Record, String), EntryResult>],
) -> Result<Vec<String>, Fault> {
    let taken = taken.iter().filter_map(|taken| taken.as_ref().ok());
    let mut messages: Vec<_> = taken
        .map(|(record, data)| {
            let letter = Letter {
                content: &filled.json,
                data: Some(data),
            };
            (record.clone(), Some(letter))
        })
        .collect();
    if !messages.is_empty() {
        app.outbox.add(&mut messages).map_err(Fault::internal)?;
    }
    Ok(messages.into_iter().map(|(record, _)| record.id).collect())
}

fn refused(status: &'static str, error: &str) -> EntryResult {
    EntryResult {
        status,
        error: Some(error.to_owned()),
        message_id: None,
    }
}
