//! Statements that define or show what is in a catalog.

use datafusion::sql::sqlparser::ast::{Ident, ObjectName};

use super::{
    failure::Failure,
    outcome::ResultColumn,
    plan::{Context, Found, find},
};
use crate::{
    api::metadata,
    app::DEFAULT_DATABASE,
    executions::now,
    resources::{Column, Database, Table},
    sql::{
        ddl::Definition,
        relations::{DEFAULT_CATALOG, TableName},
    },
};

/// What such a statement answers.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// Columns of the answer.
    pub(crate) columns: Vec<ResultColumn>,
    /// Its lines.
    pub(crate) lines: Vec<String>,
}

impl Shown {
    fn list(column: &str, lines: Vec<String>) -> Self {
        Self {
            columns: vec![ResultColumn::text(column)],
            lines,
        }
    }
}

/// Does what a statement says.
///
/// # Errors
/// When what it names is not there, or is and must not be.
pub(crate) async fn run(context: &Context, definition: &Definition) -> Result<Shown, Failure> {
    match definition {
        Definition::CreateTable {
            name,
            if_not_exists,
            table,
        } => create_table(context, name, *if_not_exists, table),
        Definition::CreateDatabase {
            name,
            if_not_exists,
        } => create_database(context, name, *if_not_exists),
        Definition::DropTable { name, if_exists } => drop_table(context, name, *if_exists),
        Definition::DropDatabase {
            name,
            if_exists,
            cascade,
        } => drop_database(context, name, *if_exists, *cascade),
        Definition::ShowTables { database, pattern } => {
            let (catalog, database) = match database {
                Some(name) => catalog_and_database(context, name)?,
                None => (
                    context.defaults.catalog.clone(),
                    context.defaults.database.clone(),
                ),
            };
            let tables = metadata::table_names(&context.app, &catalog, &database).await?;
            Ok(Shown::list(
                "tab_name",
                matching(tables, pattern.as_deref()),
            ))
        }
        Definition::ShowDatabases { pattern } => {
            let catalog = &context.defaults.catalog;
            let databases = metadata::database_names(&context.app, catalog).await?;
            Ok(Shown::list(
                "database_name",
                matching(databases, pattern.as_deref()),
            ))
        }
        Definition::Describe { name, types } => describe(context, name, *types).await,
        Definition::Repair { name } => {
            // Partitions are found when the table is read; there is nothing to repair but a wrong name.
            own_table(context, name)?;
            Ok(Shown::default())
        }
    }
}

fn create_table(
    context: &Context,
    name: &ObjectName,
    if_not_exists: bool,
    table: &Table,
) -> Result<Shown, Failure> {
    let name = own_name(context, name)?;
    context.app.change(|estate| {
        let database = estate
            .databases
            .get_mut(&name.database)
            .ok_or_else(|| no_database(&name.database))?;
        if database.tables.contains_key(&name.table) {
            return match if_not_exists {
                true => Ok(()),
                false => Err(failed_ddl(&format!(
                    "AlreadyExistsException(message:Table {} already exists)",
                    name.table
                ))),
            };
        }
        let table = Table {
            created: now(),
            ..table.clone()
        };
        database.tables.insert(name.table.clone(), table);
        Ok(())
    })?;
    Ok(Shown::default())
}

fn create_database(
    context: &Context,
    name: &ObjectName,
    if_not_exists: bool,
) -> Result<Shown, Failure> {
    let (catalog, database) = catalog_and_database(context, name)?;
    own_catalog(&catalog)?;
    context.app.change(|estate| {
        if estate.databases.contains_key(&database) && !if_not_exists {
            return Err(failed_ddl(&format!("Database {database} already exists")));
        }
        estate.databases.entry(database.clone()).or_default();
        Ok(())
    })?;
    Ok(Shown::default())
}

fn drop_table(context: &Context, name: &ObjectName, if_exists: bool) -> Result<Shown, Failure> {
    let name = own_name(context, name)?;
    context.app.change(|estate| {
        let database = estate.databases.get_mut(&name.database);
        let dropped = database.and_then(|database| database.tables.remove(&name.table));
        match dropped.is_some() || if_exists {
            true => Ok(()),
            false => Err(no_table(&name)),
        }
    })?;
    Ok(Shown::default())
}

