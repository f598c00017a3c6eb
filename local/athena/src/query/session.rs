//! A session of the engine for one query.

use std::sync::Arc;

use datafusion::{
    common::DataFusionError,
    execution::runtime_env::RuntimeEnvBuilder,
    prelude::{SessionConfig, SessionContext},
};

use crate::functions;

/// How many parts of a query run at once.
const PARTITIONS: usize = 4;

/// A session with the functions and the habits of Trino.
///
/// # Errors
/// When there is no directory for what does not fit into memory.
pub(crate) fn open(memory: usize) -> Result<SessionContext, DataFusionError> {
    let mut config = SessionConfig::new()
        .with_target_partitions(PARTITIONS)
        .with_information_schema(false);
    let options = config.options_mut();
    options.sql_parser.default_null_ordering = "nulls_last".to_owned();
    options.sql_parser.map_string_types_to_utf8view = false;
    options.execution.parquet.schema_force_view_types = false;
    // Statistics of Parquet files would be read before the query that reads the files.
    options.execution.collect_statistics = false;
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_limit(memory, 1.0)
        .build()?;
    let session = SessionContext::new_with_config_rt(config, Arc::new(runtime));
    functions::register(&session);
    Ok(session)
}
