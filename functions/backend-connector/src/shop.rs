//! The source behind the protocol.

use std::sync::Arc;

use arrow_array::RecordBatch;
use athena_federation::{
    SourceError,
    message::TableName,
    server::{Capabilities, Properties, Read, Rows, Scan, Source, Table as Columns},
};
use shared::metrics::{Unit, emit};

use crate::{
    batch::{Rejected, batch},
    error::ConnectorError,
    pushdown::{Plan, plan},
    tables::{SCHEMA, Table, Tables},
};

pub(crate) const SERVICE: &str = "backend-connector";

/// The property of a split with its part of the rows, as the backend is asked for it.
const SHARD: &str = "shard";

/// The backend's tables.
#[derive(Debug)]
pub(crate) struct Shop(Arc<Tables>);

impl Shop {
    /// The shop of these tables.
    pub(crate) fn new(tables: Arc<Tables>) -> Self {
        Self(tables)
    }
}

impl Source for Shop {
    fn kind(&self) -> &str {
        SERVICE
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::default().filters().limit()
    }

    async fn schemas(&self) -> Result<Vec<String>, SourceError> {
        Ok(vec![SCHEMA.to_owned()])
    }

    async fn tables(&self, schema: &str) -> Result<Vec<String>, SourceError> {
        if schema == SCHEMA {
            return Ok(self.0.names());
        }
        let message = format!("the schema {schema} (there is only `{SCHEMA}`)");
        Err(SourceError::NotFound(message))
    }

    async fn table(&self, name: &TableName) -> Result<Columns, SourceError> {
        Ok(Columns::new(self.0.get(name)?.schema()))
    }

    async fn splits(
        &self,
        scan: &Scan,
        _partitions: &RecordBatch,
    ) -> Result<Vec<Properties>, SourceError> {
        let table = self.0.get(&scan.table)?;
        let Some(splits) = &table.splits else {
            return Ok(vec![Properties::new()]);
        };
        let shards = (0..splits.count).map(|number| format!("{number}/{}", splits.count));
        Ok(shards
            .map(|shard| Properties::from([(SHARD.to_owned(), shard)]))
            .collect())
    }

    async fn read(&self, read: &Read, rows: &mut Rows) -> Result<(), SourceError> {
        let table = self.0.get(&read.table)?;
        let mut rejected = Rejected::default();
        let mut plan = plan(table, &read.columns, &read.constraints)?;
        if let (Some(splits), Some(shard)) = (&table.splits, read.properties.get(SHARD)) {
            plan.parameters
                .push((splits.parameter.clone(), shard.clone()));
        }
        let ended = read_all(table, read, &plan, rows, &mut rejected).await;
        let name = &read.table.table_name;
        rejected.log(name);
        report(
            name,
            rows.pushed(),
            &rejected,
            table.client.take_throttled(),
        );
        ended
    }
}

/// Reads what `plan` asks for.
async fn read_all(
    table: &Table,
    read: &Read,
    plan: &Plan,
    rows: &mut Rows,
    rejected: &mut Rejected,
) -> Result<(), SourceError> {
    if plan.nothing {
        return Ok(());
    }
    let Some(list) = &plan.list else {
        return read_one(table, read, plan, None, rows, rejected).await;
    };
    for value in 0..list.values.len() {
        read_one(table, read, plan, Some(value), rows, rejected).await?;
    }
    Ok(())
}

/// Reads the rows of the list's value with this number; all rows when there is no list.
async fn read_one(
    table: &Table,
    read: &Read,
    plan: &Plan,
    value: Option<usize>,
    rows: &mut Rows,
    rejected: &mut Rejected,
) -> Result<(), SourceError> {
    let mut parameters = plan.parameters.clone();
    let only = plan.only.iter();
    let mut only: Vec<_> = only
        .map(|(column, value)| (&table.columns[*column], value))
        .collect();
    if let Some((list, value)) = plan.list.as_ref().zip(value) {
        let (value, text) = &list.values[value];
        parameters.push((list.parameter.clone(), text.clone()));
        only.push((&table.columns[list.column], value));
    }
    let wanted = table.wanted(&read.columns);
    let columns: Vec<_> = wanted
        .iter()
        .map(|number| &table.columns[*number])
        .collect();
    let mut pages = table.feed.pages(&table.client, parameters);
    if !plan.projected {
        pages = pages.distinct();
    }
    let mut next = pages.next().await.map_err(ConnectorError::from)?;
    while let Some(page) = next {
        if plan.limit.is_some_and(|limit| rows.pushed() >= limit) {
            return Ok(());
        }
        let batch = batch(&columns, page, &only, rejected).map_err(SourceError::failed)?;
        // The next page is asked for while the last one is stored.
        let enough = |pushed| plan.limit.is_some_and(|limit| pushed >= limit);
        if enough(rows.pushed() + batch.num_rows() as u64) {
            return rows.push(batch).await;
        }
        let (pushed, following) = tokio::join!(rows.push(batch), pages.next());
        pushed?;
        next = following.map_err(ConnectorError::from)?;
    }
    Ok(())
}

fn report(table: &str, rows: u64, rejected: &Rejected, throttled: u64) {
    #[allow(clippy::cast_precision_loss)] // Counts of rows.
    let data = [
        ("RowsRead", Unit::Count, rows as f64),
        ("ValuesRejected", Unit::Count, rejected.count() as f64),
        ("RequestsThrottled", Unit::Count, throttled as f64),
    ];
    emit(SERVICE, &[("table", table)], &data);
}
