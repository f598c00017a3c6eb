//! From a parsed query to a plan of the engine: tables are found, functions exchanged.

use std::sync::Arc;

use datafusion::{
    catalog::{
        CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider, TableProvider,
    },
    common::DataFusionError,
    execution::context::SQLOptions,
    logical_expr::LogicalPlan,
    prelude::SessionContext,
    sql::{parser::Statement as EngineStatement, sqlparser::ast::Statement},
};

use super::{failure::Failure, scan::Scan};
use crate::{
    app::App,
    federated::{connector::Functions, table::FederatedTable},
    resources::{DataCatalog, Estate},
    sql::{
        names::Names,
        parse::{LAMBDA, ParsedQuery},
        relations::{self, DEFAULT_CATALOG, Defaults, Relation, TableName},
        rewrite,
    },
    tables,
};

/// What a query is planned with.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    /// The server.
    pub(crate) app: Arc<App>,
    /// Counts what is read.
    pub(crate) scan: Arc<Scan>,
    /// Completes names of tables.
    pub(crate) defaults: Defaults,
    /// The execution.
    pub(crate) query_id: String,
}

/// A query that can be run.
#[derive(Debug)]
pub(crate) struct Planned {
    /// The engine's plan.
    pub(crate) plan: LogicalPlan,
    /// What its columns are called.
    pub(crate) names: Vec<String>,
}

/// Plans a query in a session of its own.
///
/// # Errors
/// When a table, column or function is not there, or a connector does not answer.
pub(crate) async fn plan(
    context: &Context,
    session: &SessionContext,
    parsed: &ParsedQuery,
) -> Result<Planned, Failure> {
    let mut query = parsed.query.clone();
    let names = Names::take(&mut query, &parsed.words);
    let relations = relations::resolve(&mut query, &context.defaults);
    let relations = relations.map_err(|problem| Failure::user("SYNTAX_ERROR", problem))?;
    let state = session.state();
    let known = |name: &str| {
        state.scalar_functions().contains_key(name)
            || state.aggregate_functions().contains_key(name)
            || state.window_functions().contains_key(name)
    };
    rewrite::rewrite(&mut query, &known)
        .map_err(|problem| Failure::user("FUNCTION_NOT_FOUND", problem))?;
    for relation in &relations {
        let table = context.table(session, relation).await?;
        register(session, &relation.name, table).map_err(|error| Failure::of(&error, None))?;
    }
    let statement = EngineStatement::Statement(Box::new(Statement::Query(query)));
    let plan = session.state().statement_to_plan(statement).await;
    let plan = plan.map_err(|error| Failure::of(&error, Some(parsed)))?;
    let only_queries = SQLOptions::new()
        .with_allow_ddl(false)
        .with_allow_dml(false)
        .with_allow_statements(false);
    only_queries
        .verify_plan(&plan)
        .map_err(|_| Failure::user("NOT_SUPPORTED", "Queries of this type are not supported"))?;
    let engine = plan.schema().fields().iter();
    let engine: Vec<String> = engine.map(|field| field.name().clone()).collect();
    Ok(Planned {
        names: names.apply(&engine),
        plan,
    })
}

impl Context {
    /// A table that a query reads.
    async fn table(
        &self,
        session: &SessionContext,
        relation: &Relation,
    ) -> Result<Arc<dyn TableProvider>, Failure> {
        let name = &relation.name;
        match self.app.read(|estate| find(estate, name)) {
            Found::Table(table) => tables::open(&table, &self.app.s3, &self.scan, session).await,
            Found::Connector(functions) => {
                let table =
                    FederatedTable::open(&self.app, &functions, name, &self.query_id, &self.scan);
                Ok(Arc::new(table.await?))
            }
            Found::Nothing { code, what } => {
                let place = relation.place;
                Err(Failure::user(
                    code,
                    format!("{place}: {what} does not exist"),
                ))
            }
        }
    }
}

/// What a name of a table means.
pub(crate) enum Found {
    /// A table of ours.
    Table(Box<crate::resources::Table>),
    /// A connector has it, or not.
    Connector(Functions),
    /// There is no such catalog, database or table.
    Nothing {
        /// Trino's code.
        code: &'static str,
        /// What there is not.
        what: String,
    },
}

/// Finds the table of a name.
pub(crate) fn find(estate: &Estate, name: &TableName) -> Found {
    let TableName {
        catalog,
        database,
        table,
    } = name;
    match functions(estate, catalog) {
        Some(Some(functions)) => return Found::Connector(functions),
        None => {
            return Found::Nothing {
                code: "CATALOG_NOT_FOUND",
                what: format!("Catalog '{catalog}'"),
            };
        }
        Some(None) => {}
    }
    let Some(found) = estate.databases.get(database) else {
        return Found::Nothing {
            code: "SCHEMA_NOT_FOUND",
            what: format!("Schema '{database}'"),
        };
    };
    match found.tables.get(table) {
        Some(found) => Found::Table(Box::new(found.clone())),
        None => Found::Nothing {
            code: "TABLE_NOT_FOUND",
            what: format!("Table '{catalog}.{database}.{table}'"),
        },
    }
}

/// The functions of a catalog; `Some(None)` for the catalog of our tables, `None` for no catalog.
#[must_use]
pub(crate) fn functions(estate: &Estate, catalog: &str) -> Option<Option<Functions>> {
    if let Some(function) = catalog.strip_prefix(LAMBDA) {
        return Some(Some(Functions::one(function)));
    }
    if catalog.eq_ignore_ascii_case(DEFAULT_CATALOG) {
        return Some(None);
    }
    let catalog = estate.catalogs.get(&catalog.to_lowercase())?;
    Some(functions_of(catalog))
}

/// The functions of a registered catalog; `None` when its tables are ours (type GLUE).
fn functions_of(catalog: &DataCatalog) -> Option<Functions> {
    let of = |name: &str| catalog.parameters.get(name).map(String::as_str);
    if let Some(function) = of("function") {
        return Some(Functions::one(function));
    }
    let metadata = of("metadata-function")?;
    Some(Functions {
        metadata: metadata.to_owned(),
        records: of("record-function").unwrap_or(metadata).to_owned(),
    })
}

fn register(
    session: &SessionContext,
    name: &TableName,
    table: Arc<dyn TableProvider>,
) -> Result<(), DataFusionError> {
    let catalog = session.catalog(&name.catalog).unwrap_or_else(|| {
        let catalog = Arc::new(MemoryCatalogProvider::new());
        session.register_catalog(
            &name.catalog,
            Arc::clone(&catalog) as Arc<dyn CatalogProvider>,
        );
        catalog
    });
    let schema = match catalog.schema(&name.database) {
        Some(schema) => schema,
        None => {
            let schema = Arc::new(MemorySchemaProvider::new());
            catalog.register_schema(
                &name.database,
                Arc::clone(&schema) as Arc<dyn SchemaProvider>,
            )?;
            schema
        }
    };
    schema.register_table(name.table.clone(), table)?;
    Ok(())
}
