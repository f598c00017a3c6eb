//! What matters of a line of the event log.

use interactions::Line;
use serde::{Deserialize, Serialize};

use super::judge::Rule;
use crate::{bucket::Bucket, error::AudienceError, spool::Spool};

/// A mark: the names of its members are as short as there are many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// The user or the session.
    #[serde(rename = "w")]
    pub(super) who: String,
    /// Epoch seconds when it was received.
    #[serde(rename = "t")]
    pub(super) at: i64,
    #[serde(flatten)]
    pub(super) what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum What {
    /// What the audience is after, and the product it was done with.
    #[serde(rename = "e")]
    Event(Option<String>),
    /// What calls it off.
    #[serde(rename = "u")]
    Unless(()),
    /// The session is this user.
    #[serde(rename = "i")]
    Is(String),
}

/// Whose a mark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Under {
    User,
    Session,
}

impl Mark {
    /// The mark of `line`, a line of the log, and under whom it is; nothing when it does not matter.
    pub(super) fn of(line: &[u8], rule: &Rule<'_>) -> Option<(Under, Self)> {
        // A line that cannot be read is of a later release or no line: neither is this event.
        let line: Line = serde_json::from_slice(line).ok()?;
        let (under, mark) = match line {
            Line::Identified(identified) => {
                let mark = Self {
                    who: identified.session_id,
                    at: identified.received_at,
                    what: What::Is(identified.user_id),
                };
                (Under::Session, mark)
            }
            Line::Logged(logged) => {
                let event_type = logged.interaction.event_type;
                let what = if event_type == rule.event {
                    What::Event(logged.interaction.item_id)
                } else if rule.unless == Some(event_type.as_str()) {
                    What::Unless(())
                } else {
                    return None;
                };
                let visit = logged.visit;
                let (under, who) = match visit.user_id {
                    Some(user) => (Under::User, user),
                    None => (Under::Session, visit.session_id),
                };
                let at = logged.received_at;
                (under, Self { who, at, what })
            }
        };
        rule.window.reads(mark.at).then_some((under, mark))
    }
}

/// The marks in an object that this function wrote.
pub(super) async fn read(
    s3: &Bucket,
    spool: &Spool,
    shard: usize,
    number: u32,
) -> Result<Vec<Mark>, AudienceError> {
    let bytes = s3.get(&spool.key_of(shard, number)).await?;
    let lines = bytes.split(|byte| *byte == b'\n');
    let marks = lines
        .filter(|line| !line.is_empty())
        .map(|line| Ok(serde_json::from_slice(line)?));
    marks.collect()
}
