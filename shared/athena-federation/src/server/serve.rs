//! Answers requests from a [`Source`].

use std::sync::Arc;

use aws_lc_rs::rand;

use super::{Scan, Source};
use crate::{
    backoff::Backoff,
    block::{Block, SchemaMessage},
    error::SourceError,
    message::{
        FunctionException, GetDataSourceCapabilitiesResponse, GetSplitsRequest, GetSplitsResponse,
        GetTableLayoutRequest, GetTableLayoutResponse, GetTableRequest, GetTableResponse,
        ListSchemasResponse, ListTablesRequest, ListTablesResponse, PingResponse, Request,
        Response, S3SpillLocation, Split, TableName,
    },
    spill::{KeySource, Limits, SpillStore, Spilled},
    version::SerDe,
};

/// What the reference implementation says of itself since it speaks SerDe 5.
const CAPABILITIES: i32 = 24;

/// Answers to requests that do not tell their version. Readers since Arrow 0.15 take both framings,
/// and the members are the same in all.
const UNTOLD: SerDe = SerDe::V4;

/// The greatest number of splits in an answer. One has some 500 bytes.
const SPLITS_PER_PAGE: usize = 1_000;

/// The greatest number of partitions in a request: a block of a few bytes can claim any.
const MAX_PARTITIONS: usize = 1_000_000;

/// Where blocks are spilled: a store, and the place in it.
#[derive(Debug, Clone)]
pub struct SpillSpace<P, K> {
    /// The store.
    pub store: P,
    /// Where keys come from.
    pub keys: K,
    /// The bucket.
    pub bucket: String,
    /// What keys begin with, without a slash at the end.
    pub prefix: String,
    /// The greatest sizes; requests may ask for smaller ones.
    pub limits: Limits,
}

impl<P, K> SpillSpace<P, K> {
    /// The place under `prefix` in `bucket`, with the default limits.
    pub fn new(store: P, keys: K, bucket: impl Into<String>, prefix: impl Into<String>) -> Self {
        Self {
            store,
            keys,
            bucket: bucket.into(),
            prefix: prefix.into(),
            limits: Limits::default(),
        }
    }
}

/// An answer, and what it took.
#[derive(Debug)]
pub struct Answer {
    /// The answer in JSON.
    pub body: Vec<u8>,
    /// The name of the response.
    pub name: &'static str,
    /// Rows that the source pushed.
    pub rows: u64,
    /// Blocks that were spilled.
    pub spilled_blocks: u64,
    /// Their bytes.
    pub spilled_bytes: u64,
}

/// Answers requests.
#[derive(Debug)]
pub struct Server<S, P, K> {
    pub(super) source: S,
    pub(super) spill: SpillSpace<P, K>,
    pub(super) backoff: Arc<Backoff>,
}

impl<S: Source, P: SpillStore, K: KeySource> Server<S, P, K> {
    /// A server of `source`.
    pub fn new(source: S, spill: SpillSpace<P, K>) -> Self {
        let backoff = Arc::default();
        Self {
            source,
            spill,
            backoff,
        }
    }

    /// The same, with another back-off.
    #[must_use]
    pub fn with_backoff(self, backoff: Backoff) -> Self {
        let backoff = Arc::new(backoff);
        Self { backoff, ..self }
    }

    /// Answers a request in JSON.
    ///
    /// # Errors
    /// What a Lambda function has to fail with: the engine knows throttling by the error's type and
    /// shows the message of all others.
    pub async fn answer(&self, request: &[u8]) -> Result<Answer, FunctionException> {
        let request = Request::from_json(request)?;
        let version = request.version().unwrap_or(UNTOLD);
        let mut statistics = (0, Spilled::default());
        let response = self.respond(request, version, &mut statistics).await?;
        let (rows, spilled) = statistics;
        Ok(Answer {
            body: response.to_json()?,
            name: response.name(),
            rows,
            spilled_blocks: spilled.blocks.len() as u64,
            spilled_bytes: spilled.bytes,
        })
    }

    async fn respond(
        &self,
        request: Request,
        version: SerDe,
        statistics: &mut (u64, Spilled),
    ) -> Result<Response, SourceError> {
        Ok(match request {
            Request::Ping(request) => Response::Ping(PingResponse {
                catalog_name: request.catalog_name,
                query_id: request.query_id,
                source_type: self.source.kind().to_owned(),
                capabilities: CAPABILITIES,
                serde_version: SerDe::LATEST.number(),
            }),
            Request::ListSchemas(request) => Response::ListSchemas(ListSchemasResponse {
                catalog_name: request.catalog_name,
                schemas: self.backoff.call(|| self.source.schemas()).await?,
            }),
            Request::ListTables(request) => Response::ListTables(self.tables(request).await?),
            Request::GetTable(request) => Response::GetTable(self.table(request, version).await?),
            Request::GetTableLayout(request) => {
                Response::GetTableLayout(self.layout(request, version).await?)
            }
            Request::GetSplits(request) => Response::GetSplits(self.splits(request).await?),
            Request::GetDataSourceCapabilities(request) => {
                Response::GetDataSourceCapabilities(GetDataSourceCapabilitiesResponse {
                    catalog_name: request.catalog_name,
                    capabilities: self.source.capabilities().into_message(),
                })
            }
            Request::ReadRecords(request) => self.read(request, version, statistics).await?,
            Request::UserDefinedFunction(request) => {
                let message = format!(
                    "this is a connector to tables; it has no function `{}`",
                    request.method_name
                );
                return Err(SourceError::InvalidInput(message));
            }
        })
    }

