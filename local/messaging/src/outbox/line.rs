//! Lines of the outbox's files and message ids: how they are written, and read again.

use std::io;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{
    record::{Channel, Content, Letter, Record},
    segment::Span,
};

/// The line of a message.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    pub(super) message: &'a Record,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content: Option<Span>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) data: Option<Span>,
}

/// The same, as it is read.
#[derive(Deserialize)]
pub(super) struct Read<'a> {
    #[serde(borrow)]
    pub(super) message: &'a RawValue,
    pub(super) content: Option<Span>,
    pub(super) data: Option<Span>,
}

#[derive(Deserialize)]
pub(super) struct ContentLine {
    pub(super) content: Content,
}

#[derive(Deserialize)]
pub(super) struct DataLine<'a> {
    #[serde(borrow)]
    pub(super) data: &'a RawValue,
}

pub(super) fn parse(line: &[u8]) -> io::Result<(Record, Read<'_>)> {
    let read: Read<'_> = serde_json::from_slice(line)?;
    Ok((serde_json::from_str(read.message.get())?, read))
}

/// Appends `{"name":json}` and says where it is.
pub(super) fn line_of(lines: &mut Vec<u8>, end: u64, name: &str, json: &str) -> Span {
    let at = lines.len();
    for part in ["{\"", name, "\":", json, "}\n"] {
        lines.extend_from_slice(part.as_bytes());
    }
    span(end, at, lines.len() - 1)
}

pub(super) fn span(end: u64, from: usize, to: usize) -> Span {
    Span(
        end + from as u64,
        u32::try_from(to - from).unwrap_or(u32::MAX),
    )
}

pub(super) fn size_of_letter(letter: &Option<Letter<'_>>) -> usize {
    let data = letter.and_then(|letter| letter.data);
    data.map_or(0, str::len) + 1024
}

/// Message ids look like the services' own and have the number inside, so that no index of ids is needed.
pub(super) fn id_of(channel: Channel, seq: u64) -> String {
    let random = Uuid::new_v4().to_string();
    match channel {
        Channel::Email => format!("0100{seq:012x}-{random}-000000"),
        Channel::Sms | Channel::Push => format!("{}{seq:012x}", &random[..24]),
    }
}

pub(super) fn seq_of(id: &str) -> Option<u64> {
    let digits = match id.strip_suffix("-000000") {
        Some(email) => email.get(4..16)?,
        None => id.get(24..36)?,
    };
    u64::from_str_radix(digits, 16).ok()
}
