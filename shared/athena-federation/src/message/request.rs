//! What the engine asks.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{Constraints, Split, TableName, number_text};
use crate::{
    block::{Block, SchemaMessage},
    error::ProtocolError,
    version::SerDe,
};

/// The `pageSize` of who wants all tables at once.
pub const UNLIMITED_PAGE: i32 = -1;

/// A request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "@type")]
#[allow(missing_docs)] // Each is documented at its own type.
pub enum Request {
    #[serde(rename = "PingRequest")]
    Ping(PingRequest),
    #[serde(rename = "ListSchemasRequest")]
    ListSchemas(ListSchemasRequest),
    #[serde(rename = "ListTablesRequest")]
    ListTables(ListTablesRequest),
    #[serde(rename = "GetTableRequest")]
    GetTable(GetTableRequest),
    #[serde(rename = "GetTableLayoutRequest")]
    GetTableLayout(GetTableLayoutRequest),
    #[serde(rename = "GetSplitsRequest")]
    GetSplits(GetSplitsRequest),
    #[serde(rename = "GetDataSourceCapabilitiesRequest")]
    GetDataSourceCapabilities(GetDataSourceCapabilitiesRequest),
    #[serde(rename = "ReadRecordsRequest")]
    ReadRecords(ReadRecordsRequest),
    #[serde(rename = "UserDefinedFunctionRequest")]
    UserDefinedFunction(UserDefinedFunctionRequest),
}

/// Who asks. The reference implementation writes `UNKNOWN` for what it no longer knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // The names are the protocol's, and nothing here depends on them.
pub struct FederatedIdentity {
    pub id: Option<String>,
    pub principal: Option<String>,
    pub account: Option<String>,
    pub arn: Option<String>,
    #[serde(default)]
    pub tags: IndexMap<String, String>,
    #[serde(default)]
    pub groups: Vec<String>,
    /// Settings of the connection; older engines do not send them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_options: Option<IndexMap<String, String>>,
}

impl Default for FederatedIdentity {
    fn default() -> Self {
        let unknown = || Some("UNKNOWN".to_owned());
        Self {
            id: unknown(),
            principal: unknown(),
            account: unknown(),
            arn: unknown(),
            tags: IndexMap::new(),
            groups: Vec::new(),
            config_options: Some(IndexMap::new()),
        }
    }
}

/// Is anybody there, and which version do you speak?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct PingRequest {
    pub identity: FederatedIdentity,
    pub catalog_name: String,
    pub query_id: String,
}

/// Which schemas are there?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ListSchemasRequest {
    pub identity: FederatedIdentity,
    pub query_id: String,
    pub catalog_name: String,
}

/// Which tables are there in a schema?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ListTablesRequest {
    pub identity: FederatedIdentity,
    pub query_id: String,
    pub catalog_name: String,
    pub schema_name: String,
    /// The `nextToken` of the last answer, to go on from there.
    #[serde(default)]
    pub next_token: Option<String>,
    /// The greatest number of tables in an answer, or [`UNLIMITED_PAGE`].
    #[serde(default = "unlimited")]
    pub page_size: i32,
}

fn unlimited() -> i32 {
    UNLIMITED_PAGE
}

/// Which columns does a table have?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct GetTableRequest {
    pub identity: FederatedIdentity,
    pub query_id: String,
    pub catalog_name: String,
    pub table_name: TableName,
    /// A query in the source's own language whose columns are meant (`V5`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_passthrough_arguments: Option<IndexMap<String, String>>,
}

/// Which partitions of a table can have rows that a query wants?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct GetTableLayoutRequest {
    pub identity: FederatedIdentity,
    pub query_id: String,
    pub catalog_name: String,
    pub table_name: TableName,
    pub constraints: Constraints,
    pub schema: SchemaMessage,
    pub partition_columns: Vec<String>,
}

/// Into which parts are these partitions read?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct GetSplitsRequest {
    pub identity: FederatedIdentity,
    pub query_id: String,
    pub catalog_name: String,
    pub table_name: TableName,
    pub partitions: Block,
    pub partition_columns: Vec<String>,
    pub constraints: Constraints,
    /// The `continuationToken` of the last answer, to go on from there.
    #[serde(default)]
    pub continuation_token: Option<String>,
}

