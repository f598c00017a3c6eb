//! What a source answers.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{EncryptionKey, S3SpillLocation, Split, TableName};
use crate::{
    block::{Block, SchemaMessage},
    error::ProtocolError,
    version::SerDe,
};

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "@type")]
#[allow(missing_docs)] // Each is documented at its own type.
pub enum Response {
    #[serde(rename = "PingResponse")]
    Ping(PingResponse),
    #[serde(rename = "ListSchemasResponse")]
    ListSchemas(ListSchemasResponse),
    #[serde(rename = "ListTablesResponse")]
    ListTables(ListTablesResponse),
    #[serde(rename = "GetTableResponse")]
    GetTable(GetTableResponse),
    #[serde(rename = "GetTableLayoutResponse")]
    GetTableLayout(GetTableLayoutResponse),
    #[serde(rename = "GetSplitsResponse")]
    GetSplits(GetSplitsResponse),
    #[serde(rename = "GetDataSourceCapabilitiesResponse")]
    GetDataSourceCapabilities(GetDataSourceCapabilitiesResponse),
    #[serde(rename = "ReadRecordsResponse")]
    ReadRecords(ReadRecordsResponse),
    #[serde(rename = "RemoteReadRecordsResponse")]
    RemoteReadRecords(RemoteReadRecordsResponse),
    #[serde(rename = "UserDefinedFunctionResponse")]
    UserDefinedFunction(UserDefinedFunctionResponse),
}

/// Here I am.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct PingResponse {
    pub catalog_name: String,
    pub query_id: String,
    /// A name for the kind of source, for logs.
    pub source_type: String,
    /// A number that grows with the reference implementation's releases.
    pub capabilities: i32,
    /// See [`SerDe::number`].
    #[serde(rename = "serDeVersion")]
    pub serde_version: i32,
}

/// The schemas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ListSchemasResponse {
    pub catalog_name: String,
    pub schemas: Vec<String>,
}

/// A page of tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ListTablesResponse {
    pub tables: Vec<TableName>,
    pub catalog_name: String,
    /// Where the next page begins, when there is one.
    #[serde(default)]
    pub next_token: Option<String>,
}

/// The columns of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct GetTableResponse {
    pub catalog_name: String,
    pub table_name: TableName,
    pub schema: SchemaMessage,
    pub partition_columns: Vec<String>,
}

/// Partitions, one per row. With none the engine reads nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct GetTableLayoutResponse {
    pub catalog_name: String,
    pub table_name: TableName,
    pub partitions: Block,
}

/// A page of splits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct GetSplitsResponse {
    pub catalog_name: String,
    pub splits: Vec<Split>,
    /// Where the next page begins, when there is one.
    #[serde(default)]
    pub continuation_token: Option<String>,
}

/// What the source does itself (`V4`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct GetDataSourceCapabilitiesResponse {
    pub catalog_name: String,
    /// By the name of an optimization, such as `supports_limit_pushdown`.
    pub capabilities: IndexMap<String, Vec<OptimizationSubType>>,
}

/// One way in which an optimization is supported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct OptimizationSubType {
    pub sub_type: String,
    #[serde(default)]
    pub properties: Vec<String>,
}

/// The rows of a split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ReadRecordsResponse {
    pub catalog_name: String,
    pub records: Block,
}

/// Where the rows of a split are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct RemoteReadRecordsResponse {
    pub catalog_name: String,
    pub schema: SchemaMessage,
    pub remote_blocks: Vec<S3SpillLocation>,
    #[serde(default)]
    pub encryption_key: Option<EncryptionKey>,
}

/// The results of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct UserDefinedFunctionResponse {
    pub records: Block,
    pub method_name: String,
}

impl Response {
    /// Reads an answer.
    ///
    /// # Errors
    /// [`ProtocolError::Json`] when it is none.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ProtocolError> {
        Ok(serde_json::from_slice(bytes)?)
    }

    /// Writes it.
    ///
    /// # Errors
    /// None that can be met: all members have a form in JSON.
    pub fn to_json(&self) -> Result<Vec<u8>, ProtocolError> {
        Ok(serde_json::to_vec(self)?)
    }

    /// Its name in JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ping(_) => "PingResponse",
            Self::ListSchemas(_) => "ListSchemasResponse",
            Self::ListTables(_) => "ListTablesResponse",
            Self::GetTable(_) => "GetTableResponse",
            Self::GetTableLayout(_) => "GetTableLayoutResponse",
            Self::GetSplits(_) => "GetSplitsResponse",
            Self::GetDataSourceCapabilities(_) => "GetDataSourceCapabilitiesResponse",
            Self::ReadRecords(_) => "ReadRecordsResponse",
            Self::RemoteReadRecords(_) => "RemoteReadRecordsResponse",
            Self::UserDefinedFunction(_) => "UserDefinedFunctionResponse",
        }
    }

    /// The same answer as `version` has it: its Arrow messages written anew.
    ///
    /// # Errors
    /// When an Arrow message in it cannot be read.
    pub fn in_version(mut self, version: SerDe) -> Result<Self, ProtocolError> {
        match &mut self {
            Self::Ping(_)
            | Self::ListSchemas(_)
            | Self::ListTables(_)
            | Self::GetSplits(_)
            | Self::GetDataSourceCapabilities(_) => {}
            Self::GetTable(answer) => answer.schema = answer.schema.in_version(version)?,
            Self::GetTableLayout(answer) => {
                answer.partitions = answer.partitions.in_version(version)?;
            }
            Self::ReadRecords(answer) => answer.records = answer.records.in_version(version)?,
            Self::RemoteReadRecords(answer) => {
                answer.schema = answer.schema.in_version(version)?;
            }
            Self::UserDefinedFunction(answer) => {
                answer.records = answer.records.in_version(version)?;
            }
        }
        Ok(self)
    }
}
