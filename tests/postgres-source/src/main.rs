//! A connector to the tables of a PostgreSQL database, as a Lambda function. Filters, columns and limits
//! are applied by the database, values only as bound parameters; times without a zone are of UTC. The
//! variable `POSTGRES` says where it is: `host=localhost user=shop dbname=shop`. A function of your own
//! adds TLS, takes the password from Secrets Manager, and keeps what it spills in S3:
//! `functions/backend-connector` does both of the latter.

mod statement;
mod values;

use std::{pin::pin, sync::Arc};

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{Field, Schema};
use athena_federation::{SourceError, message::TableName, server::*, spill::*};
use futures::{StreamExt, TryStreamExt};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::value::RawValue;
use tokio_postgres::{Client, NoTls, Row, types::ToSql};

use crate::{
    statement::statement,
    values::{arrow_type, column},
};

struct Postgres(Client);

impl Source for Postgres {
    fn kind(&self) -> &str {
        "postgres"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::default().filters().limit()
    }

    async fn schemas(&self) -> Result<Vec<String>, SourceError> {
        let sql = "SELECT DISTINCT table_schema::text FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')";
        let rows = self.0.query(sql, &[]).await.map_err(SourceError::failed)?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    async fn tables(&self, schema: &str) -> Result<Vec<String>, SourceError> {
        let sql = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = $1";
        let rows = self
            .0
            .query(sql, &[&schema])
            .await
            .map_err(SourceError::failed)?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    async fn table(&self, name: &TableName) -> Result<Table, SourceError> {
        let sql = "SELECT column_name::text, data_type::text FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position";
        let columns = self
            .0
            .query(sql, &[&name.schema_name, &name.table_name])
            .await
            .map_err(SourceError::failed)?;
        if columns.is_empty() {
            return Err(SourceError::NotFound(format!("the table {name}")));
        }
        let field = |row: &Row| Field::new(row.get::<_, String>(0), arrow_type(row.get(1)), true);
        Ok(Table::new(Arc::new(Schema::new(
            columns.iter().map(field).collect::<Vec<_>>(),
        ))))
    }

    async fn read(&self, read: &Read, rows: &mut Rows) -> Result<(), SourceError> {
        let (sql, parameters) = statement(read)?;
        let parameters = parameters
            .iter()
            .map(|value| value.as_ref() as &(dyn ToSql + Sync));
        let stream = self
            .0
            .query_raw(&sql, parameters)
            .await
            .map_err(SourceError::failed)?;
        let mut pages = pin!(stream.try_chunks(1_000));
        while let Some(page) = pages.next().await {
            let page = page.map_err(|broken| SourceError::failed(broken.1))?;
            let columns = read.columns.fields().iter().enumerate();
            let columns = columns.map(|(index, field)| column(&page, index, field.data_type()));
            let columns = columns
                .collect::<Result<Vec<_>, _>>()
                .map_err(SourceError::failed)?;
            let count = RecordBatchOptions::new().with_row_count(Some(page.len()));
            let batch = RecordBatch::try_new_with_options(read.columns.clone(), columns, &count);
            rows.push(batch.map_err(SourceError::failed)?).await?;
        }
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let address =
        std::env::var("POSTGRES").map_err(|_| "POSTGRES is not set: host=... user=...")?;
    let mut config: tokio_postgres::Config = address.parse()?;
    let (client, connection) = config.options("-c timezone=UTC").connect(NoTls).await?;
    tokio::spawn(connection);
    let spill = SpillSpace::new(MemoryStore::default(), LocalKeys, "bucket", "postgres");
    let server = &Server::new(Postgres(client), spill);
    let handler = |event: LambdaEvent<Box<RawValue>>| async move {
        let answer = server.answer(event.payload.get().as_bytes()).await;
        let body = answer
            .map(|answer| answer.body)
            .map_err(|error| Diagnostic {
                error_message: error.to_string(),
                error_type: error.error_type.unwrap_or_default(),
            })?;
        Ok::<_, Diagnostic>(serde_json::from_slice::<Box<RawValue>>(&body).unwrap_or_default())
    };
    lambda_runtime::run(service_fn(handler)).await
}
