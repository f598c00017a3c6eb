//! A line of the event log, as far as it is counted: an interaction, or that a session is a user. Lines of
//! other kinds and lines that are no such line are told apart, and skipped.

use serde::{Deserialize, de::IgnoredAny};

/// The longest line that is read: four times what `track` takes.
const MAX_BYTES: usize = 64 * 1024;

/// An interaction.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    /// Unique: what comes twice counts once.
    pub(crate) id: String,
    /// `view`, `purchase`, ...
    pub(crate) kind: String,
    pub(crate) session: String,
    pub(crate) user: Option<String>,
    pub(crate) item: Option<String>,
    /// A price, or whatever the shop sends; 0 without one.
    pub(crate) value: f64,
    /// The answer that it follows from.
    pub(crate) recommendation: Option<String>,
    /// Whether it says what was shown.
    pub(crate) has_impression: bool,
    /// Where that was shown.
    pub(crate) placement: Option<String>,
    /// The experiments that the answer was part of, as `recommend` told the shop.
    pub(crate) experiments: Vec<Participation>,
    /// Epoch seconds of the visitor's clock, never after `received_at`.
    pub(crate) sent_at: i64,
    /// Epoch seconds of ours.
    pub(crate) received_at: i64,
}

/// An experiment of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Participation {
    /// Its id.
    pub(crate) experiment: String,
    /// The arm; none when the lists of all arms were blended.
    pub(crate) arm: Option<String>,
}

/// A session turned out to be a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identified {
    pub(crate) session: String,
    pub(crate) user: String,
    /// Epoch seconds of ours.
    pub(crate) received_at: i64,
}

/// A line that is counted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Line {
    Event(Box<Event>),
    Identified(Identified),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    kind: Option<String>,
    event_id: Option<String>,
    event_type: Option<String>,
    session_id: Option<String>,
    user_id: Option<String>,
    item_id: Option<String>,
    event_value: Option<f64>,
    recommendation_id: Option<String>,
    #[serde(default)]
    impression: Vec<IgnoredAny>,
    placement: Option<String>,
    #[serde(default)]
    experiments: Vec<Participation>,
    sent_at: Option<i64>,
    received_at: Option<i64>,
    /// Set when nobody could look up whether the visitor had refused.
    consent: Option<String>,
}

/// What a line is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Read {
    /// One that is counted.
    Line(Line),
    /// A line of another kind.
    Other,
    /// No line of the log.
    Unreadable,
}

/// Reads a line.
pub(crate) fn read(line: &[u8]) -> Read {
    if line.len() > MAX_BYTES {
        return Read::Unreadable;
    }
    let Ok(line) = serde_json::from_slice::<Raw>(line) else {
        return Read::Unreadable;
    };
    // Who may have refused is not counted.
    if line.consent.is_some() {
        return Read::Other;
    }
    let read = match line.kind.as_deref() {
        None | Some("interaction") => line.event().map(Box::new).map(Line::Event),
        Some("identify") => line.identified().map(Line::Identified),
        Some(_) => return Read::Other,
    };
    read.map_or(Read::Unreadable, Read::Line)
}

impl Raw {
    fn event(self) -> Option<Event> {
        let received_at = self.received_at?;
        Some(Event {
            id: self.event_id?,
            kind: self.event_type?,
            session: self.session_id?,
            user: self.user_id,
            item: self.item_id,
            value: self
                .event_value
                .filter(|value| value.is_finite())
                .unwrap_or(0.0),
            recommendation: self.recommendation_id,
            has_impression: !self.impression.is_empty(),
            placement: self.placement,
            experiments: self.experiments,
            sent_at: self.sent_at.unwrap_or(received_at).min(received_at),
            received_at,
        })
    }

    fn identified(self) -> Option<Identified> {
        Some(Identified {
            session: self.session_id?,
            user: self.user_id?,
            received_at: self.received_at?,
        })
    }
}

impl Line {
    /// Epoch seconds of ours.
    pub(crate) fn received_at(&self) -> i64 {
        match self {
            Self::Event(event) => event.received_at,
            Self::Identified(identified) => identified.received_at,
        }
    }
}

impl Event {
    /// Whether it tells that recommendations were seen.
    pub(crate) fn shows_recommendations(&self) -> bool {
        self.has_impression || self.recommendation.is_some()
    }

    /// The one of `placements` of which it tells that recommendations were seen there.
    pub(crate) fn shown_at(&self, placements: &[String]) -> Option<&str> {
        let there = self.placement.as_ref()?;
        let tells = self.shows_recommendations() && placements.contains(there);
        tells.then_some(there.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interaction_of_track_is_read() {
        let line = br#"{"sessionId":"s","userId":"u","eventId":"e","eventType":"view","itemId":"i","sentAt":9,"impression":["i","j"],"placement":"home","experiments":[{"experiment":"a","arm":"new"},{"experiment":"b"}],"receivedAt":10}"#;
        let Read::Line(Line::Event(event)) = read(line) else {
            panic!("an event")
        };
        assert_eq!(event.shown_at(&["home".to_owned()]), Some("home"));
        assert_eq!(event.shown_at(&["cart".to_owned()]), None);
        let arms: Vec<_> = event.experiments.iter().map(|one| &one.arm).collect();
        assert_eq!(arms, [&Some("new".to_owned()), &None]);
        assert_eq!((event.sent_at, event.received_at), (9, 10));
    }

    #[test]
    fn an_identification_of_track_is_read() {
        let line = interactions::Identified::new("s".to_owned(), "u".to_owned(), 9);
        let identified = Identified {
            session: "s".to_owned(),
            user: "u".to_owned(),
            received_at: 9,
        };
        let line = serde_json::to_vec(&line).unwrap();
        assert_eq!(read(&line), Read::Line(Line::Identified(identified)));
    }

    #[test]
    fn other_lines_are_skipped() {
        assert_eq!(read(br#"{"kind":"other","sessionId":"s"}"#), Read::Other);
        let nobody = br#"{"kind":"identify","sessionId":"s"}"#;
        assert_eq!(read(nobody), Read::Unreadable);
        let unknown = br#"{"sessionId":"s","eventId":"e","eventType":"view","consent":"unknown","receivedAt":10}"#;
        assert_eq!(read(unknown), Read::Other);
        assert_eq!(read(b"{"), Read::Unreadable);
        assert_eq!(read(br#"{"eventId":"e"}"#), Read::Unreadable);
        assert_eq!(read(&vec![b' '; MAX_BYTES + 1]), Read::Unreadable);
    }
}