    async fn tables(&self, request: ListTablesRequest) -> Result<ListTablesResponse, SourceError> {
        let schema = request.schema_name;
        let mut names = self.backoff.call(|| self.source.tables(&schema)).await?;
        names.sort_unstable();
        // A token is the name of the first table of a page, so that tables may come and go meanwhile.
        if let Some(first) = &request.next_token {
            names.drain(..names.partition_point(|name| name < first));
        }
        let page = usize::try_from(request.page_size)
            .unwrap_or(usize::MAX)
            .max(1);
        let next_token = names.get(page).cloned();
        names.truncate(page);
        let tables = names.into_iter().map(|name| TableName::new(&schema, name));
        Ok(ListTablesResponse {
            tables: tables.collect(),
            catalog_name: request.catalog_name,
            next_token,
        })
    }

    async fn table(
        &self,
        request: GetTableRequest,
        version: SerDe,
    ) -> Result<GetTableResponse, SourceError> {
        if request
            .query_passthrough_arguments
            .is_some_and(|arguments| !arguments.is_empty())
        {
            let message = "this connector takes no queries in a language of its own".to_owned();
            return Err(SourceError::InvalidInput(message));
        }
        let name = request.table_name;
        let table = self.backoff.call(|| self.source.table(&name)).await?;
        Ok(GetTableResponse {
            catalog_name: request.catalog_name,
            table_name: name,
            schema: SchemaMessage::new(&table.schema, version)?,
            partition_columns: table.partition_columns,
        })
    }

    async fn layout(
        &self,
        request: GetTableLayoutRequest,
        version: SerDe,
    ) -> Result<GetTableLayoutResponse, SourceError> {
        let scan = Scan {
            query_id: request.query_id,
            table: request.table_name,
            partition_columns: request.partition_columns,
            constraints: request.constraints,
        };
        let partitions = self.backoff.call(|| self.source.partitions(&scan)).await?;
        let partitions = Block::new(&scan.wanted(&partitions)?, version)?;
        Ok(GetTableLayoutResponse {
            catalog_name: request.catalog_name,
            table_name: scan.table,
            partitions,
        })
    }

    async fn splits(&self, request: GetSplitsRequest) -> Result<GetSplitsResponse, SourceError> {
        let partitions = request.partitions.batch()?;
        if partitions.num_rows() > MAX_PARTITIONS {
            let message = format!(
                "{} partitions are more than the {MAX_PARTITIONS} of one request; narrow the query",
                partitions.num_rows()
            );
            return Err(SourceError::InvalidInput(message));
        }
        let scan = Scan {
            query_id: request.query_id,
            table: request.table_name,
            partition_columns: request.partition_columns,
            constraints: request.constraints,
        };
        let call = || self.source.splits(&scan, &partitions);
        let mut splits = self.backoff.call(call).await?.into_iter();
        let begin = position(request.continuation_token.as_deref())?;
        let mut page = Vec::new();
        for properties in splits.by_ref().skip(begin).take(SPLITS_PER_PAGE) {
            let key = self.spill.keys.key().await.map_err(SourceError::Failed)?;
            page.push(Split {
                spill_location: self.spill_location(&scan.query_id)?,
                encryption_key: Some(key),
                properties,
            });
        }
        let more = splits.next().is_some();
        let continuation_token = more.then(|| (begin + page.len()).to_string());
        Ok(GetSplitsResponse {
            catalog_name: request.catalog_name,
            splits: page,
            continuation_token,
        })
    }

    /// A new place of a split's own. Nobody can guess it.
    fn spill_location(&self, query_id: &str) -> Result<S3SpillLocation, SourceError> {
        let mut bytes = [0; 16];
        rand::fill(&mut bytes)
            .map_err(|_| SourceError::failed("the system has no random numbers"))?;
        let split: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let query: String = query_id
            .chars()
            .filter(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter))
            .collect();
        Ok(S3SpillLocation {
            bucket: self.spill.bucket.clone(),
            key: format!("{}/{query}/{split}", self.spill.prefix),
            directory: true,
        })
    }
}

/// Where a page of splits begins.
fn position(token: Option<&str>) -> Result<usize, SourceError> {
    let Some(token) = token else {
        return Ok(0);
    };
    token.parse().map_err(|_| {
        SourceError::InvalidInput("the continuation token is not one of this connector".to_owned())
    })
}
