//! The data of dataset groups, in memory: interactions, rows of items, users and actions, streamed
//! events.
//! How rows come from CSV files is in `import/`, how files are kept in `state.rs`.

pub(crate) mod batch;
pub(crate) mod catalogue;
pub(crate) mod context;
pub(crate) mod dataset_type;
pub(crate) mod export;
pub(crate) mod group;
pub(crate) mod groups;
pub(crate) mod histories;
mod import;
mod past;
pub(crate) mod properties;
pub(crate) mod record;
pub(crate) mod rows;
pub(crate) mod schema;
mod schema_rules;
pub(crate) mod stream;
mod take;
