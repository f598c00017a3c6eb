//! A connector's table as the engine has tables: conditions, columns and limits go to the connector.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use athena_federation::{
    message::{Constraints, NO_LIMIT, TableName},
    predicate::Predicate,
    server::Table,
};
use datafusion::{
    arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit},
    catalog::{Session, TableProvider},
    common::Result,
    logical_expr::{Expr, TableProviderFilterPushDown, TableType},
    physical_plan::{
        ExecutionPlan,
        streaming::{PartitionStream, StreamingTableExec},
    },
};

use super::{
    connector::{Connector, Functions},
    read::{Reader, Reading},
};
use crate::{
    app::App,
    query::{failure::Failure, scan::Scan},
    sql::relations,
    tables::predicates,
};

/// How many splits of a table are read at once.
const READERS: usize = 4;

/// A table of a connector.
#[derive(Debug)]
pub(crate) struct FederatedTable {
    app: Arc<App>,
    metadata: Connector,
    records: Connector,
    scan: Arc<Scan>,
    name: TableName,
    table: Table,
    schema: SchemaRef,
}

impl FederatedTable {
    /// Asks a connector for a table.
    ///
    /// # Errors
    /// When the connector does not answer, or has no such table.
    pub(crate) async fn open(
        app: &Arc<App>,
        functions: &Functions,
        name: &relations::TableName,
        query_id: &str,
        scan: &Arc<Scan>,
    ) -> Result<Self, Failure> {
        let catalog = &name.catalog;
        let metadata =
            Connector::connect(app, &functions.metadata, catalog, query_id, None).await?;
        let counted = Some(Arc::clone(scan));
        let records =
            Connector::connect(app, &functions.records, catalog, query_id, counted).await?;
        let name = TableName::new(&name.database, &name.table);
        let table = metadata.client.table(&name).await;
        let table = table.map_err(metadata.failed("retrieving metadata"))?;
        Ok(Self {
            app: Arc::clone(app),
            scan: Arc::clone(scan),
            schema: engine_schema(&table.schema),
            metadata,
            records,
            name,
            table,
        })
    }

    fn constraints(
        &self,
        wanted: &BTreeMap<String, Predicate>,
        limit: Option<usize>,
    ) -> Constraints {
        let version = self.metadata.client.version();
        let summary = wanted.iter().filter_map(|(column, predicate)| {
            let field = self.table.schema.field_with_name(column).ok()?;
            // A condition that the protocol cannot carry is left to the engine.
            let set = predicate.to_value_set(field.data_type(), version).ok()??;
            Some((column.clone(), set))
        });
        Constraints {
            summary: summary.collect(),
            limit: Some(limit.map_or(NO_LIMIT, |limit| i64::try_from(limit).unwrap_or(NO_LIMIT))),
            ..Constraints::default()
        }
    }

    /// The wanted columns as the connector has them. Counting rows wants none, and the protocol at least
    /// one.
    fn asked(&self, projection: &[usize]) -> Result<SchemaRef> {
        let asked = if projection.is_empty() {
            &[0][..]
        } else {
            projection
        };
        Ok(Arc::new(self.table.schema.project(asked)?))
    }
}

/// What the protocol calls a date of milliseconds, Athena calls a timestamp.
fn engine_schema(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| {
        let data_type = match field.data_type() {
            DataType::Date64 => DataType::Timestamp(TimeUnit::Millisecond, None),
            other => other.clone(),
        };
        Field::new(field.name().to_lowercase(), data_type, true)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

#[async_trait]
impl TableProvider for FederatedTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        // A connector may answer more rows than wanted, so the engine applies conditions again.
        let answers = filters
            .iter()
            .map(|filter| match predicates::is_understood(filter) {
                true => TableProviderFilterPushDown::Inexact,
                false => TableProviderFilterPushDown::Unsupported,
            });
        Ok(answers.collect())
    }

    async fn scan(
        &self,
        _session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let wanted = predicates::of_all(filters);
        let constraints = self.constraints(&wanted, limit);
        let client = &self.metadata.client;
        let partitions = client
            .partitions(&self.name, &self.table, &constraints)
            .await;
        let partitions = partitions.map_err(self.metadata.failed("retrieving partitions"))?;
        let splits = match partitions.num_rows() {
            0 => Vec::new(),
            _ => client
                .splits(&self.name, &self.table, &partitions, &constraints)
                .await
                .map_err(self.metadata.failed("retrieving splits"))?,
        };
        let all: Vec<usize> = (0..self.schema.fields().len()).collect();
        let projection = projection.unwrap_or(&all);
        let schema: SchemaRef = Arc::new(self.schema.project(projection)?);
        tracing::debug!(table = %self.name, splits = splits.len(), conditions = wanted.len(), limit, "asks a connector");
        let reading = Arc::new(Reading {
            app: Arc::clone(&self.app),
            connector: self.records.clone(),
            scan: Arc::clone(&self.scan),
            name: self.name.clone(),
            asked: self.asked(projection)?,
            schema: Arc::clone(&schema),
            constraints,
        });
        let readers = splits.len().clamp(1, READERS);
        let partitions = (0..readers).map(|reader| {
            let splits = splits.iter().skip(reader).step_by(readers);
            Arc::new(Reader::new(Arc::clone(&reading), splits.cloned().collect()))
                as Arc<dyn PartitionStream>
        });
        let partitions = partitions.collect();
        let plan = StreamingTableExec::try_new(schema, partitions, None, [], false, limit)?;
        Ok(Arc::new(plan))
    }
}
