//! Recommendations computed from interactions: who did what, and when.
//!
//! [`InteractionsBuilder`] takes rows in any order, [`Model::train`] learns one [`Recipe`] from
//! them, or [`Model::train_with`] from a [`Catalogue`] as well, [`Model::recommend`] and [`Model::rank`]
//! answer a [`Query`], and [`evaluate`] measures a recipe on a hold-out split.
//!
//! This crate is a library of algorithms. It does no input or output, speaks no protocol and knows
//! nothing of filters: what an answer may hold is the caller's `keep` closure.

mod accumulator;
mod actions;
mod affinity;
mod answer;
mod blend;
mod calibrate;
mod catalogue;
mod cold;
mod content;
mod error;
mod evaluate;
mod evaluate_actions;
mod evaluate_segments;
mod evaluate_trend;
mod fading;
mod format;
mod ids;
mod interactions;
mod metrics;
mod model;
mod neighbours;
mod occurrences;
mod options;
mod popularity;
mod query;
mod ranking;
mod recency;
mod semantic;
mod sequence;
mod sessions;
mod similar;
mod together;
mod tokens;
mod training;
mod trending;

pub use affinity::Affinity;
pub use catalogue::{Catalogue, CatalogueBuilder, Description};
pub use error::Error;
pub use evaluate::{evaluate, evaluate_with};
pub use evaluate_actions::{ActionMetrics, evaluate_actions};
pub use evaluate_segments::{SegmentMetrics, evaluate_segments};
pub use ids::Ids;
pub use interactions::{Event, Interactions, InteractionsBuilder};
pub use metrics::{Metrics, ndcg};
pub use model::Model;
pub use options::{Options, Recipe};
pub use query::{Query, Scored};
pub use trending::TrendInterval;
