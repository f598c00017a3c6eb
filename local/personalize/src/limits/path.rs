//! Where a value is in a request. Written out only for messages.

use std::fmt;

use crate::fault::Fault;

/// A place, from the request to the value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Path<'a> {
    /// The request itself.
    Request,
    /// A member of an object.
    Member(&'a Path<'a>, &'a str),
    /// An element of a list.
    Element(&'a Path<'a>, usize),
}

impl Path<'_> {
    /// A complaint about the value.
    pub(super) fn wrong(&self, problem: impl fmt::Display) -> Fault {
        Fault::invalid(&self.to_string(), problem)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request => Ok(()),
            Self::Member(Path::Request, member) => formatter.write_str(member),
            Self::Member(path, member) => write!(formatter, "{path}.{member}"),
            Self::Element(path, index) => write!(formatter, "{path}[{index}]"),
        }
    }
}
