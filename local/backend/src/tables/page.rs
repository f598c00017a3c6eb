//! A page of rows, written as JSON while they are read.

use std::io::Write;

use jiff::Timestamp;
use rusqlite::{Connection, Row, types::ValueRef};

use super::{
    columns::{Column, Kind},
    cursor::{Cursor, Key},
    query::{Comparison, Query},
};
use crate::{answer::Refusal, database::Statement};

/// What a page is written into, before it is known how long it gets: bytes a row.
const USUAL_ROW: usize = 160;

/// A page, ready to be sent.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) body: Vec<u8>,
    pub(super) rows: u64,
}

impl Query {
    /// Reads the page. Page `repeat` (from 1; 0 is none) comes twice.
    pub(super) fn page(&self, connection: &Connection, repeat: u64) -> Result<Page, Refusal> {
        let rows = self
            .cursor
            .left
            .map_or(self.limit, |left| left.min(self.limit));
        let mut writer = Writer::new(rows);
        let mut last = None;
        let mut more = false;
        // One row more tells whether there is a next page.
        self.statement(rows + 1)
            .rows::<Refusal>(connection, |row| {
                if writer.rows == rows {
                    more = true;
                    return Ok(());
                }
                writer.row(row, &self.columns)?;
                if writer.rows == rows {
                    last = Some(self.place(row)?);
                }
                Ok(())
            })?;
        let left = self.cursor.left.map(|left| left - writer.rows);
        let next = match last {
            _ if !more || left == Some(0) => None,
            _ if repeat == self.cursor.page && !self.cursor.repeated => Some(Cursor {
                repeated: true,
                ..self.cursor.clone()
            }),
            after => Some(Cursor {
                order: self.cursor.order.clone(),
                after,
                left,
                page: self.cursor.page + 1,
                repeated: false,
            }),
        };
        let next = next.map(|cursor| cursor.encode()).transpose()?;
        writer.end(next.as_deref())
    }

    fn statement(&self, limit: u64) -> Statement {
        let mut statement = Statement::new("SELECT ");
        for column in &self.columns {
            statement.push(column.sql).push(", ");
        }
        if let Some(order) = self.order {
            statement.push(order.sql).push(", ");
        }
        statement.push("number FROM ").push(self.table.name);
        for condition in &self.conditions {
            statement.condition(condition.column.sql);
            statement.push(match condition.comparison {
                Comparison::Equal => " = ?",
                Comparison::From => " >= ?",
                Comparison::To => " < ?",
            });
            statement.bind(condition.value.clone());
        }
        if let Some((part, count)) = self.shard {
            statement.condition("number % ? = ?").bind(count).bind(part);
        }
        if let Some((key, number)) = &self.cursor.after {
            match self.order {
                Some(order) => {
                    statement
                        .condition(order.sql)
                        .push(" >= ?")
                        .bind(key.clone());
                    statement
                        .condition("(")
                        .push(order.sql)
                        .push(" > ? OR number > ?)");
                    statement.bind(key.clone()).bind(*number);
                }
                None => {
                    statement.condition("number > ?").bind(*number);
                }
            }
        }
        statement.push(" ORDER BY ");
        if let Some(order) = self.order {
            statement.push(order.sql).push(", ");
        }
        // `limit` is at most a page.
        statement.push("number LIMIT ?").bind(limit.cast_signed());
        statement
    }

    /// Where a row is in the order of the pages.
    fn place(&self, row: &Row<'_>) -> rusqlite::Result<(Key, i64)> {
        let first = self.columns.len();
        if self.order.is_none() {
            return Ok((Key::Number(0), row.get(first)?));
        }
        let key = match row.get_ref(first)? {
            ValueRef::Integer(number) => Key::Number(number),
            _ => Key::Text(row.get(first)?),
        };
        Ok((key, row.get(first + 1)?))
    }
}

/// `{"rows":[...],"next":...}` in the making.
struct Writer {
    body: Vec<u8>,
    rows: u64,
}

impl Writer {
    fn new(rows: u64) -> Self {
        let expected = usize::try_from(rows).unwrap_or_default() * USUAL_ROW;
        let mut body = Vec::with_capacity(expected);
        body.extend_from_slice(b"{\"rows\":[");
        Self { body, rows: 0 }
    }

    fn row(&mut self, row: &Row<'_>, columns: &[&'static Column]) -> Result<(), Refusal> {
        self.body
            .extend_from_slice(if self.rows == 0 { b"{" } else { b",{" });
        self.rows += 1;
        for (place, column) in columns.iter().enumerate() {
            if place > 0 {
                self.body.push(b',');
            }
            self.body.push(b'"');
            self.body.extend_from_slice(column.name.as_bytes());
            self.body.extend_from_slice(b"\":");
            let value = row.get_ref(place)?;
            self.value(value, column.kind)
                .map_err(|error| Refusal::internal(&error))?;
        }
        self.body.push(b'}');
        Ok(())
    }

    fn value(&mut self, value: ValueRef<'_>, kind: Kind) -> std::io::Result<()> {
        let body = &mut self.body;
        match (value, kind) {
            (ValueRef::Integer(number), Kind::Key) => write!(body, "\"{number}\""),
            (ValueRef::Integer(number), Kind::Flag) => write!(body, "{}", number != 0),
            (ValueRef::Integer(number), Kind::Time) => match Timestamp::from_millisecond(number) {
                Ok(time) => write!(body, "\"{time}\""),
                Err(_) => body.write_all(b"null"),
            },
            (ValueRef::Integer(number), _) => write!(body, "{number}"),
            (ValueRef::Real(number), _) => Ok(serde_json::to_writer(body, &number)?),
            (ValueRef::Text(text), _) => Ok(serde_json::to_writer(
                body,
                &*String::from_utf8_lossy(text),
            )?),
            (ValueRef::Null | ValueRef::Blob(_), _) => body.write_all(b"null"),
        }
    }

    fn end(mut self, next: Option<&str>) -> Result<Page, Refusal> {
        self.body.extend_from_slice(b"],\"next\":");
        serde_json::to_writer(&mut self.body, &next).map_err(|error| Refusal::internal(&error))?;
        self.body.push(b'}');
        Ok(Page {
            body: self.body,
            rows: self.rows,
        })
    }
}
