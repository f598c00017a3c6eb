//! The shop over HTTP, as clients of its backends meet it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod catalogue;
mod command_line;
mod faults;
mod numbers;
mod shop;
mod shopify;
mod tables;
mod tokens;
mod webhook;