fn drop_database(
    context: &Context,
    name: &ObjectName,
    if_exists: bool,
    cascade: bool,
) -> Result<Shown, Failure> {
    let (catalog, database) = catalog_and_database(context, name)?;
    own_catalog(&catalog)?;
    context.app.change(|estate| {
        let Some(Database { tables }) = estate.databases.get(&database) else {
            return match if_exists {
                true => Ok(()),
                false => Err(no_database(&database)),
            };
        };
        if database == DEFAULT_DATABASE {
            return Err(failed_ddl("Can not drop default database"));
        }
        if !tables.is_empty() && !cascade {
            return Err(failed_ddl(&format!(
                "InvalidOperationException(message:Database {database} is not empty. One or more tables exist.); DROP DATABASE ... CASCADE drops them too"
            )));
        }
        estate.databases.remove(&database);
        Ok(())
    })?;
    Ok(Shown::default())
}

async fn describe(context: &Context, name: &ObjectName, types: bool) -> Result<Shown, Failure> {
    let name = complete(context, name)?;
    let (columns, partition_keys) = metadata::columns(&context.app, &name).await?;
    let line = |column: &Column| match types {
        true => format!(
            "{:<20}\t{:<20}\t{:<20}",
            column.name,
            column.data_type,
            column.comment.as_deref().unwrap_or_default()
        ),
        false => format!("{:<20}", column.name),
    };
    let lines = columns.iter().chain(&partition_keys).map(line);
    let column = if types { "col_name" } else { "field" };
    Ok(Shown::list(column, lines.collect()))
}

fn complete(context: &Context, name: &ObjectName) -> Result<TableName, Failure> {
    let complete = context.defaults.complete(name);
    complete.map_err(|problem| Failure::user("SYNTAX_ERROR", problem))
}

fn own_name(context: &Context, name: &ObjectName) -> Result<TableName, Failure> {
    let name = complete(context, name)?;
    own_catalog(&name.catalog)?;
    Ok(name)
}

fn own_table(context: &Context, name: &ObjectName) -> Result<Table, Failure> {
    let name = own_name(context, name)?;
    match context.app.read(|estate| find(estate, &name)) {
        Found::Table(table) => Ok(*table),
        _ => Err(no_table(&name)),
    }
}

/// `catalog.database` or `database`.
fn catalog_and_database(context: &Context, name: &ObjectName) -> Result<(String, String), Failure> {
    // A database is completed as a table's name is; what stands for the table is not looked at.
    let parts = name.0.iter().cloned();
    let table = ObjectName::from(vec![Ident::new("any")]);
    let name = ObjectName(parts.chain(table.0).collect());
    let name = complete(context, &name)?;
    Ok((name.catalog, name.database))
}

fn own_catalog(catalog: &str) -> Result<(), Failure> {
    match catalog == DEFAULT_CATALOG {
        true => Ok(()),
        false => Err(Failure::user(
            "NOT_SUPPORTED",
            format!("Catalog '{catalog}' cannot be changed by SQL; AwsDataCatalog can"),
        )),
    }
}

fn no_database(database: &str) -> Failure {
    failed_ddl(&format!(
        "SemanticException [Error 10072]: Database does not exist: {database}"
    ))
}

fn no_table(name: &TableName) -> Failure {
    failed_ddl(&format!(
        "SemanticException [Error 10001]: Table not found {}.{}",
        name.database, name.table
    ))
}

fn failed_ddl(message: &str) -> Failure {
    Failure::Data {
        code: "FAILED",
        message: message.to_owned(),
    }
}

/// Names that match a pattern in which `*` is anything and `|` separates alternatives.
fn matching(names: Vec<String>, pattern: Option<&str>) -> Vec<String> {
    let Some(pattern) = pattern else {
        return names;
    };
    let alternatives: Vec<String> = pattern.split('|').map(str::to_lowercase).collect();
    let matches = |name: &String| alternatives.iter().any(|one| glob(one, name));
    names.into_iter().filter(matches).collect()
}

fn glob(pattern: &str, name: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(rest) = name.strip_prefix(before) else {
        return false;
    };
    (0..=rest.len())
        .filter(|&at| rest.is_char_boundary(at))
        .any(|at| glob(after, &rest[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_stars_and_alternatives() {
        let names = || {
            ["orders", "order_lines", "products"]
                .map(str::to_owned)
                .to_vec()
        };
        assert_eq!(matching(names(), Some("order*")), ["orders", "order_lines"]);
        assert_eq!(
            matching(names(), Some("*s|x")),
            ["orders", "order_lines", "products"]
        );
        assert_eq!(
            matching(names(), Some("orders|products")),
            ["orders", "products"]
        );
        assert_eq!(matching(names(), None).len(), 3);
    }
}
