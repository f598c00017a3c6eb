//! A new shop: rows go into a file beside the final one in one transaction, and what follows from them
//! is derived at the end.

use std::{
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, params};

use super::{Counts, Customer, Event, LAYOUT, Product, counts};
use crate::error::Error;

/// A shop under construction. Dropped without [`finish`](Self::finish) it leaves the old file alone.
#[derive(Debug)]
pub struct Seeding {
    path: PathBuf,
    partial: PathBuf,
    connection: Connection,
}

impl Seeding {
    pub(super) fn create(path: &Path) -> Result<Self, Error> {
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        remove(&partial)?;
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder).map_err(failed_file("make the folder of", path))?;
        }
        let failed = failed(&partial);
        let connection = Connection::open(&partial).map_err(&failed)?;
        // Nobody reads the file before it is whole, so there is nothing to go back to.
        connection
            .execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; BEGIN;")
            .and_then(|()| connection.execute_batch(include_str!("schema.sql")))
            .map_err(&failed)?;
        Ok(Self {
            path: path.to_owned(),
            partial,
            connection,
        })
    }

    /// Adds a product; one with an id that is there already is left out.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn product(&mut self, product: &Product) -> Result<(), Error> {
        let sql = "INSERT OR IGNORE INTO products (product_id, title, description, category, brand, price, \
                   currency, available, image, url, created_at) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        let row = params![
            product.id,
            product.title,
            product.description,
            product.category,
            product.brand,
            // SQLite has no NaN or infinity, and no product has such a price.
            product.price.filter(|price| price.is_finite()),
            product.currency,
            product.available,
            product.image,
            product.url,
            product.created.map(milliseconds),
        ];
        self.insert(sql, row)
    }

    /// Adds a customer; one with an id that is there already is left out.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn customer(&mut self, customer: &Customer) -> Result<(), Error> {
        let sql = "INSERT OR IGNORE INTO customers (customer_id, country, created_at) VALUES (?1, ?2, ?3)";
        let created = customer.created.map(milliseconds);
        self.insert(sql, params![customer.id, customer.country, created])
    }

    /// Adds an event. Its customer and product may come later or not at all.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn event(&mut self, event: &Event<'_>) -> Result<(), Error> {
        let sql = "INSERT INTO events (customer_id, product_id, event_type, occurred_at, value) \
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        let row = params![
            event.customer,
            event.product,
            event.event_type,
            milliseconds(event.occurred),
            event.value.filter(|value| value.is_finite()),
        ];
        self.insert(sql, row)
    }

    /// Derives orders and their lines, adds customers and products that only events tell of (such
    /// products are off the list), makes the indexes, and puts the file in its place.
    ///
    /// # Errors
    /// [`Error::Database`] and [`Error::File`].
    pub fn finish(self) -> Result<Counts, Error> {
        let failed = failed(&self.partial);
        let connection = self.connection;
        let counts = connection
            .execute_batch(include_str!("derive.sql"))
            .and_then(|()| connection.pragma_update(None, "user_version", LAYOUT))
            .and_then(|()| {
                connection.execute_batch("COMMIT; PRAGMA optimize; PRAGMA journal_mode = WAL;")
            })
            .and_then(|()| counts(&connection))
            .map_err(&failed)?;
        connection.close().map_err(|(_, error)| failed(error))?;
        // The log of the old file must not be taken for the new one's.
        for suffix in ["-wal", "-shm"] {
            let mut log = self.path.as_os_str().to_owned();
            log.push(suffix);
            remove(Path::new(&log))?;
        }
        std::fs::rename(&self.partial, &self.path).map_err(failed_file("replace", &self.path))?;
        Ok(counts)
    }

    fn insert(&self, sql: &str, row: impl rusqlite::Params) -> Result<(), Error> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(row))
            .map(|_| ())
            .map_err(failed(&self.partial))
    }
}

/// Of epoch seconds, as the tables keep times. A time beyond what a date can say is the last one.
fn milliseconds(seconds: i64) -> i64 {
    let latest = jiff::Timestamp::MAX.as_second();
    seconds.clamp(-latest, latest) * 1000
}

