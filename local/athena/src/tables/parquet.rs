//! Tables of Parquet files. Columns are found by name, whatever its case, and are of the types that the
//! table's definition says.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{Schema, SchemaRef},
    catalog::{TableProvider, view::ViewTable},
    common::DataFusionError,
    datasource::{
        empty::EmptyTable,
        file_format::parquet::ParquetFormat,
        listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl},
        provider_as_source,
    },
    execution::object_store::ObjectStoreUrl,
    logical_expr::{Expr, LogicalPlanBuilder, cast, ident},
    object_store::{ObjectStore, path::Path},
    prelude::SessionContext,
    scalar::ScalarValue,
};
use futures::TryStreamExt;

use crate::{
    object_store::{Bucket, Location},
    query::failure::Failure,
    resources::Table,
};

/// The table that a definition describes.
///
/// # Errors
/// When its files are no Parquet, or have no columns of such types.
pub(crate) async fn open(
    table: &Table,
    location: &Location,
    bucket: Bucket,
    session: &SessionContext,
) -> Result<Arc<dyn TableProvider>, Failure> {
    opened(table, location, bucket, session)
        .await
        .map_err(|error| Failure::of(&error, None))
}

async fn opened(
    table: &Table,
    location: &Location,
    bucket: Bucket,
    session: &SessionContext,
) -> Result<Arc<dyn TableProvider>, DataFusionError> {
    let store = ObjectStoreUrl::parse(format!("s3://{}", location.bucket))?;
    session.register_object_store(store.as_ref(), Arc::new(bucket.clone()));
    let columns = super::schema(&table.columns)?;
    let partition_columns = super::schema(&table.partition_keys)?;
    let folder = format!(
        "s3://{}/{}/",
        location.bucket,
        location.key.trim_end_matches('/')
    );
    let url = ListingTableUrl::parse(folder)?;
    let partitions = partition_columns.fields().iter();
    let partitions = partitions.map(|field| (field.name().clone(), field.data_type().clone()));
    let options = ListingOptions::new(Arc::new(ParquetFormat::default()))
        .with_file_extension("")
        .with_table_partition_cols(partitions.collect());
    if is_empty(&bucket, location).await? {
        let fields = columns
            .fields()
            .iter()
            .chain(partition_columns.fields())
            .cloned();
        let schema = Schema::new(fields.collect::<Vec<_>>());
        return Ok(Arc::new(EmptyTable::new(Arc::new(schema))));
    }
    let found = options.infer_schema(&session.state(), &url).await?;
    let config = ListingTableConfig::new(url)
        .with_listing_options(options)
        .with_schema(Arc::clone(&found));
    let files = provider_as_source(Arc::new(ListingTable::try_new(config)?));
    let projection = as_declared(&columns, &found);
    let partitions = partition_columns.fields().iter();
    let projection = projection.chain(partitions.map(|field| ident(field.name())));
    let plan = LogicalPlanBuilder::scan("files", files, None)?;
    let plan = plan.project(projection.collect::<Vec<_>>())?.build()?;
    Ok(Arc::new(ViewTable::new(plan, None)))
}

/// Whether a location has no data at all, which is no error.
async fn is_empty(bucket: &Bucket, location: &Location) -> Result<bool, DataFusionError> {
    let prefix = Path::parse(location.key.trim_end_matches('/'))?;
    let mut objects = bucket.list(Some(&prefix));
    while let Some(object) = objects.try_next().await? {
        if object.size > 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The declared columns, taken from those that files have.
fn as_declared<'a>(
    declared: &'a SchemaRef,
    found: &'a SchemaRef,
) -> impl Iterator<Item = Expr> + 'a {
    declared.fields().iter().map(|field| {
        let fields = found.fields().iter();
        let mut same = fields.filter(|one| one.name().eq_ignore_ascii_case(field.name()));
        let value = match same.next() {
            Some(one) => ident(one.name()),
            // Older files lack columns that were added later.
            None => Expr::Literal(ScalarValue::Null, None),
        };
        cast(value, field.data_type().clone()).alias(field.name())
    })
}
