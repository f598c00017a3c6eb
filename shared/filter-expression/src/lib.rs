//! The syntax of Personalize's filter language:
//! `INCLUDE|EXCLUDE ItemID|ActionID|UserID WHERE <conditions> [IF CurrentUser…]`, chained with `|`.
//!
//! [`token`] cuts the text, [`parse`](mod@parse) makes the tree of [`syntax`]. Whether fields exist and what a
//! filter may combine needs the schemas of a dataset group and is not here; nor is evaluation.
//! The configuration's check and `personalize-local` both read expressions with this crate.

pub mod parse;
pub mod syntax;
pub mod token;

/// What is wrong with an expression and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem} (at character {position} of the expression)")]
pub struct FilterError {
    /// In words.
    pub problem: String,
    /// The character, counted from 1.
    pub position: usize,
}

impl FilterError {
    /// A problem at a character, counted from 1.
    pub fn at(position: usize, problem: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
            position,
        }
    }
}
