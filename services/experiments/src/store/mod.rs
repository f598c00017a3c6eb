//! Where things are kept: the `Experiments` table (definitions, their history, records, the lease with
//! the checkpoint) and the data bucket (event log, snapshots, results).
//!
//! Keys of the table beside `definitions`: `definitions#<version>` (what was in force from when on),
//! `experiment#<id>` (models, and what happened), `ingest` (who counts, and up to where).

pub(crate) mod definitions;
pub(crate) mod drafts;
pub(crate) mod event_log;
pub(crate) mod lease;
pub(crate) mod objects;
pub(crate) mod record;
mod table;

pub(crate) use definitions::DefinitionsStore;
pub(crate) use drafts::Drafts;
pub(crate) use event_log::EventLog;
pub(crate) use lease::Lease;
pub(crate) use objects::Objects;
pub(crate) use record::Records;
pub(crate) use table::Table;
