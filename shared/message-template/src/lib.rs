//! Templates of messages: MJML and a sandboxed template language, with a text part always, by language.
//!
//! [`Files`] are a template's files as they lie under `config/templates/<template>/`; [`Template::parse`] checks
//! them once, and [`Template::email`], [`Template::sms`] and [`Template::push`] fill them for a person. MJML is
//! rendered when a template is parsed, with the tags of the template language left in it, so that a message costs
//! one pass of `minijinja` over ready HTML.
//!
//! What comes from outside (people, products) is plain text: it is cut to size, escaped in HTML, and an address is
//! `http` or `https` or left out. What a template may do is bounded: it reads nothing but its [`Letter`], and has
//! a budget of steps and of bytes. `docs/message-templates.md` says how to write one.

mod check;
mod context;
mod derive;
mod email;
mod engine;
mod error;
mod files;
mod filters;
mod guard;
mod letter;
mod markup;
mod mjml;
mod money;
pub mod pinpoint;
mod push;
mod sms;
mod tags;
mod template;
#[cfg(test)]
mod tests;
mod trial;

pub use email::Email;
pub use error::{RenderError, TemplateError};
pub use files::Files;
pub use letter::{Letter, Person, Product, Shop};
pub use push::Push;
pub use sms::{Encoding, Sms};
pub use template::{Part, Template};
