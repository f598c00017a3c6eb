//! The engine's side: asks a connector for schemas, splits and rows.

mod answer;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::{
    block::{Block, SchemaMessage},
    error::ProtocolError,
    message::{
        Constraints, FederatedIdentity, GetDataSourceCapabilitiesRequest,
        GetDataSourceCapabilitiesResponse, GetSplitsRequest, GetTableLayoutRequest,
        GetTableRequest, ListSchemasRequest, ListTablesRequest, PingRequest, ReadRecordsRequest,
        Request, Response, Split, TableName, UNLIMITED_PAGE,
    },
    server::Table,
    spill::Limits,
    version::SerDe,
};

pub use answer::{ClientError, Invoke, Records, Remote};

/// A connector.
#[derive(Debug, Clone)]
pub struct Client<I> {
    invoke: I,
    catalog: String,
    query_id: String,
    identity: FederatedIdentity,
    version: SerDe,
    source_type: String,
}

impl<I: Invoke> Client<I> {
    /// Asks the connector which version it speaks, for one query. `latest` is the latest version
    /// wanted.
    ///
    /// # Errors
    /// As all calls: [`ClientError`].
    pub async fn connect(
        invoke: I,
        catalog: impl Into<String>,
        query_id: impl Into<String>,
        latest: SerDe,
    ) -> Result<Self, ClientError> {
        let mut client = Self {
            invoke,
            catalog: catalog.into(),
            query_id: query_id.into(),
            identity: FederatedIdentity::default(),
            version: latest,
            source_type: String::new(),
        };
        let request = Request::Ping(PingRequest {
            identity: client.identity.clone(),
            catalog_name: client.catalog.clone(),
            query_id: client.query_id.clone(),
        });
        match client.ask(request).await? {
            Response::Ping(pong) => {
                client.version = SerDe::agreed(pong.serde_version)?.min(latest);
                client.source_type = pong.source_type;
                Ok(client)
            }
            other => Err(unexpected("PingResponse", &other)),
        }
    }

    /// The version both sides speak.
    #[must_use]
    pub fn version(&self) -> SerDe {
        self.version
    }

    /// The connector's name for its kind of source.
    #[must_use]
    pub fn source_type(&self) -> &str {
        &self.source_type
    }