/// What can the source do itself (`V4`)?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct GetDataSourceCapabilitiesRequest {
    pub identity: FederatedIdentity,
    pub query_id: String,
    pub catalog_name: String,
}

/// The rows of a split, please.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ReadRecordsRequest {
    pub identity: FederatedIdentity,
    pub query_id: String,
    pub catalog_name: String,
    pub table_name: TableName,
    /// The wanted columns.
    pub schema: SchemaMessage,
    pub split: Split,
    pub constraints: Constraints,
    /// Bytes of a spilled block.
    #[serde(with = "number_text")]
    pub max_block_size: u64,
    /// Bytes of a block inside of an answer.
    #[serde(with = "number_text")]
    pub max_inline_block_size: u64,
}

/// A function of SQL applied to rows. It is read, but no source answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct UserDefinedFunctionRequest {
    pub identity: FederatedIdentity,
    pub input_records: Block,
    pub output_schema: SchemaMessage,
    pub method_name: String,
    /// `SCALAR` is the only one.
    pub function_type: String,
}

impl Request {
    /// Reads a request.
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

    /// The latest version that the request is known to be of, by its members and its Arrow messages;
    /// `None` when it has nothing that tells.
    #[must_use]
    pub fn version(&self) -> Option<SerDe> {
        match self {
            Self::GetTable(request) => request
                .query_passthrough_arguments
                .is_some()
                .then_some(SerDe::V5),
            Self::GetTableLayout(request) => Some(told(&request.schema, &request.constraints)),
            Self::GetSplits(request) => {
                Some(told(&request.partitions.schema, &request.constraints))
            }
            Self::ReadRecords(request) => Some(told(&request.schema, &request.constraints)),
            Self::UserDefinedFunction(request) => Some(framed(&request.output_schema)),
            Self::GetDataSourceCapabilities(_) => Some(SerDe::V4),
            Self::Ping(_) | Self::ListSchemas(_) | Self::ListTables(_) => None,
        }
    }

    /// The same request as `version` has it: its members, and its Arrow messages written anew.
    ///
    /// # Errors
    /// When an Arrow message in it cannot be read.
    pub fn in_version(mut self, version: SerDe) -> Result<Self, ProtocolError> {
        match &mut self {
            Self::Ping(_)
            | Self::ListSchemas(_)
            | Self::ListTables(_)
            | Self::GetDataSourceCapabilities(_) => {}
            Self::GetTable(request) => {
                let arguments = request.query_passthrough_arguments.take();
                request.query_passthrough_arguments =
                    (version >= SerDe::V5).then(|| arguments.unwrap_or_default());
            }
            Self::GetTableLayout(request) => {
                request.schema = request.schema.in_version(version)?;
                let constraints = std::mem::take(&mut request.constraints);
                request.constraints = constraints.in_version(version)?;
            }
            Self::GetSplits(request) => {
                request.partitions = request.partitions.in_version(version)?;
                let constraints = std::mem::take(&mut request.constraints);
                request.constraints = constraints.in_version(version)?;
            }
            Self::ReadRecords(request) => {
                request.schema = request.schema.in_version(version)?;
                let constraints = std::mem::take(&mut request.constraints);
                request.constraints = constraints.in_version(version)?;
            }
            Self::UserDefinedFunction(request) => {
                request.input_records = request.input_records.in_version(version)?;
                request.output_schema = request.output_schema.in_version(version)?;
            }
        }
        Ok(self)
    }
}

fn told(schema: &SchemaMessage, constraints: &Constraints) -> SerDe {
    if constraints.query_passthrough_arguments.is_some() {
        SerDe::V5
    } else if constraints.limit.is_some() || constraints.expression.is_some() {
        SerDe::V4
    } else {
        framed(schema)
    }
}

fn framed(schema: &SchemaMessage) -> SerDe {
    if schema.is_legacy() {
        SerDe::V2
    } else {
        SerDe::V3
    }
}
