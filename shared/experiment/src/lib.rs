//! Online experiments, without I/O: who is in which arm, and what may be concluded at any time.
//!
//! Two halves share the [`definition`] of an experiment. Serving: [`hash`] turns a unit into a bucket,
//! [`assign`](mod@assign) finds the arms of a request, [`interleave`](mod@interleave) blends two lists.
//! Measuring: [`statistics`] holds formulas that stay valid however often they are looked at,
//! [`bandit`] moves traffic to better arms, [`report`] puts all of it into one answer.
//!
//! Times are epoch seconds, shares are of 10,000. Nothing here stores, reads a clock or draws at random:
//! the same input gives the same answer everywhere.

pub mod assign;
pub mod bandit;
pub mod credit;
pub mod definition;
pub mod hash;
pub mod interleave;
pub mod report;
pub mod statistics;
pub mod validate;

pub use assign::{Applied, Assignment, Choice, Visitor, assign};
pub use definition::{Arm, Change, Definitions, Experiment, HoldOut, Layer};
pub use report::{Evidence, Report, analyse};

/// The README's example is compiled and run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
