//! The filter language of Personalize against the data of a dataset group. Its syntax is the crate
//! `filter_expression`.
//!
//! `check` compares an expression with the schemas of a group, `values` reads the values of a
//! request, `resolve` makes a predicate over items of it all.
//! Expressions about users (segments) and actions are not here.

pub(crate) mod check;
pub(crate) mod resolve;
pub(crate) mod values;
