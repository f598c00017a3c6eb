//! Amazon Athena on a laptop: the wire protocol of its API, with a SQL engine behind it.
//!
//! [`Server`] is all that others need; the binary `athena-local` is a command line around it. The
//! engine is DataFusion. Tables are CSV, JSON and Parquet in S3, and whatever connectors of Athena
//! Federated Query offer: those are Lambda functions, asked by the protocol of the crate
//! `athena-federation`.

mod api;
mod app;
mod error;
mod executions;
mod fault;
mod federated;
mod functions;
mod lambda;
mod object_store;
mod query;
mod resources;
mod server;
mod sql;
mod state;
mod tables;
mod text;
mod wire;

pub use error::Error;
pub use server::{Config, Server};
