//! Why a row is rejected. Only the names: what breaks which rule is decided in `records` and `row`.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::columns::Columns;

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

/// One broken row's verdict. It is made for every such row, and only told for the first ones: nothing
/// in it is allocated.
#[derive(Debug, Clone)]
pub(crate) struct Rejection<'a> {
    /// The kind.
    pub(crate) reason: Reason,
    /// What was found, for the file of rejected rows.
    pub(crate) detail: Detail<'a>,
}

/// What is wrong with a row, in words.
#[derive(Debug, Clone)]
pub(crate) enum Detail<'a> {
    /// With the line.
    Line(&'static str),
    /// With the value of a column: its name, and the rest of the sentence.
    Column(&'a str, &'static str),
    /// The number of fields, and how many the header has.
    Fields(usize, usize),
    /// The columns that a row before has, too.
    Same(&'a Columns),
}

impl fmt::Display for Detail<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(what) => to.write_str(what),
            Self::Column(name, what) => write!(to, "{name} {what}"),
            Self::Fields(found, wanted) => {
                write!(to, "the line has {found} fields, the header {wanted}")
            }
            Self::Same(columns) => {
                let names = columns
                    .identity
                    .iter()
                    .map(|index| columns.list[*index].name.as_str());
                let names: Vec<&str> = names.collect();
                write!(to, "a row before has the same {}", names.join(", "))
            }
        }
    }
}

impl<'a> Rejection<'a> {
    /// A verdict.
    pub(crate) fn new(reason: Reason, detail: Detail<'a>) -> Self {
        Self { reason, detail }
    }
}
