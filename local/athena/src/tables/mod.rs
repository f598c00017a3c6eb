//! Tables over objects in S3.

pub(crate) mod files;
pub(crate) mod parquet;
pub(crate) mod predicates;
pub(crate) mod rows;
pub(crate) mod streamed;
mod wanted;

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{Field, Schema, SchemaRef},
    catalog::TableProvider,
    prelude::SessionContext,
};

use crate::{
    object_store::{Location, S3},
    query::{failure::Failure, scan::Scan},
    resources::{Column, Format, Table},
    sql::hive_type,
};

/// A table as the engine reads it; bytes count for a query.
///
/// # Errors
/// When the table's definition or its objects cannot be used.
pub(crate) async fn open(
    table: &Table,
    s3: &S3,
    scan: &Arc<Scan>,
    session: &SessionContext,
) -> Result<Arc<dyn TableProvider>, Failure> {
    let location = Location::parse(&table.location).ok_or_else(|| {
        Failure::user(
            "HIVE_INVALID_METADATA",
            format!("'{}' is not like s3://bucket/prefix/", table.location),
        )
    })?;
    let bucket = s3.bucket(&location.bucket, Some(Arc::clone(scan)));
    match &table.format {
        Format::Parquet => parquet::open(table, &location, bucket, session).await,
        Format::Text(_) | Format::Json => {
            let streamed = streamed::StreamedTable::new(table, location, bucket)?;
            Ok(Arc::new(streamed))
        }
    }
}

/// Columns as the engine has them.
///
/// # Errors
/// When a type is none.
pub(crate) fn schema(columns: &[Column]) -> Result<SchemaRef, Failure> {
    let fields = columns.iter().map(|column| {
        let data_type = hive_type::parse(&column.data_type)
            .map_err(|problem| Failure::user("HIVE_INVALID_METADATA", problem))?;
        Ok(Field::new(&column.name, data_type, true))
    });
    let fields: Result<Vec<Field>, Failure> = fields.collect();
    Ok(Arc::new(Schema::new(fields?)))
}
