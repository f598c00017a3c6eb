//! Why a row is rejected. Only the names: what breaks which rule is decided in `records` and `row`.

use serde::{Serialize, Serializer};

/// A kind of broken row. Its name is a key in reports and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// A line longer than any row may be.
    LineTooLong,
    /// A quotation mark that is not closed on its line; Personalize wants each record on one line.
    UnclosedQuote,
    /// More or fewer fields than the header has.
    ColumnCount,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// A field that may not be empty is.
    MissingValue,
    /// An id or event type over 256 characters.
    IdTooLong,
    /// A category over 1,000 characters.
    CategoryTooLong,
    /// Not a number, or none of the schema's kind.
    NotANumber,
    /// Neither true nor false.
    NotABoolean,
    /// A time in milliseconds instead of seconds.
    TimeInMilliseconds,
    /// A time before 1970.
    TimeBefore1970,
    /// A time more than a day ahead.
    TimeInFuture,
    /// The same row, or the same item or user, again.
    Duplicate,
}

impl Reason {
    /// The name in files and answers.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::LineTooLong => "line-too-long",
            Self::UnclosedQuote => "unclosed-quote",
            Self::ColumnCount => "column-count",
            Self::NotUtf8 => "not-utf8",
            Self::MissingValue => "missing-value",
            Self::IdTooLong => "id-too-long",
            Self::CategoryTooLong => "category-too-long",
            Self::NotANumber => "not-a-number",
            Self::NotABoolean => "not-a-boolean",
            Self::TimeInMilliseconds => "time-in-milliseconds",
            Self::TimeBefore1970 => "time-before-1970",
            Self::TimeInFuture => "time-in-future",
            Self::Duplicate => "duplicate",
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// One broken row's verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rejection {
    /// The kind.
    pub(crate) reason: Reason,
    /// What was found, for the file of rejected rows.
    pub(crate) detail: String,
}

impl Rejection {
    /// A verdict.
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
        }
    }
}
