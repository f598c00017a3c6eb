//! Why the table, or something asked of it, cannot be had. No message holds a user's id or an address.

use aws_sdk_dynamodb::error::BuildError;
use shared::{
    aws::AwsError,
    fault::{Fault, FaultKind},
};

use crate::contact::ContactError;

/// A failure of the table.
#[derive(Debug, thiserror::Error)]
pub enum MessagesError {
    /// The call failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// A request cannot be made.
    #[error("a request to the messages table cannot be made: {0}")]
    Request(#[from] BuildError),
    /// What is stored has another shape.
    #[error(
        "an item `{kind}` of table {table} has another shape than this version writes; look at what wrote it"
    )]
    Shape {
        /// The table.
        table: String,
        /// `contact`, `sends`, `block`, ...
        kind: &'static str,
    },
    /// The contact is beyond its limits.
    #[error(transparent)]
    Contact(#[from] ContactError),
    /// What is asked for cannot be.
    #[error("{0}")]
    Invalid(&'static str),
    /// The table is busy.
    #[error(
        "table {table} did not do {what} in {tries} tries, because others write the same items or it is throttled; try again later"
    )]
    Busy {
        /// The table.
        table: String,
        /// The call.
        what: &'static str,
        /// How often it was tried.
        tries: u32,
    },
}

impl Fault for MessagesError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Aws(error) => error.kind(),
            Self::Contact(error) => error.kind(),
            Self::Request(_) | Self::Invalid(_) => FaultKind::InvalidInput,
            Self::Shape { .. } => FaultKind::Failed,
            Self::Busy { .. } => FaultKind::Retryable,
        }
    }
}
