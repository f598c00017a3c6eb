//! A request for rows, checked.

use rusqlite::types::Value;

use super::{
    columns::{Column, Table},
    cursor::Cursor,
};
use crate::{
    answer::Refusal,
    parameters::{Parameters, cited},
};

/// Rows of a page unless the request says.
const USUAL_ROWS: u64 = 1000;
/// Rows of a page at most.
const MOST_ROWS: u64 = 5000;
/// Parts that a table can be read in at most.
const MOST_SHARDS: i64 = 1024;

/// Which rows of which columns.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) table: &'static Table,
    pub(super) columns: Vec<&'static Column>,
    pub(super) conditions: Vec<Condition>,
    /// This part of so many, by the rows' numbers.
    pub(super) shard: Option<(i64, i64)>,
    pub(super) limit: u64,
    /// The column that gives the order; without it the rows' numbers do.
    pub(super) order: Option<&'static Column>,
    pub(super) cursor: Cursor,
}

/// What a row has to meet.
#[derive(Debug)]
pub(super) struct Condition {
    pub(super) column: &'static Column,
    pub(super) comparison: Comparison,
    pub(super) value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    From,
    To,
}

impl Query {
    pub(super) fn parse(
        table: &'static Table,
        mut parameters: Parameters,
    ) -> Result<Self, Refusal> {
        let limit = parameters.number("limit", USUAL_ROWS, 1..=MOST_ROWS)?;
        let total = match parameters.number("limit_total", u64::MAX, 0..=u64::MAX)? {
            u64::MAX => None,
            total => Some(total),
        };
        let shard = parameters
            .take("shard")?
            .as_deref()
            .map(shard)
            .transpose()?;
        let columns = match parameters.take("columns")? {
            Some(names) => columns(table, &names)?,
            None => table.columns.iter().collect(),
        };
        let cursor = parameters
            .take("cursor")?
            .filter(|cursor| !cursor.is_empty());
        let mut conditions = Vec::new();
        while let Some((name, text)) = parameters.next() {
            let condition = condition(table, &name, &text)?;
            let same = |other: &Condition| {
                other.column.name == condition.column.name
                    && other.comparison == condition.comparison
            };
            if conditions.iter().any(same) {
                return Err(Refusal::bad(format!(
                    "the parameter {} is given twice",
                    cited(&name)
                )));
            }
            conditions.push(condition);
        }
        // Rows are found by an index when they come in its order.
        let order = order(&conditions);
        let label = format!("{}/{}", table.name, order.map_or("", |column| column.name));
        let cursor = match cursor {
            Some(text) => Cursor::decode(&text, &label)?,
            None => Cursor {
                order: label,
                after: None,
                left: total,
                page: 1,
                repeated: false,
            },
        };
        Ok(Self {
            table,
            columns,
            conditions,
            shard,
            limit,
            order,
            cursor,
        })
    }
}

/// An equality leaves the rows of an index in the order of their numbers; a range leaves them in its own.
fn order(conditions: &[Condition]) -> Option<&'static Column> {
    let indexed = |condition: &&Condition| condition.column.indexed;
    let equal = |condition: &Condition| condition.comparison == Comparison::Equal;
    if conditions.iter().filter(indexed).any(equal) {
        return None;
    }
    let mut ranges: Vec<_> = conditions
        .iter()
        .filter(indexed)
        .map(|range| range.column)
        .collect();
    // The same whatever the order of the parameters.
    ranges.sort_by_key(|column| column.name);
    ranges.first().copied()
}

fn condition(table: &'static Table, name: &str, text: &str) -> Result<Condition, Refusal> {
    let range = |suffix, comparison| {
        let column = table.column(name.strip_suffix(suffix)?)?;
        Some((column, comparison))
    };
    let (column, comparison) = table
        .column(name)
        .map(|column| (column, Comparison::Equal))
        .or_else(|| range("_from", Comparison::From))
        .or_else(|| range("_to", Comparison::To))
        .ok_or_else(|| {
            let name = cited(name);
            Refusal::bad(format!(
                "{name} is neither a parameter nor a column of {}",
                table.name
            ))
        })?;
    let value = column.value(name, text)?;
    Ok(Condition {
        column,
        comparison,
        value,
    })
}

fn columns(table: &'static Table, names: &str) -> Result<Vec<&'static Column>, Refusal> {
    let mut columns: Vec<&'static Column> = Vec::new();
    for name in names.split(',').map(str::trim) {
        let column = table.column(name).ok_or_else(|| {
            Refusal::bad(format!("{} is no column of {}", cited(name), table.name))
        })?;
        if columns.iter().any(|other| other.name == column.name) {
            return Err(Refusal::bad(format!(
                "the column {name} is asked for twice"
            )));
        }
        columns.push(column);
    }
    Ok(columns)
}

fn shard(text: &str) -> Result<(i64, i64), Refusal> {
    let parts = text
        .split_once('/')
        .and_then(|(part, count)| Some((part.parse::<i64>().ok()?, count.parse::<i64>().ok()?)));
    parts
        .filter(|(part, count)| (1..=MOST_SHARDS).contains(count) && (0..*count).contains(part))
        .ok_or_else(|| {
            Refusal::bad(format!(
                "shard must be a part of at most {MOST_SHARDS}, as in 0/4, not {}",
                cited(text)
            ))
        })
}
