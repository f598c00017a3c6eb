//! Which tables a query reads, by catalog, database and name.

use std::{collections::HashSet, ops::ControlFlow};

use datafusion::sql::sqlparser::ast::{
    Ident, ObjectName, ObjectNamePart, Query, Spanned, Visit, VisitMut, Visitor, VisitorMut,
};

use super::{Place, parse::LAMBDA};

/// The catalog of tables that statements here define.
pub(crate) const DEFAULT_CATALOG: &str = "awsdatacatalog";

/// A table's whole name, in lower case but for Lambda functions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TableName {
    /// A data catalog, or `lambda:<function>`.
    pub(crate) catalog: String,
    /// The database, which federated catalogs call a schema.
    pub(crate) database: String,
    /// The table.
    pub(crate) table: String,
}

/// What names lack when a query does not write them out.
#[derive(Debug, Clone)]
pub(crate) struct Defaults {
    /// The catalog of the query's context.
    pub(crate) catalog: String,
    /// The database of the query's context.
    pub(crate) database: String,
}

impl Defaults {
    /// The whole of a name of one to three parts.
    ///
    /// # Errors
    /// When there are more parts, or functions among them.
    pub(crate) fn complete(&self, name: &ObjectName) -> Result<TableName, String> {
        let parts: Option<Vec<&Ident>> = name.0.iter().map(ObjectNamePart::as_ident).collect();
        let part = |ident: &Ident| match ident.value.starts_with(LAMBDA) {
            true => ident.value.clone(),
            false => ident.value.to_lowercase(),
        };
        match parts.as_deref() {
            Some([table]) => Ok(TableName {
                catalog: self.catalog.clone(),
                database: self.database.clone(),
                table: part(table),
            }),
            Some([database, table]) => Ok(TableName {
                catalog: self.catalog.clone(),
                database: part(database),
                table: part(table),
            }),
            Some([catalog, database, table]) => Ok(TableName {
                catalog: part(catalog),
                database: part(database),
                table: part(table),
            }),
            _ => Err(format!("Too many dots in table name: {name}")),
        }
    }
}

/// A table that a query reads, and where it says so.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    /// Which.
    pub(crate) name: TableName,
    /// Where in the query.
    pub(crate) place: Place,
}

/// Writes all names of tables out, and answers them, each once.
///
/// # Errors
/// When a name cannot be one.
pub(crate) fn resolve(query: &mut Query, defaults: &Defaults) -> Result<Vec<Relation>, String> {
    let mut known = CommonTables(HashSet::new());
    let _ = Visit::visit(query, &mut known);
    let mut resolver = Resolver {
        common: known.0,
        defaults,
        found: Vec::new(),
    };
    match VisitMut::visit(query, &mut resolver) {
        ControlFlow::Break(problem) => Err(problem),
        ControlFlow::Continue(()) => Ok(resolver.found),
    }
}

/// Collects the names that `WITH` gives.
struct CommonTables(HashSet<String>);

impl Visitor for CommonTables {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let tables = query.with.iter().flat_map(|with| &with.cte_tables);
        self.0
            .extend(tables.map(|table| table.alias.name.value.to_lowercase()));
        ControlFlow::Continue(())
    }
}

struct Resolver<'a> {
    common: HashSet<String>,
    defaults: &'a Defaults,
    found: Vec<Relation>,
}

impl VisitorMut for Resolver<'_> {
    type Break = String;

    fn pre_visit_relation(&mut self, relation: &mut ObjectName) -> ControlFlow<String> {
        let common = relation.0.len() == 1
            && self
                .common
                .contains(&relation.to_string().to_lowercase().replace('"', ""));
        if common {
            return ControlFlow::Continue(());
        }
        let place = Place::from(relation.span().start);
        match self.defaults.complete(relation) {
            Err(problem) => ControlFlow::Break(format!("{place}: {problem}")),
            Ok(name) => {
                let parts = [&name.catalog, &name.database, &name.table];
                let parts = parts.map(|part| Ident::with_quote('"', part));
                *relation = ObjectName::from(parts.to_vec());
                if !self.found.iter().any(|known| known.name == name) {
                    self.found.push(Relation { name, place });
                }
                ControlFlow::Continue(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::parse::{Parsed, parse};

    #[test]
    fn names_are_completed_but_for_common_tables() {
        let text = "WITH Recent AS (SELECT * FROM Orders) SELECT * FROM recent r \
            JOIN \"lambda:Shop\".\"Db\".lines l ON r.id = l.id JOIN other.customers c ON c.id = r.c";
        let Parsed::Query(mut parsed) = parse(text, &[]).unwrap() else {
            panic!("no query");
        };
        let defaults = Defaults {
            catalog: DEFAULT_CATALOG.to_owned(),
            database: "default".to_owned(),
        };
        let found = resolve(&mut parsed.query, &defaults).unwrap();
        let names: Vec<String> = found
            .iter()
            .map(|one| {
                format!(
                    "{}.{}.{}",
                    one.name.catalog, one.name.database, one.name.table
                )
            })
            .collect();
        assert_eq!(
            names,
            [
                "awsdatacatalog.default.orders",
                "lambda:Shop.db.lines",
                "awsdatacatalog.other.customers"
            ]
        );
        assert_eq!(found[0].place.to_string(), "line 1:31");
        assert!(
            parsed.query.to_string().contains("FROM recent r"),
            "{}",
            parsed.query
        );
    }
}
