//! Prepared statements, run by `EXECUTE name USING value, …`.

use datafusion::sql::sqlparser::{ast::Statement, dialect::GenericDialect, parser::Parser};
use serde::Deserialize;
use serde_json::{Value, json};

use super::page::Page;
use crate::{app::App, executions::now, fault::Fault, resources::PreparedStatement};

/// Statements in a page.
const PAGE: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Write {
    statement_name: String,
    work_group: String,
    query_statement: String,
    #[serde(default)]
    description: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct One {
    statement_name: String,
    work_group: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    work_group: String,
    #[serde(flatten)]
    page: Page,
}

impl Write {
    fn statement(self) -> PreparedStatement {
        PreparedStatement {
            statement_name: self.statement_name,
            query_statement: self.query_statement,
            work_group_name: self.work_group,
            description: self.description,
            last_modified_time: now(),
        }
    }
}

pub(super) fn create(app: &App, request: Write) -> Result<Value, Fault> {
    let good =
        |sign: char| sign.is_ascii_alphanumeric() || sign == '_' || sign == '@' || sign == ':';
    if request.statement_name.is_empty() || !request.statement_name.chars().all(good) {
        return Err(Fault::invalid(
            "StatementName must have letters, digits, '_', '@' and ':' only",
        ));
    }
    let (name, work_group) = (request.statement_name.clone(), request.work_group.clone());
    app.change(|estate| {
        super::work_groups::known(estate, &work_group)?;
        let statements = estate.prepared_statements.entry(work_group).or_default();
        if statements.contains_key(&name) {
            return Err(Fault::invalid(format!(
                "PreparedStatement {name} already exists in the work group"
            )));
        }
        statements.insert(name, request.statement());
        Ok(json!({}))
    })
}

pub(super) fn get(app: &App, request: &One) -> Result<Value, Fault> {
    let found = find(app, &request.work_group, &request.statement_name);
    let found = found.ok_or_else(|| missing(&request.statement_name))?;
    Ok(json!({ "PreparedStatement": found }))
}

pub(super) fn list(app: &App, request: &List) -> Result<Value, Fault> {
    let statements =
        app.read(|estate| estate.prepared_statements.get(&request.work_group).cloned());
    let statements = statements.unwrap_or_default().into_values().collect();
    let (page, next): (Vec<PreparedStatement>, _) =
        request
            .page
            .of(statements, PAGE, |statement| &statement.statement_name)?;
    let page = page.iter().map(|statement| {
        json!({
            "StatementName": statement.statement_name,
            "LastModifiedTime": statement.last_modified_time,
        })
    });
    let mut answer = json!({ "PreparedStatements": page.collect::<Vec<_>>() });
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

pub(super) fn update(app: &App, request: Write) -> Result<Value, Fault> {
    app.change(|estate| {
        let statements = estate.prepared_statements.get_mut(&request.work_group);
        let statement = statements.and_then(|all| all.get_mut(&request.statement_name));
        let statement = statement.ok_or_else(|| missing(&request.statement_name))?;
        *statement = request.statement();
        Ok::<_, Fault>(json!({}))
    })
}

pub(super) fn delete(app: &App, request: &One) -> Result<Value, Fault> {
    app.change(|estate| {
        let statements = estate.prepared_statements.get_mut(&request.work_group);
        let removed = statements.and_then(|all| all.remove(&request.statement_name));
        removed.ok_or_else(|| missing(&request.statement_name))?;
        Ok::<_, Fault>(json!({}))
    })
}

fn find(app: &App, work_group: &str, name: &str) -> Option<PreparedStatement> {
    app.read(|estate| {
        estate
            .prepared_statements
            .get(work_group)?
            .get(name)
            .cloned()
    })
}

fn missing(name: &str) -> Fault {
    Fault::not_found(format!("PreparedStatement {name} was not found"), name)
}

/// The statement and the values of `EXECUTE name USING value, …`; nothing for other SQL.
///
/// # Errors
/// When there is no such statement.
pub(super) fn executed(
    app: &App,
    work_group: &str,
    text: &str,
) -> Result<Option<(String, Vec<String>)>, Fault> {
    let first = text.split_whitespace().next().unwrap_or_default();
    if !first.eq_ignore_ascii_case("execute") {
        return Ok(None);
    }
    let statements = Parser::parse_sql(&GenericDialect {}, text);
    let mut statements = statements.map_err(|error| Fault::malformed_query(error.to_string()))?;
    let Some(Statement::Execute {
        name: Some(name),
        using,
        ..
    }) = statements.pop()
    else {
        return Err(Fault::malformed_query(
            "EXECUTE needs the name of a prepared statement",
        ));
    };
    let name = name.to_string();
    let found = find(app, work_group, &name).ok_or_else(|| missing(&name))?;
    let values = using.iter().map(|value| value.expr.to_string());
    Ok(Some((found.query_statement, values.collect())))
}
