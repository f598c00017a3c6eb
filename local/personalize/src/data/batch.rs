//! The rows of one import before they are part of a group: numbered on their own, so that reading a
//! file needs no lock.

use recommender::Ids;

use super::{histories::Interaction, rows::Cell, schema::DatasetType};

/// Rows of one import.
#[derive(Debug)]
pub(crate) enum Batch {
    /// Interactions with items or actions, in numbers of the batch's own.
    Interactions(DatasetType, Box<InteractionBatch>),
    /// Items, users or actions: id and cells in the order of the schema.
    Rows(DatasetType, Vec<(String, Vec<Cell>)>),
}

/// Interactions whose numbers are of their own `Ids`.
#[derive(Debug, Default)]
pub(crate) struct InteractionBatch {
    /// Users.
    pub(crate) users: Ids,
    /// Items, or actions.
    pub(crate) items: Ids,
    /// Event types in lower case, because filters do not mind their case.
    pub(crate) event_types: Ids,
    /// Contexts as `context.rs` writes them.
    pub(crate) contexts: Ids,
    /// User and what they did.
    pub(crate) rows: Vec<(u32, Interaction)>,
}

impl Batch {
    /// An empty batch for a dataset.
    #[must_use]
    pub(crate) fn new(dataset_type: DatasetType) -> Self {
        if dataset_type.is_interactions() {
            Self::Interactions(dataset_type, Box::default())
        } else {
            Self::Rows(dataset_type, Vec::new())
        }
    }

    /// How many rows it has.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Interactions(_, batch) => batch.rows.len(),
            Self::Rows(_, rows) => rows.len(),
        }
    }
}
