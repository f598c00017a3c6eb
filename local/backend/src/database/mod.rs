//! The shop's SQLite file: made and filled once, then read by many and changed by one.

mod catalogue;
mod change;
mod connections;
mod rows;
mod seeding;
mod statement;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, OpenFlags, OptionalExtension};
use serde::Serialize;

pub(crate) use catalogue::{Listed, Order, Place, Span, Which};
pub(crate) use change::Change;
use connections::Connections;
pub use rows::{Customer, Event, Product};
pub use seeding::Seeding;
pub(crate) use statement::Statement;

use crate::error::Error;

/// `user_version` of a file that is whole. Another number is another layout.
const LAYOUT: i64 = 1;

/// Rows by table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Products on the list, withdrawn ones not counted.
    pub products: u64,
    /// Customers.
    pub customers: u64,
    /// Events.
    pub events: u64,
    /// Orders.
    pub orders: u64,
    /// Lines of orders.
    pub order_lines: u64,
}

/// A shop's database that is whole. It can be shared among threads.
#[derive(Debug)]
pub struct Database {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Connections,
}

impl Database {
    /// Starts a new file, which takes the place of the one at `path` when [`Seeding::finish`] is done.
    ///
    /// # Errors
    /// [`Error::File`] and [`Error::Database`].
    pub fn create(path: &Path) -> Result<Seeding, Error> {
        Seeding::create(path)
    }

    /// Opens a finished file.
    ///
    /// # Errors
    /// [`Error::NoShop`] when there is none or it is something else, [`Error::Database`].
    pub fn open(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Database {
            path: path.to_owned(),
            source,
        };
        if !path.is_file() {
            return Err(Error::NoShop(path.to_owned()));
        }
        let writer =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
        let layout = writer.query_row("PRAGMA user_version", (), |row| row.get::<_, i64>(0));
        match layout {
            Ok(LAYOUT) => {}
            Ok(_) => return Err(Error::NoShop(path.to_owned())),
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => {
                return Err(Error::NoShop(path.to_owned()));
            }
            Err(error) => return Err(failed(error)),
        }
        connections::prepare(&writer).map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            readers: Connections::new(path),
        })
    }

    /// Rows by table.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn counts(&self) -> Result<Counts, Error> {
        self.read(counts).map_err(|source| Error::Database {
            path: self.path.clone(),
            source,
        })
    }

    /// Reads with a connection of its own: as of one moment when `work` is one statement.
    pub(crate) fn read<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.readers.with(work)
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        // A transaction that a panic ended was rolled back: the connection is good.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The categories (`kind` is `category`) or brands (`brand`) of these numbers.
pub(crate) fn names(
    connection: &Connection,
    kind: &str,
    numbers: &[i64],
) -> rusqlite::Result<Vec<(i64, String)>> {
    let mut statement =
        connection.prepare_cached("SELECT name FROM names WHERE kind = ?1 AND number = ?2")?;
    let mut found = Vec::new();
    for number in numbers {
        let name = statement
            .query_row((kind, number), |row| row.get(0))
            .optional()?;
        found.extend(name.map(|name| (*number, name)));
    }
    Ok(found)
}

/// All categories or brands, at most `limit`.
pub(crate) fn all_names(
    connection: &Connection,
    kind: &str,
    limit: u32,
) -> rusqlite::Result<Vec<(i64, String)>> {
    connection
        .prepare_cached("SELECT number, name FROM names WHERE kind = ?1 ORDER BY number LIMIT ?2")?
        .query_map((kind, limit), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

fn counts(connection: &Connection) -> rusqlite::Result<Counts> {
    let sql = "SELECT (SELECT COUNT(*) FROM products WHERE deleted_at IS NULL), \
               (SELECT COUNT(*) FROM customers), (SELECT COUNT(*) FROM events), \
               (SELECT COUNT(*) FROM orders), (SELECT COUNT(*) FROM order_lines)";
    connection.query_row(sql, (), |row| {
        let count = |place| row.get::<usize, i64>(place).map(i64::cast_unsigned);
        Ok(Counts {
            products: count(0)?,
            customers: count(1)?,
            events: count(2)?,
            orders: count(3)?,
            order_lines: count(4)?,
        })
    })
}
