//! Where a call stopped, and the next one goes on.

use serde::{Deserialize, Serialize};

use crate::{after, query, segment, spool::Numbers};

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cursor {
    /// Calls that ended before.
    pub(crate) call: u32,
    /// Epoch seconds when the first one began.
    pub(crate) started: i64,
    /// The parts written so far.
    pub(crate) parts: Numbers,
    /// What was counted so far.
    pub(crate) counts: Counts,
    /// Where the audience is to be read on; nothing at its beginning.
    pub(crate) position: Option<Position>,
}

/// What became of the ids of an audience.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    /// In a part.
    pub(crate) people: u64,
    /// Not an id.
    pub(crate) invalid: u64,
    /// Seen before.
    pub(crate) doubles: u64,
}

/// A place in an audience.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Position {
    /// The end of a page of contacts.
    Contacts(String),
    /// A part of a segment.
    Segment(segment::Place),
    /// A query, or a place in its result.
    Query(query::Place),
    /// A place in a list.
    List(crate::table::Place),
    /// A place in the event log, or in what was found there.
    After(Box<after::Place>),
}

impl Cursor {
    /// At the beginning.
    pub(crate) fn new(started: i64) -> Self {
        Self {
            call: 0,
            started,
            parts: Numbers::default(),
            counts: Counts::default(),
            position: None,
        }
    }
}
