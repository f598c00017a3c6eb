//! Which tables and columns there are. Only these names ever become part of a statement.

use rusqlite::types::Value;

use crate::{
    answer::Refusal,
    parameters::{cited, milliseconds},
};

/// A table that is served.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [Column],
}

/// A column and how the database calls it.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) sql: &'static str,
    pub(super) kind: Kind,
    /// Whether rows can be had in its order without sorting them.
    pub(super) indexed: bool,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// A number of the shop's that others take for an id: served as text.
    Key,
    Integer,
    Real,
    Flag,
    /// Epoch milliseconds, served as RFC 3339 in UTC.
    Time,
}

const fn column(name: &'static str, kind: Kind) -> Column {
    let (sql, indexed) = (name, false);
    Column {
        name,
        sql,
        kind,
        indexed,
    }
}

const fn indexed(name: &'static str, kind: Kind) -> Column {
    let (sql, indexed) = (name, true);
    Column {
        name,
        sql,
        kind,
        indexed,
    }
}

const fn computed(name: &'static str, sql: &'static str, kind: Kind) -> Column {
    let indexed = false;
    Column {
        name,
        sql,
        kind,
        indexed,
    }
}

static TABLES: [Table; 5] = [
    Table {
        name: "products",
        columns: &[
            indexed("product_id", Kind::Text),
            column("title", Kind::Text),
            column("description", Kind::Text),
            column("category", Kind::Text),
            column("brand", Kind::Text),
            column("price", Kind::Real),
            column("currency", Kind::Text),
            // Withdrawn products stay in the table: orders and events tell of them.
            computed(
                "available",
                "(available AND deleted_at IS NULL)",
                Kind::Flag,
            ),
            column("created_at", Kind::Time),
            indexed("updated_at", Kind::Time),
        ],
    },
    Table {
        name: "customers",
        columns: &[
            indexed("customer_id", Kind::Text),
            column("country", Kind::Text),
            column("created_at", Kind::Time),
        ],
    },
    Table {
        name: "orders",
        columns: &[
            computed("order_id", "number", Kind::Key),
            indexed("customer_id", Kind::Text),
            indexed("ordered_at", Kind::Time),
            indexed("status", Kind::Text),
            column("total", Kind::Real),
            column("currency", Kind::Text),
        ],
    },
    Table {
        name: "order_lines",
        columns: &[
            Column {
                name: "order_id",
                sql: "order_number",
                kind: Kind::Key,
                indexed: true,
            },
            column("line", Kind::Integer),
            indexed("product_id", Kind::Text),
            column("quantity", Kind::Integer),
            column("price", Kind::Real),
            indexed("ordered_at", Kind::Time),
            indexed("customer_id", Kind::Text),
        ],
    },
    Table {
        name: "events",
        columns: &[
            computed("event_id", "number", Kind::Key),
            indexed("customer_id", Kind::Text),
            indexed("product_id", Kind::Text),
            indexed("event_type", Kind::Text),
            indexed("occurred_at", Kind::Time),
            column("value", Kind::Real),
        ],
    },
];

/// The table of a name.
pub(super) fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

impl Table {
    /// The column of a name.
    pub(super) fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

impl Column {
    /// The value that a parameter compares the column with.
    pub(super) fn value(&self, parameter: &str, text: &str) -> Result<Value, Refusal> {
        let wrong = |wanted: &str| {
            Refusal::bad(format!("{parameter} must be {wanted}, not {}", cited(text)))
        };
        match self.kind {
            Kind::Text => Ok(Value::Text(text.to_owned())),
            Kind::Key | Kind::Integer => {
                let number = text.parse().map(Value::Integer);
                number.map_err(|_| wrong("a whole number"))
            }
            Kind::Real => {
                let number = text.parse().ok().filter(|number: &f64| number.is_finite());
                number.map(Value::Real).ok_or_else(|| wrong("a number"))
            }
            Kind::Flag => match text {
                "true" => Ok(Value::Integer(1)),
                "false" => Ok(Value::Integer(0)),
                _ => Err(wrong("true or false")),
            },
            Kind::Time => milliseconds(parameter, text).map(Value::Integer),
        }
    }
}
