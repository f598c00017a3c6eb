//! What an invocation fails with.

use messages::MessagesError;
use shared::fault::{Fault, FaultKind};

/// Some records could not be dealt with.
#[derive(Debug, thiserror::Error)]
#[error(
    "{failed} of {records} records could not be dealt with, the others were; the last failure: {last}"
)]
pub(crate) struct FeedbackError {
    /// How many could not.
    pub(crate) failed: usize,
    /// How many there were.
    pub(crate) records: usize,
    /// The last failure.
    pub(crate) last: MessagesError,
}

impl Fault for FeedbackError {
    fn kind(&self) -> FaultKind {
        self.last.kind()
    }
}
