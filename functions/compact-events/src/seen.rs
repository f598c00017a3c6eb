//! Which events of a day were seen: what makes a line the same as another, and how many are known.

use rustc_hash::FxHashSet;
use serde::Deserialize;
use std::borrow::Cow;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// Events that are remembered: 500 a second make 43 million a day. The set has 2^26 places of 9 bytes
/// then, 604 MB, and half as much again while it grows to that. What comes after is kept without being
/// known again: a line too many harms nobody, since Personalize knows an event by its id.
const MOST: usize = 48_000_000;

/// The events of a day, by 64 bits of their id. Two different ones are taken for the same with a
/// chance of one in 20,000 a day of 43 million; then one of them is missing in the log (not in
/// Personalize).
#[derive(Debug, Default)]
pub(crate) struct Seen {
    events: FxHashSet<u64>,
}

/// What makes a line the same as another.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Marks<'l> {
    #[serde(borrow)]
    event_id: Option<Cow<'l, str>>,
    #[serde(borrow)]
    session_id: Option<Cow<'l, str>>,
    #[serde(borrow)]
    user_id: Option<Cow<'l, str>>,
}

impl Seen {
    /// Whether the line is new. One that cannot be told from others always is.
    pub(crate) fn is_new(&mut self, line: &[u8]) -> bool {
        let Some(mark) = mark(line) else {
            return true;
        };
        match self.events.len() {
            MOST.. => !self.events.contains(&mark),
            _ => self.events.insert(mark),
        }
    }

    /// How many are known.
    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }
}

/// An interaction is known by its id; that a session is a user, by both of them.
fn mark(line: &[u8]) -> Option<u64> {
    let marks: Marks<'_> = serde_json::from_slice(line).ok()?;
    match (marks.event_id, marks.session_id, marks.user_id) {
        (Some(event), _, _) => Some(xxh3_64(event.as_bytes())),
        (None, Some(session), Some(user)) => {
            let session = xxh3_64_with_seed(session.as_bytes(), 1);
            Some(xxh3_64_with_seed(user.as_bytes(), session))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_new_once() {
        let mut seen = Seen::default();
        assert!(seen.is_new(br#"{"eventId":"e","sessionId":"s","receivedAt":1}"#));
        assert!(!seen.is_new(br#"{"eventId":"e","sessionId":"s","receivedAt":2}"#));
        assert!(seen.is_new(br#"{"eventId":"\u00e9","sessionId":"s"}"#));
        assert_eq!(seen.len(), 2);
    }

    #[test]
    fn an_identification_is_new_once_for_a_user() {
        let mut seen = Seen::default();
        let line = br#"{"kind":"identify","sessionId":"s","userId":"u","receivedAt":1}"#;
        assert!(seen.is_new(line) && !seen.is_new(line));
        assert!(seen.is_new(br#"{"kind":"identify","sessionId":"s","userId":"v"}"#));
    }

    #[test]
    fn what_cannot_be_read_is_kept() {
        let mut seen = Seen::default();
        assert!(seen.is_new(b"{") && seen.is_new(b"{"));
    }
}
