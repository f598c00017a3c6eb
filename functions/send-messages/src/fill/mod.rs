//! What is in a message: candidates from Personalize or from lists, and what of them can be bought now.

mod candidates;
mod catalogue;
mod memos;
mod personalize;
mod question;
mod rules;
mod shelf;

pub(crate) use catalogue::{Catalogue, Products};
pub(crate) use memos::{Memo, Memos};
pub(crate) use personalize::Personalize;
pub(crate) use question::{Question, fits, question};
pub(crate) use shelf::{Asked, Filled, Shelf, Shown, participations};
