//! The filter language of Personalize against the data of a dataset group. Its syntax is the crate
//! `filter_expression`.
//!
//! `check` compares an expression with the schemas of a group, `values` reads the values of a
//! request, `resolve` makes a predicate over items, actions or users of it all, `predicate` asks it.

pub(crate) mod check;
mod operand;
pub(crate) mod predicate;
pub(crate) mod resolve;
pub(crate) mod values;
