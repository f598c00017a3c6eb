//! Talks to a shop's e-commerce backend over HTTP: who asks, how often, what is tried again, how lists
//! go on, and what records are in an answer.
//!
//! [`Client`] sends a [`Request`] and gives an [`Answer`]; it is the only part that does input and
//! output. [`Feed`] is an endpoint the configuration describes: it makes the requests of its pages and
//! reads their records, and [`Pages`] drives both. Everything from the backend is untrusted: bodies
//! have a limit, a next page is asked for at the same origin only, and text that is no UTF-8 is
//! repaired and marked.

mod answer;
mod auth;
mod client;
mod decode;
mod error;
mod expression;
mod feed;
mod guard;
mod json;
mod link;
mod origin;
mod pace;
mod pages;
mod pagination;
mod quote;
mod redirect;
mod request;
mod retry;
mod secret;
mod token;
mod xml;

pub use answer::{Answer, Json};
pub use client::{Client, MAX_BODY};
pub use decode::{Record, Records};
pub use error::BackendError;
pub use expression::Expression;
pub use feed::{Feed, FeedPage};
pub use guard::Guard;
pub use pages::Pages;
pub use pagination::Position;
pub use request::{Request, segment};
pub use retry::Patience;
pub use secret::{Secret, Secrets};
pub use shared::config::backend::{Auth, ClientAuth};
