//! Products as the endpoints read them.

use rusqlite::{Connection, Row};

use super::Statement;

/// A product with all that is kept of it. Times are epoch milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Listed {
    /// The shop's own number, for backends whose ids are numbers.
    pub(crate) number: i64,
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) category_number: Option<i64>,
    pub(crate) brand: Option<String>,
    pub(crate) brand_number: Option<i64>,
    pub(crate) price: Option<f64>,
    pub(crate) currency: Option<String>,
    pub(crate) available: bool,
    pub(crate) image: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) deleted_at: Option<i64>,
}

/// Which products, in which order. By default those on the list by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) which: Which,
    /// Only those that changed then or later, in epoch milliseconds.
    pub(crate) changed_from: Option<i64>,
    /// Only those that were created then or later, in epoch milliseconds.
    pub(crate) created_from: Option<i64>,
    /// Only those with numbers up to this one.
    pub(crate) last: Option<i64>,
    /// Only those after this place of the order.
    pub(crate) after: Option<Place>,
    pub(crate) order: Order,
}

/// On the list or off it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Which {
    #[default]
    Listed,
    Withdrawn,
    All,
}

/// What products are sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Order {
    #[default]
    Number,
    NumberDown,
    /// The time of the last change, then the number.
    Changed,
    /// The time of creation, then the id.
    Created,
}

/// A place between two products.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// The time of change, for that order.
    pub(crate) changed: i64,
    pub(crate) number: i64,
}

const SELECT: &str = "SELECT products.number, product_id, title, description, category, c.number, brand, b.number, price, \
    currency, available, image, url, created_at, updated_at, deleted_at \
    FROM products LEFT JOIN names c ON c.kind = 'category' AND c.name = category \
    LEFT JOIN names b ON b.kind = 'brand' AND b.name = brand";

impl Span {
    /// At most `limit` products after the first `skip`.
    pub(crate) fn products(
        &self,
        connection: &Connection,
        skip: u64,
        limit: u64,
    ) -> rusqlite::Result<Vec<Listed>> {
        let mut found = Vec::new();
        // What is skipped is skipped in the index alone.
        let mut statement = Statement::new(SELECT);
        statement.push(" JOIN (SELECT number AS chosen FROM products");
        self.conditions(&mut statement);
        statement.push(" ORDER BY ").push(self.order.sql());
        statement
            .push(" LIMIT ? OFFSET ?")
            .bind(bounded(limit))
            .bind(bounded(skip));
        statement
            .push(") ON products.number = chosen ORDER BY ")
            .push(self.order.sql());
        statement.rows::<rusqlite::Error>(connection, |row| {
            found.push(listed(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// How many there are.
    pub(crate) fn count(&self, connection: &Connection) -> rusqlite::Result<u64> {
        let mut statement = Statement::new("SELECT COUNT(*) FROM products");
        self.conditions(&mut statement);
        let mut count = 0;
        statement.rows::<rusqlite::Error>(connection, |row| {
            count = row.get::<_, i64>(0)?.cast_unsigned();
            Ok(())
        })?;
        Ok(count)
    }

    fn conditions(&self, statement: &mut Statement) {
        match self.which {
            Which::Listed => statement.condition("deleted_at IS NULL"),
            Which::Withdrawn => statement.condition("deleted_at IS NOT NULL"),
            Which::All => statement,
        };
        if let Some(time) = self.changed_from {
            statement.condition("updated_at >= ?").bind(time);
        }
        if let Some(time) = self.created_from {
            statement.condition("created_at >= ?").bind(time);
        }
        if let Some(last) = self.last {
            statement.condition("products.number <= ?").bind(last);
        }
        match self.after {
            Some(Place { changed, number }) if self.order == Order::Changed => {
                statement.condition("updated_at >= ?").bind(changed);
                statement.condition("(updated_at > ? OR products.number > ?)");
                statement.bind(changed).bind(number);
            }
            Some(Place { number, .. }) => {
                statement.condition("products.number > ?").bind(number);
            }
            None => {}
        }
    }
}

impl Order {
    /// For inside and outside of the choice: `number` alone would be one of several there.
    fn sql(self) -> &'static str {
        match self {
            Self::Number => "products.number",
            Self::NumberDown => "products.number DESC",
            Self::Changed => "updated_at, products.number",
            Self::Created => "created_at, product_id",
        }
    }
}

impl Listed {
    /// The product of an id, withdrawn or not.
    pub(crate) fn by_id(connection: &Connection, id: &str) -> rusqlite::Result<Option<Self>> {
        let mut statement = Statement::new(SELECT);
        statement.condition("product_id = ?").bind(id.to_owned());
        Self::one(&statement, connection)
    }

    /// The product of a number, withdrawn or not.
    pub(crate) fn by_number(
        connection: &Connection,
        number: i64,
    ) -> rusqlite::Result<Option<Self>> {
        let mut statement = Statement::new(SELECT);
        statement.condition("products.number = ?").bind(number);
        Self::one(&statement, connection)
    }

    fn one(statement: &Statement, connection: &Connection) -> rusqlite::Result<Option<Self>> {
        let mut found = None;
        statement.rows::<rusqlite::Error>(connection, |row| {
            found = Some(listed(row)?);
            Ok(())
        })?;
        Ok(found)
    }
}

fn listed(row: &Row<'_>) -> rusqlite::Result<Listed> {
    Ok(Listed {
        number: row.get(0)?,
        id: row.get(1)?,
        title: row.get(2)?,
        description: row.get(3)?,
        category: row.get(4)?,
        category_number: row.get(5)?,
        brand: row.get(6)?,
        brand_number: row.get(7)?,
        price: row.get(8)?,
        currency: row.get(9)?,
        available: row.get(10)?,
        image: row.get(11)?,
        url: row.get(12)?,
        created_at: row.get(13)?,
        updated_at: row.get(14)?,
        deleted_at: row.get(15)?,
    })
}

/// As SQLite counts. A page beyond its numbers is beyond the last page.
fn bounded(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
