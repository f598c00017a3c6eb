//! What the statistics promise, held against thousands of simulated experiments that are looked at daily.
//!
//! `cargo run -p experiment --example simulate -- --seed 1` prints the same with other seeds and sizes.
#![allow(clippy::unwrap_used, reason = "tests")]

mod covariate;
mod ratio;
mod shop;
mod trial;

mod differences;
mod guardrails;
mod nothing;
mod variance;
