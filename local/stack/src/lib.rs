//! The whole product on one machine, without an AWS account: makes the emulator's environment,
//! builds the functions, starts the emulator, the stand-in for Personalize and the front door,
//! deploys the very template that goes to AWS, seeds a shop, shows it working.
//!
//! The binary `local` is a thin command over this; tests start a [`Stack`] of their own with it.
//! Nothing of the product depends on this crate.

pub mod aws;
pub mod build;
pub mod demo;
pub mod deploy;
mod digest;
pub mod doctor;
pub mod env;
mod error;
pub mod front_door;
pub mod graphql;
pub mod http;
pub mod layout;
pub mod ports;
pub mod progress;
pub mod s3;
pub mod seed;
pub mod seeding;
pub mod services;
pub mod setup;
mod shoppers;
pub mod stack;
pub mod status;
pub mod steps;
pub mod up;
pub mod workflows;

pub use error::{Error, Result};
pub use layout::Layout;
pub use stack::{Options, Stack};
