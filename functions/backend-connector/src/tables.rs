//! The tables that the configuration declares.

use std::{collections::BTreeMap, sync::Arc};

use arrow_schema::{Schema, SchemaRef};
use athena_federation::{SourceError, message::TableName};
use backend::{BackendError, Client, Feed, Secrets};
use shared::config::{
    Backend,
    backend::{self as config, Auth},
};

use crate::column::Column;

/// The schema with all of them.
pub(crate) const SCHEMA: &str = "shop";

/// All tables, by their names in lower case, which are the only ones Athena asks for.
#[derive(Debug, Default)]
pub(crate) struct Tables(BTreeMap<String, Table>);

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    /// Its columns.
    pub(crate) columns: Vec<Column>,
    /// The parameter for the wanted columns.
    pub(crate) projection: Option<String>,
    /// The parameter for the most rows wanted.
    pub(crate) limit: Option<String>,
    /// How it is read in parallel.
    pub(crate) splits: Option<config::Splits>,
    /// Where its rows are.
    pub(crate) feed: Feed,
    /// Who asks for them.
    pub(crate) client: Arc<Client>,
}

impl Tables {
    /// The tables of `declared`, read from the backend at `url`.
    pub(crate) fn new(
        declared: Option<&Backend>,
        url: &str,
        secrets: &Secrets,
    ) -> Result<Self, BackendError> {
        let mut clients: Vec<(&Auth, Arc<Client>)> = Vec::new();
        let mut tables = BTreeMap::new();
        for (name, table) in declared.into_iter().flat_map(|backend| &backend.tables) {
            let auth = &table.feed.auth;
            let known = clients.iter().find(|(of, _)| *of == auth);
            // Tables with the same authentication keep one pace.
            let client = match known {
                Some((_, client)) => client.clone(),
                None => {
                    let pace = declared.and_then(|backend| backend.requests_per_second);
                    let client = Client::new(url, auth.clone(), secrets.clone(), pace)?;
                    let client = Arc::new(client);
                    clients.push((auth, client.clone()));
                    client
                }
            };
            tables.insert(name.to_lowercase(), Table::new(table, client)?);
        }
        Ok(Self(tables))
    }

    /// Their names.
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    /// The table of that name.
    pub(crate) fn get(&self, name: &TableName) -> Result<&Table, SourceError> {
        let table = self
            .0
            .get(&name.table_name)
            .filter(|_| name.schema_name == SCHEMA);
        table.ok_or_else(|| {
            let names = self.names().join(", ");
            SourceError::NotFound(format!(
                "the table {name} (declared under backend.tables are: {names})"
            ))
        })
    }
}

impl Table {
    fn new(declared: &config::Table, client: Arc<Client>) -> Result<Self, BackendError> {
        let columns = declared.columns.iter();
        let columns = columns.map(|(name, column)| Column::new(name, column));
        let name = |parameter: &config::Parameter| parameter.parameter.clone();
        Ok(Self {
            columns: columns.collect::<Result<_, _>>()?,
            projection: declared.projection.as_ref().map(name),
            limit: declared.limit.as_ref().map(name),
            splits: declared.splits.clone(),
            feed: Feed::new(&declared.feed)?,
            client,
        })
    }

    /// All of its columns.
    pub(crate) fn schema(&self) -> SchemaRef {
        let fields: Vec<_> = self.columns.iter().map(Column::field).collect();
        Arc::new(Schema::new(fields))
    }

    /// The numbers of the columns that are in `columns`.
    pub(crate) fn wanted(&self, columns: &SchemaRef) -> Vec<usize> {
        let numbers = 0..self.columns.len();
        numbers
            .filter(|number| {
                columns
                    .column_with_name(&self.columns[*number].name)
                    .is_some()
            })
            .collect()
    }
}
