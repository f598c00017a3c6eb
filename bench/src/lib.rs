//! What the benchmarks of the functions share: the runtime API of Lambda and the services a function
//! calls, served on 127.0.0.1, and the function's process between them.
//!
//! Everything is served on the thread of the benchmark, so that the function has another core to
//! itself where there are two.

pub mod error;
pub mod events;
mod http;
pub mod process;
pub mod runtime_api;
pub mod schedule;
pub mod services;
