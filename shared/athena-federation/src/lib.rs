#![doc = include_str!("../README.md")]

mod backoff;
mod block;
pub mod client;
mod error;
mod ipc;
pub mod message;
pub mod predicate;
pub mod server;
pub mod spill;
mod value;
mod version;

pub use backoff::Backoff;
pub use block::{Binary, Block, SchemaMessage};
pub use error::{Cause, ProtocolError, SourceError};
pub use value::Value;
pub use version::SerDe;
