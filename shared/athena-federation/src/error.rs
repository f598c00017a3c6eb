//! What can go wrong with a message, and with a source.

use std::time::Duration;

use arrow_schema::{ArrowError, DataType};

/// A message, a block or a spilled object that is not what the protocol says.
#[derive(Debug, thiserror::Error)]
pub enum ProtocolError {
    /// No message, or one of a kind that is not known.
    #[error("this is no message of the Athena federation protocol: {0}")]
    Json(#[from] serde_json::Error),
    /// A message of a kind that is not expected here.
    #[error("expected {expected} but the other side sent {found}")]
    Unexpected {
        /// What would have been right.
        expected: &'static str,
        /// What came.
        found: &'static str,
    },
    /// A list whose next page is the one that was just answered.
    #[error(
        "the connector's list does not end: its next page is the one before; correct the connector"
    )]
    Endless,
    /// The other side is too old.
    #[error("the other side speaks SerDe version {0}; versions 2 and later are supported")]
    Version(i32),
    /// Bytes that are no Arrow message.
    #[error("an Arrow message is broken: {0}")]
    Broken(String),
    /// Arrow itself refuses.
    #[error("an Arrow block cannot be read or written: {0}")]
    Arrow(#[from] ArrowError),
    /// A type that the protocol does not carry.
    #[error(
        "column `{column}` is of the type {data_type}, which Athena's federation does not carry"
    )]
    Type {
        /// The column.
        column: String,
        /// Its type.
        data_type: DataType,
    },
    /// A key or nonce of the wrong length.
    #[error(
        "a spill key has {key} bytes and a nonce of {nonce}; AES-GCM takes 16 or 32, and a nonce of 12"
    )]
    Key {
        /// Bytes of the key.
        key: usize,
        /// Bytes of the nonce.
        nonce: usize,
    },
    /// The object is not what was spilled with this key.
    #[error("a spilled block of {0} bytes does not open with its key: it was changed or cut off")]
    Sealed(usize),
}

/// Any error of a source's own.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What a source answers when it cannot answer.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// There is no such schema or table.
    #[error("{0} does not exist")]
    NotFound(String),
    /// The source wants fewer calls. The framework waits and calls again.
    #[error("the source is busy and asks for fewer calls")]
    Throttled {
        /// The least to wait, when the source says.
        retry_after: Option<Duration>,
    },
    /// The request is wrong; the same one will never succeed.
    #[error("{0}")]
    InvalidInput(String),
    /// The source lets nobody in with these credentials.
    #[error("{0}")]
    Refused(String),
    /// Rows cannot be put into the answer.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// Anything else.
    #[error("{0}")]
    Failed(#[source] Cause),
}

impl SourceError {
    /// Any other error.
    pub fn failed(cause: impl Into<Cause>) -> Self {
        Self::Failed(cause.into())
    }
}
