//! Rows that are too many for an answer go to S3, encrypted, in blocks of a limited size.

mod key;
mod seal;
mod store;
mod writer;

pub use key::{KeySource, LocalKeys};
pub use seal::{open, seal};
pub use store::{MemoryStore, SpillStore};
pub(crate) use writer::SpillWriter;
pub use writer::{Limits, Spilled, Written};