    /// All schemas.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn schemas(&self) -> Result<Vec<String>, ClientError> {
        let request = Request::ListSchemas(ListSchemasRequest {
            identity: self.identity.clone(),
            query_id: self.query_id.clone(),
            catalog_name: self.catalog.clone(),
        });
        match self.ask(request).await? {
            Response::ListSchemas(answer) => Ok(answer.schemas),
            other => Err(unexpected("ListSchemasResponse", &other)),
        }
    }

    /// All tables of `schema`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn tables(&self, schema: &str) -> Result<Vec<TableName>, ClientError> {
        let mut tables = Vec::new();
        let mut next_token: Option<String> = None;
        loop {
            let request = Request::ListTables(ListTablesRequest {
                identity: self.identity.clone(),
                query_id: self.query_id.clone(),
                catalog_name: self.catalog.clone(),
                schema_name: schema.to_owned(),
                next_token: next_token.clone(),
                page_size: UNLIMITED_PAGE,
            });
            match self.ask(request).await? {
                Response::ListTables(answer) => {
                    tables.extend(answer.tables);
                    next_token = onward(next_token.as_deref(), answer.next_token)?;
                }
                other => return Err(unexpected("ListTablesResponse", &other)),
            }
            if next_token.is_none() {
                return Ok(tables);
            }
        }
    }

    /// The columns of `table`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn table(&self, table: &TableName) -> Result<Table, ClientError> {
        let request = Request::GetTable(GetTableRequest {
            identity: self.identity.clone(),
            query_id: self.query_id.clone(),
            catalog_name: self.catalog.clone(),
            table_name: table.clone(),
            query_passthrough_arguments: None,
        });
        match self.ask(request).await? {
            Response::GetTable(answer) => Ok(Table {
                schema: answer.schema.schema()?,
                partition_columns: answer.partition_columns,
            }),
            other => Err(unexpected("GetTableResponse", &other)),
        }
    }

    /// What the source does itself; nothing before `V4`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn capabilities(
        &self,
    ) -> Result<Option<GetDataSourceCapabilitiesResponse>, ClientError> {
        if self.version < SerDe::V4 {
            return Ok(None);
        }
        let request = Request::GetDataSourceCapabilities(GetDataSourceCapabilitiesRequest {
            identity: self.identity.clone(),
            query_id: self.query_id.clone(),
            catalog_name: self.catalog.clone(),
        });
        match self.ask(request).await? {
            Response::GetDataSourceCapabilities(answer) => Ok(Some(answer)),
            other => Err(unexpected("GetDataSourceCapabilitiesResponse", &other)),
        }
    }

    /// The partitions of `name` that may have wanted rows, one per row.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn partitions(
        &self,
        name: &TableName,
        table: &Table,
        constraints: &Constraints,
    ) -> Result<RecordBatch, ClientError> {
        let request = Request::GetTableLayout(GetTableLayoutRequest {
            identity: self.identity.clone(),
            query_id: self.query_id.clone(),
            catalog_name: self.catalog.clone(),
            table_name: name.clone(),
            constraints: constraints.clone(),
            schema: SchemaMessage::new(&table.schema, self.version)?,
            partition_columns: table.partition_columns.clone(),
        });
        match self.ask(request).await? {
            Response::GetTableLayout(answer) => Ok(answer.partitions.batch()?),
            other => Err(unexpected("GetTableLayoutResponse", &other)),
        }
    }

    /// All splits of `partitions`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn splits(
        &self,
        name: &TableName,
        table: &Table,
        partitions: &RecordBatch,
        constraints: &Constraints,
    ) -> Result<Vec<Split>, ClientError> {
        let partitions = Block::new(partitions, self.version)?;
        let mut splits = Vec::new();
        let mut continuation_token: Option<String> = None;
        loop {
            let request = Request::GetSplits(GetSplitsRequest {
                identity: self.identity.clone(),
                query_id: self.query_id.clone(),
                catalog_name: self.catalog.clone(),
                table_name: name.clone(),
                partitions: partitions.clone(),
                partition_columns: table.partition_columns.clone(),
                constraints: constraints.clone(),
                continuation_token: continuation_token.clone(),
            });
            match self.ask(request).await? {
                Response::GetSplits(answer) => {
                    splits.extend(answer.splits);
                    continuation_token =
                        onward(continuation_token.as_deref(), answer.continuation_token)?;
                }
                other => return Err(unexpected("GetSplitsResponse", &other)),
            }
            if continuation_token.is_none() {
                return Ok(splits);
            }
        }
    }

    /// The rows of `split` with these `columns`. Splits may be read in parallel.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn read(
        &self,
        name: &TableName,
        columns: &SchemaRef,
        split: &Split,
        constraints: &Constraints,
    ) -> Result<Records, ClientError> {
        let limits = Limits::default();
        let request = Request::ReadRecords(ReadRecordsRequest {
            identity: self.identity.clone(),
            query_id: self.query_id.clone(),
            catalog_name: self.catalog.clone(),
            table_name: name.clone(),
            schema: SchemaMessage::new(columns, self.version)?,
            split: split.clone(),
            constraints: constraints.clone(),
            max_block_size: limits.block,
            max_inline_block_size: limits.inline,
        });
        match self.ask(request).await? {
            Response::ReadRecords(answer) => Ok(Records::Inline(answer.records.batch()?)),
            Response::RemoteReadRecords(answer) => Ok(Records::Spilled(Remote {
                schema: answer.schema.schema()?,
                blocks: answer.remote_blocks,
                key: answer.encryption_key,
            })),
            other => Err(unexpected("ReadRecordsResponse", &other)),
        }
    }

    async fn ask(&self, request: Request) -> Result<Response, ClientError> {
        let request = request.in_version(self.version)?.to_json()?;
        let answer = self.invoke.invoke(request).await?;
        Ok(Response::from_json(&answer)?)
    }
}

/// The token of the next page, which is not the one of the page before.
fn onward(asked: Option<&str>, next: Option<String>) -> Result<Option<String>, ProtocolError> {
    if next.is_some() && next.as_deref() == asked {
        return Err(ProtocolError::Endless);
    }
    Ok(next)
}

fn unexpected(expected: &'static str, found: &Response) -> ClientError {
    let found = found.name();
    ClientError::Protocol(ProtocolError::Unexpected { expected, found })
}
