//! The filter language of Personalize, for item recommendations:
//! `INCLUDE|EXCLUDE ItemID WHERE <conditions> [IF CurrentUser…]`, chained with `|`.
//!
//! `token` cuts the text, `parse` makes the tree of `syntax`, `check` compares it with the schemas of
//! a group, `values` reads the values of a request, `resolve` makes a predicate over items of it all.
//! Expressions about users (segments) and actions are not here.

pub(crate) mod check;
pub(crate) mod parse;
pub(crate) mod resolve;
pub(crate) mod syntax;
pub(crate) mod token;
pub(crate) mod values;

/// What is wrong with an expression and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem} (at character {position} of the expression)")]
pub(crate) struct FilterError {
    /// In words.
    pub(crate) problem: String,
    /// The character, counted from 1.
    pub(crate) position: usize,
}

impl FilterError {
    pub(crate) fn at(position: usize, problem: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
            position,
        }
    }
}
