//! Amazon Personalize on a laptop: the wire protocol of its three APIs, with a recommender behind it.
//!
//! [`Server`] is all that others need; the binary `personalize-local` is a command line around it.
//! The algorithms are in the crate `recommender`, the syntax of filters in `filter-expression`;
//! nothing here knows of the rest of the project.

mod app;
mod attribution;
mod batch;
mod clock;
mod control;
mod data;
mod deletion;
mod domain;
mod error;
mod estate;
mod events;
mod export;
mod fault;
mod filter;
#[cfg(test)]
mod fuzz;
mod import;
mod input;
mod lifecycle;
mod limits;
mod models;
mod offline_metrics;
mod pace;
mod quotas;
mod resources;
mod runtime;
mod scope;
mod server;
mod state;
mod training;
mod update;
mod wire;

pub use error::Error;
pub use pace::{NoPace, Pace};
pub use server::{Config, Server};
