//! Blocks: a schema and rows, as they are inside of messages.

use std::fmt;

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::{
    error::ProtocolError,
    ipc::{self, Framing},
    version::SerDe,
};

/// The reference implementation says here which of its allocators owns the memory; any text will do.
const ALLOCATOR: &str = "native";

/// Bytes, in JSON as Base64 text.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Binary(pub Vec<u8>);

impl fmt::Debug for Binary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} bytes", self.0.len())
    }
}

impl Serialize for Binary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let bytes = BASE64_STANDARD.decode(text.as_bytes());
        bytes.map(Self).map_err(D::Error::custom)
    }
}

/// A schema as an Arrow message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SchemaMessage(Binary);

impl SchemaMessage {
    /// `schema` as `version` has it.
    ///
    /// # Errors
    /// [`ProtocolError::Type`] for types that the protocol does not carry.
    pub fn new(schema: &Schema, version: SerDe) -> Result<Self, ProtocolError> {
        let bytes = ipc::encode_schema(schema, framing(version))?;
        Ok(Self(Binary(bytes)))
    }

    /// The schema.
    ///
    /// # Errors
    /// When the bytes are no schema, or one with types that the protocol does not carry.
    pub fn schema(&self) -> Result<SchemaRef, ProtocolError> {
        ipc::decode_schema(&self.0.0)
    }

    /// The same schema as `version` has it.
    ///
    /// # Errors
    /// As [`Self::schema`].
    pub fn in_version(&self, version: SerDe) -> Result<Self, ProtocolError> {
        Self::new(self.schema()?.as_ref(), version)
    }

    /// Its length in bytes, before Base64.
    pub(crate) fn bytes(&self) -> usize {
        self.0.0.len()
    }

    pub(crate) fn is_legacy(&self) -> bool {
        Framing::of(&self.0.0) == Framing::Legacy
    }
}

/// A schema and rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Of no meaning outside of the reference implementation.
    #[serde(rename = "aId")]
    pub allocator_id: String,
    /// The columns.
    pub schema: SchemaMessage,
    /// The rows as an Arrow message; empty when there are none.
    pub records: Binary,
}

impl Block {
    /// The block of `batch` as `version` has it.
    ///
    /// # Errors
    /// [`ProtocolError::Type`] for types that the protocol does not carry.
    pub fn new(batch: &RecordBatch, version: SerDe) -> Result<Self, ProtocolError> {
        let records = if batch.num_rows() == 0 {
            Vec::new()
        } else {
            ipc::encode_batch(batch, framing(version))?
        };
        Ok(Self {
            allocator_id: ALLOCATOR.to_owned(),
            schema: SchemaMessage::new(batch.schema_ref(), version)?,
            records: Binary(records),
        })
    }

    /// The rows.
    ///
    /// # Errors
    /// When the bytes are no Arrow messages, or the rows are not of the schema.
    pub fn batch(&self) -> Result<RecordBatch, ProtocolError> {
        let schema = self.schema.schema()?;
        if self.records.0.is_empty() {
            return Ok(RecordBatch::new_empty(schema));
        }
        ipc::decode_batch(self.records.0.clone(), schema)
    }

    /// The same rows as `version` has them.
    ///
    /// # Errors
    /// As [`Self::batch`].
    pub fn in_version(&self, version: SerDe) -> Result<Self, ProtocolError> {
        Ok(Self {
            allocator_id: self.allocator_id.clone(),
            ..Self::new(&self.batch()?, version)?
        })
    }
}

fn framing(version: SerDe) -> Framing {
    if version.is_legacy() {
        Framing::Legacy
    } else {
        Framing::Current
    }
}
