//! What two or more functions need: the declared estate, the AWS adapters, the tables' item shapes,
//! errors and telemetry.
//!
//! It is not a place for a step's own logic (that stays in the function's crate), and nothing here
//! knows whether it runs on AWS or on a laptop: endpoints come from the SDK's `AWS_ENDPOINT_URL*`.

pub mod arn;
pub mod aws;
pub mod batch;
pub mod caller;
pub mod campaign;
pub mod catalog;
pub mod config;
pub mod direct;
pub mod environment;
pub mod estate;
pub mod experiments;
pub mod fault;
pub mod function;
pub mod generation;
pub mod job;
pub mod lists;
pub mod metadata;
pub mod metrics;
pub mod operations;
pub mod refreshed;
pub mod resource;
pub mod solution;
pub mod standby;
pub mod state_change;
pub mod telemetry;
pub mod visitor;
