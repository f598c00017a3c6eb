//! What comes back from a connector, and how it is reached.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::{
    error::{Cause, ProtocolError},
    message::{EncryptionKey, FunctionException, S3SpillLocation},
    spill,
};

/// A connector did not answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The connector says why.
    #[error(transparent)]
    Function(#[from] FunctionException),
    /// The connector was not reached.
    #[error("the connector was not reached: {0}")]
    Transport(#[source] Cause),
    /// It answered something else.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
}

/// Brings a request to a connector, such as by Lambda's `Invoke`.
pub trait Invoke: Send + Sync {
    /// The answer to `request`.
    ///
    /// # Errors
    /// [`ClientError::Function`] when the function failed, [`ClientError::Transport`] when it was not
    /// reached.
    fn invoke(&self, request: Vec<u8>)
    -> impl Future<Output = Result<Vec<u8>, ClientError>> + Send;
}

/// The rows of a split.
#[derive(Debug)]
pub enum Records {
    /// All of them.
    Inline(RecordBatch),
    /// Where they are.
    Spilled(Remote),
}

/// Spilled rows.
#[derive(Debug, Clone)]
pub struct Remote {
    /// Their columns.
    pub schema: SchemaRef,
    /// Their blocks in order.
    pub blocks: Vec<S3SpillLocation>,
    pub(super) key: Option<EncryptionKey>,
}

impl Remote {
    /// The rows in the object of one of [`Self::blocks`].
    ///
    /// # Errors
    /// When the object is not what was spilled.
    pub fn open(&self, body: Vec<u8>) -> Result<RecordBatch, ProtocolError> {
        spill::open(body, self.key.as_ref(), self.schema.clone())
    }
}
