//! The staged files as the database of the sample shop, which the product then pulls and queries like
//! any other backend.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use backend_local::{Customer, Database, Event, Product, Seeding};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::progress::Progress;

/// Fills `database` from what [`Staging`](super::Staging) wrote below `folder`; the file takes the
/// place of the one before when it is whole.
///
/// # Errors
/// [`Error::File`] when a staged file cannot be read, [`Error::Backend`].
pub fn fill_backend(folder: &Path, database: &Path) -> Result<()> {
    let progress = Progress::spinner("fill the sample shop");
    let mut shop = Database::create(database).map_err(Error::backend)?;
    for page in files(&folder.join("catalogue"))? {
        listed_products(&mut shop, &page)?;
    }
    let full = folder.join("datasets/full");
    // What is known from interactions only has no page; of an id that is there already the first counts.
    rows(&full.join("items"), |row: ItemRow| {
        shop.product(&Product::from(row))
    })?;
    rows(&full.join("users"), |row: UserRow| {
        shop.customer(&Customer {
            id: row.id,
            country: row.country.filter(|country| !country.is_empty()),
            created: None,
        })
    })?;
    rows(&full.join("interactions"), |row: InteractionRow| {
        shop.event(&Event {
            customer: &row.user,
            product: &row.item,
            event_type: &row.event_type,
            occurred: row.timestamp,
            value: row.value,
        })
    })?;
    let counts = shop.finish().map_err(Error::backend)?;
    progress.done(&format!(
        "{} products, {} customers, {} orders",
        counts.products, counts.customers, counts.orders
    ));
    Ok(())
}

/// A line of a catalogue page.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    id: String,
    title: String,
    description: Option<String>,
    price: f64,
    currency: Option<String>,
    category: Option<String>,
    available: bool,
    created_at: Option<i64>,
}

#[derive(Deserialize)]
struct ItemRow {
    #[serde(rename = "ITEM_ID")]
    id: String,
    #[serde(rename = "CATEGORY")]
    category: Option<String>,
    #[serde(rename = "CREATION_TIMESTAMP")]
    created: i64,
    #[serde(rename = "DESCRIPTION")]
    description: String,
}

#[derive(Deserialize)]
struct UserRow {
    #[serde(rename = "USER_ID")]
    id: String,
    #[serde(rename = "COUNTRY")]
    country: Option<String>,
}

#[derive(Deserialize)]
struct InteractionRow {
    #[serde(rename = "USER_ID")]
    user: String,
    #[serde(rename = "ITEM_ID")]
    item: String,
    #[serde(rename = "TIMESTAMP")]
    timestamp: i64,
    #[serde(rename = "EVENT_TYPE")]
    event_type: String,
    #[serde(rename = "EVENT_VALUE")]
    value: Option<f64>,
}

impl From<ItemRow> for Product {
    /// Without a price, so that it is in the datasets and on no shelf.
    fn from(row: ItemRow) -> Self {
        Self {
            id: row.id,
            title: row.description,
            category: row.category.filter(|category| !category.is_empty()),
            available: true,
            created: Some(row.created),
            ..Self::default()
        }
    }
}

fn listed_products(shop: &mut Seeding, page: &Path) -> Result<()> {
    let failed = Error::file("reading", page);
    let file = File::open(page).map_err(Error::file("reading", page))?;
    let lines: std::io::Result<Vec<String>> = BufReader::new(file).lines().collect();
    for text in lines.map_err(failed)? {
        let line: Line = serde_json::from_str(&text).map_err(|error| unreadable(page, &error))?;
        let product = Product {
            id: line.id,
            title: line.title,
            description: line.description,
            price: Some(line.price),
            currency: line.currency,
            category: line.category,
            available: line.available,
            created: line.created_at,
            ..Product::default()
        };
        shop.product(&product).map_err(Error::backend)?;
    }
    Ok(())
}

/// Gives every row of the CSV files in `folder` to `each`.
fn rows<Row: for<'de> Deserialize<'de>>(
    folder: &Path,
    mut each: impl FnMut(Row) -> Result<(), backend_local::Error>,
) -> Result<()> {
    for path in files(folder)? {
        let mut reader =
            csv::Reader::from_path(&path).map_err(|error| unreadable(&path, &error))?;
        for row in reader.deserialize() {
            let row = row.map_err(|error| unreadable(&path, &error))?;
            each(row).map_err(Error::backend)?;
        }
    }
    Ok(())
}

/// The files of a folder by name; none when staging wrote none of the kind.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder).map_err(Error::file("listing", folder))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    Ok(files)
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::Unexpected(format!("{} was just staged: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::super::shop::{self, Sink};
    use super::super::staging::Staging;
    use super::*;

    #[test]
    fn the_shop_has_what_was_staged() {
        let folder = std::env::temp_dir().join(format!("local-backend-{}", uuid::Uuid::new_v4()));
        let mut staging = Staging::create(&folder).unwrap();
        let bought = |user: &'static str, item: &'static str, timestamp| shop::Interaction {
            user: user.into(),
            item: item.into(),
            timestamp,
            event_type: "purchase".into(),
            value: Some(2.0),
        };
        for interaction in [
            bought("u1", "a", 100),
            bought("u1", "unlisted", 100),
            bought("u2", "a", 90),
        ] {
            staging.interaction(&interaction).unwrap();
        }
        let product = shop::Product {
            id: "a".into(),
            title: "Mug".into(),
            description: None,
            price: Some(2.5),
            currency: Some("GBP".into()),
            category: None,
            available: true,
            created: Some(7),
        };
        staging.product(&product).unwrap();
        staging.finish().unwrap();
        let file = folder.join("shop.db");
        fill_backend(&folder, &file).unwrap();
        let counts = Database::open(&file).unwrap().counts().unwrap();
        assert_eq!((counts.products, counts.customers), (2, 2));
        assert_eq!(
            (counts.events, counts.orders, counts.order_lines),
            (3, 2, 3)
        );
        std::fs::remove_dir_all(folder).unwrap();
    }
}
