//! Amazon SES, AWS End User Messaging and Pinpoint's push on a laptop: the same wire protocols, and an
//! outbox that shows every message as it would look.
//!
//! [`Server`] is all that others need; the binary `messaging-local` is a command line around it. Nothing
//! leaves the machine: what was "sent" is in the outbox, events of it go to the S3 and the SNS that
//! `PUT /_messaging/destinations` names.

mod api;
mod app;
mod console;
mod control;
mod error;
mod events;
mod fault;
mod faults;
mod lambda;
mod limits;
mod links;
mod outbox;
mod pinpoint;
mod server;
mod ses;
mod settings;
mod sms;
mod state;
mod wire;

pub use error::Error;
pub use limits::Limits;
pub use server::{Config, Server};