fn failed(path: &Path) -> impl Fn(rusqlite::Error) -> Error + use<> {
    let path = path.to_owned();
    move |source| Error::Database {
        path: path.clone(),
        source,
    }
}

fn failed_file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File {
        action,
        path,
        source,
    }
}

fn remove(path: &Path) -> Result<(), Error> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(failed_file("replace", path)(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;

    fn folder() -> PathBuf {
        let folder = std::env::temp_dir().join(format!("backend-seeding-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn purchase(
        customer: &'static str,
        product: &'static str,
        occurred: i64,
        value: f64,
    ) -> Event<'static> {
        let event_type = "purchase";
        let value = Some(value);
        Event {
            customer,
            product,
            event_type,
            occurred,
            value,
        }
    }

    #[test]
    fn purchases_of_one_customer_at_one_time_are_an_order() {
        let folder = folder();
        let path = folder.join("deeper/shop.sqlite");
        let mut seeding = Database::create(&path).unwrap();
        let mug = Product {
            id: "mug".into(),
            title: "Mug".into(),
            price: Some(2.5),
            available: true,
            currency: Some("GBP".into()),
            ..Product::default()
        };
        seeding.product(&mug).unwrap();
        seeding
            .product(&Product {
                title: "Again".into(),
                ..mug
            })
            .unwrap();
        for event in [
            purchase("anna", "mug", 100, 4.0),
            purchase("anna", "gone", 100, 7.0),
            purchase("ben", "mug", 100, 1.0),
            purchase("anna", "mug", 90, 1.0),
            Event {
                event_type: "view",
                ..purchase("carl", "mug", 80, 1.0)
            },
        ] {
            seeding.event(&event).unwrap();
        }
        assert!(!path.exists(), "nothing to see before the end");
        let counts = seeding.finish().unwrap();
        let expected = Counts {
            products: 1,
            customers: 3,
            events: 5,
            orders: 3,
            order_lines: 4,
        };
        assert_eq!(counts, expected);

        let database = Database::open(&path).unwrap();
        assert_eq!(database.counts().unwrap(), expected);
        let rows: Vec<String> = database.read::<_, rusqlite::Error>(|connection| {
            connection.prepare("SELECT order_number || ' ' || line || ' ' || l.customer_id || ' ' || product_id || ' ' || \
                quantity || ' x ' || price || ' of ' || total || ' at ' || o.ordered_at \
                FROM order_lines l JOIN orders o ON o.number = order_number ORDER BY l.number")?
                .query_map((), |row| row.get(0))?.collect()
        }).unwrap();
        assert_eq!(
            rows,
            [
                "1 1 anna mug 1 x 2.5 of 2.5 at 90000",
                "2 1 anna mug 4 x 2.5 of 17.0 at 100000",
                "2 2 anna gone 1 x 7.0 of 17.0 at 100000",
                "3 1 ben mug 1 x 2.5 of 2.5 at 100000",
            ]
        );
        let products: Vec<(String, i64, Option<i64>)> = database
            .read::<_, rusqlite::Error>(|connection| {
                connection
                    .prepare("SELECT title, updated_at, deleted_at FROM products ORDER BY number")?
                    .query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                    .collect()
            })
            .unwrap();
        assert_eq!(
            products,
            [
                ("Mug".into(), 80_000, None),
                ("gone".into(), 100_000, Some(100_000))
            ]
        );
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn an_unfinished_or_foreign_file_is_no_shop() {
        let folder = folder();
        let path = folder.join("shop.sqlite");
        drop(Database::create(&path).unwrap());
        assert!(matches!(Database::open(&path), Err(Error::NoShop(_))));
        assert!(matches!(
            Database::open(&folder.join("shop.sqlite.partial")),
            Err(Error::NoShop(_))
        ));
        std::fs::write(
            &path,
            "not a database, but long enough to be looked at as one",
        )
        .unwrap();
        assert!(matches!(Database::open(&path), Err(Error::NoShop(_))));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
