//! The SELECT of a split.

use std::{
    ops::Bound,
    time::{Duration, SystemTime},
};

use arrow_schema::DataType;
use athena_federation::{
    SourceError, Value,
    predicate::{Predicate, Values},
    server::Read,
};
use tokio_postgres::types::ToSql;

pub(crate) type Parameters = Vec<Box<dyn ToSql + Sync + Send>>;

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The SELECT of a split. The limit goes with it when no condition is left to Athena.
pub(crate) fn statement(read: &Read) -> Result<(String, Parameters), SourceError> {
    let mut parameters = Parameters::new();
    let wanted =
        read.columns
            .fields()
            .iter()
            .map(|field| match (quoted(field.name()), field.data_type()) {
                (name, DataType::Int64) => format!("{name}::int8"),
                (name, DataType::Float64) => format!("{name}::float8"),
                (name, DataType::Date64) => {
                    format!("floor(extract(epoch FROM {name}) * 1000)::int8")
                }
                (name, DataType::Boolean) => name,
                (name, _) => format!("{name}::text"),
            });
    let table = format!(
        "{}.{}",
        quoted(&read.table.schema_name),
        quoted(&read.table.table_name)
    );
    let columns: Vec<String> = wanted.collect();
    let columns = if columns.is_empty() {
        "1".to_owned()
    } else {
        columns.join(", ")
    };
    let mut sql = format!("SELECT {columns} FROM {table} WHERE true");
    let mut all = read
        .constraints
        .expression
        .as_ref()
        .is_none_or(Vec::is_empty)
        && read
            .constraints
            .order_by_clause
            .as_ref()
            .is_none_or(Vec::is_empty);
    all &= read.constraints.summary.len() == read.constraints.predicates()?.len();
    for (name, predicate) in &read.constraints.predicates()? {
        match condition(&quoted(name), predicate, &mut parameters) {
            Some(condition) => sql += &format!(" AND ({condition})"),
            None => all = false,
        }
    }
    if let Some(limit) = read.constraints.row_limit().filter(|_| all) {
        sql += &format!(" LIMIT {limit}");
    }
    Ok((sql, parameters))
}

/// `None` when the database might keep fewer rows than Athena would.
fn condition(name: &str, predicate: &Predicate, parameters: &mut Parameters) -> Option<String> {
    let mut any: Vec<String> = match (&predicate.values, predicate.list()) {
        (Values::All, _) => vec![format!("{name} IS NOT NULL")],
        (_, Some(values)) => values
            .into_iter()
            .map(|value| compared(name, "=", value, parameters))
            .collect::<Option<_>>()?,
        (Values::Ranges(ranges), _) => ranges
            .iter()
            .map(|range| {
                let low = match &range.low {
                    Bound::Included(value) => compared(name, ">=", value, parameters)?,
                    Bound::Excluded(value) => compared(name, ">", value, parameters)?,
                    Bound::Unbounded => "true".to_owned(),
                };
                let high = match &range.high {
                    Bound::Included(value) => compared(name, "<=", value, parameters)?,
                    Bound::Excluded(value) => compared(name, "<", value, parameters)?,
                    Bound::Unbounded => format!("{name} IS NOT NULL"),
                };
                Some(format!("{low} AND {high}"))
            })
            .collect::<Option<_>>()?,
        _ => return None,
    };
    any.extend(predicate.null_allowed.then(|| format!("{name} IS NULL")));
    Some(if any.is_empty() {
        "false".to_owned()
    } else {
        any.join(" OR ")
    })
}

fn compared(
    name: &str,
    operator: &str,
    value: &Value,
    parameters: &mut Parameters,
) -> Option<String> {
    let at = parameters.len() + 1;
    let (parameter, sql): (Box<dyn ToSql + Sync + Send>, String) = match value {
        Value::Bool(value) => (Box::new(*value), format!("{name} {operator} ${at}::bool")),
        Value::Int(value) => (Box::new(*value), format!("{name} {operator} ${at}::int8")),
        Value::Double(value) => (Box::new(*value), format!("{name} {operator} ${at}::float8")),
        // The order of other collations is not Athena's.
        Value::Text(value) => (
            Box::new(value.clone()),
            format!("{name}::text {operator} ${at}::text COLLATE \"C\""),
        ),
        // Athena sees whole milliseconds, the column may have more.
        Value::Timestamp(millis) => {
            let time = SystemTime::UNIX_EPOCH
                .checked_add(Duration::from_millis(u64::try_from(*millis).ok()?))?;
            let (this, next) = (
                format!("${at}::timestamptz"),
                format!("(${at}::timestamptz + interval '1 ms')"),
            );
            let sql = match operator {
                "=" => format!("{name} >= {this} AND {name} < {next}"),
                "<=" => format!("{name} < {next}"),
                ">" => format!("{name} >= {next}"),
                _ => format!("{name} {operator} {this}"),
            };
            (Box::new(time), sql)
        }
        _ => return None,
    };
    parameters.push(parameter);
    Some(sql)
}
