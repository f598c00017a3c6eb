//! A statement put together from text of this program; what comes from outside is bound.

use rusqlite::{
    Connection, Row, Rows,
    types::{ToSql, Value},
};

/// Text and the values of its `?`, in order.
#[derive(Debug, Default)]
pub(crate) struct Statement {
    text: String,
    values: Vec<Value>,
    conditions: usize,
}

impl Statement {
    pub(crate) fn new(text: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            ..Self::default()
        }
    }

    /// Adds text. Only text of this program can be `'static`.
    pub(crate) fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds the value of the next `?`.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self
    }

    /// Begins the next condition with `WHERE` or `AND`.
    pub(crate) fn condition(&mut self, text: &'static str) -> &mut Self {
        self.push(if self.conditions == 0 {
            " WHERE "
        } else {
            " AND "
        });
        self.conditions += 1;
        self.push(text)
    }

    /// Hands every row to `row`.
    pub(crate) fn rows<E: From<rusqlite::Error>>(
        &self,
        connection: &Connection,
        mut row: impl FnMut(&Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = connection.prepare_cached(&self.text)?;
        let values = self.values.iter().map(|value| value as &dyn ToSql);
        let mut rows: Rows<'_> = statement.query(rusqlite::params_from_iter(values))?;
        while let Some(next) = rows.next()? {
            row(next)?;
        }
        Ok(())
    }
}
