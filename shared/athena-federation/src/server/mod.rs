//! The source's side: requests in, answers out. Nothing here knows Lambda.

mod capabilities;
mod partitions;
mod reading;
mod refusal;
mod rows;
mod serve;
mod source;

pub use capabilities::Capabilities;
pub use rows::Rows;
pub use serve::{Answer, Server, SpillSpace};
pub use source::{Properties, Read, Scan, Source, Table};
