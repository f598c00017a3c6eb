//! Writes what a reader yields as the files the product reads from S3, in the same folders: the
//! three datasets as CSV and one pull of the catalogue as pages of JSON lines.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::shop::{Interaction, Product, Sink, User};
use crate::error::{Error, Result};

/// Interactions of one CSV file.
const ROWS_A_FILE: u64 = 250_000;
/// Products of one page of the catalogue.
const PRODUCTS_A_PAGE: u64 = 500;
/// A customer to show has about this many interactions.
const TELLING_HISTORY: u32 = 50;

/// A customer, a product and a cart worth asking about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Examples {
    /// A customer with a history.
    pub user: String,
    /// A product many had to do with.
    pub item: String,
    /// Three products of the same kind of popularity.
    pub cart: Vec<String>,
}

/// What was written.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) products: u64,
    pub(super) users: u64,
    pub(super) interactions: u64,
    pub(super) examples: Examples,
}

/// What is known of a user or an item while its interactions pass.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    interactions: u32,
    first: Option<i64>,
    written: bool,
    shown: bool,
}

/// The files under construction.
pub struct Staging {
    interactions: Parts,
    items: Parts,
    users: Parts,
    pages: Pages,
    seen_items: HashMap<String, Seen>,
    seen_users: HashMap<String, Seen>,
}

impl Staging {
    /// Starts over in `folder`, which is emptied first.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn create(folder: &Path) -> Result<Self> {
        if folder.exists() {
            std::fs::remove_dir_all(folder).map_err(Error::file("emptying", folder))?;
        }
        let full = folder.join("datasets/full");
        let interactions = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE";
        Ok(Self {
            interactions: Parts::new(full.join("interactions"), interactions)?,
            items: Parts::new(
                full.join("items"),
                "ITEM_ID,PRICE,CATEGORY,CREATION_TIMESTAMP,DESCRIPTION",
            )?,
            users: Parts::new(full.join("users"), "USER_ID,COUNTRY")?,
            pages: Pages::new(folder.join("catalogue"))?,
            seen_items: HashMap::new(),
            seen_users: HashMap::new(),
        })
    }

    /// Adds the items and users that only interactions told of, and closes the files.
    pub(super) fn finish(mut self) -> Result<Written> {
        for id in unwritten(&self.seen_users) {
            self.user(&User { id, country: None })?;
        }
        for id in unwritten(&self.seen_items) {
            let title = id.clone();
            let (description, price, currency, category, created) = (None, None, None, None, None);
            let available = true;
            self.product(&Product {
                id,
                title,
                description,
                price,
                currency,
                category,
                available,
                created,
            })?;
        }
        self.pages.close()?;
        self.items.close()?;
        let examples = self.examples();
        Ok(Written {
            products: self.pages.products,
            users: self.users.close()?,
            interactions: self.interactions.close()?,
            examples,
        })
    }

    fn examples(&self) -> Examples {
        let telling = |seen: &Seen| seen.interactions.min(TELLING_HISTORY);
        let mut users: Vec<_> = self.seen_users.iter().collect();
        users.sort_by_key(|(id, seen)| (std::cmp::Reverse(telling(seen)), seen.interactions, *id));
        let mut items: Vec<_> = self
            .seen_items
            .iter()
            .filter(|(_, seen)| seen.shown)
            .collect();
        items.sort_by_key(|(id, seen)| (std::cmp::Reverse(seen.interactions), *id));
        let mut popular = items.into_iter().map(|(id, _)| id.clone());
        Examples {
            user: users
                .first()
                .map(|(id, _)| (*id).clone())
                .unwrap_or_default(),
            item: popular.next().unwrap_or_default(),
            cart: popular.take(3).collect(),
        }
    }
}

/// Those without a row of their own, in a fixed order.
fn unwritten(seen: &HashMap<String, Seen>) -> Vec<String> {
    let mut ids: Vec<String> = seen
        .iter()
        .filter(|(_, seen)| !seen.written)
        .map(|(id, _)| id.clone())
        .collect();
    ids.sort();
    ids
}

/// The entry of an id, made when it is new.
fn entry<'a>(seen: &'a mut HashMap<String, Seen>, id: &str) -> &'a mut Seen {
    if !seen.contains_key(id) {
        seen.insert(id.to_owned(), Seen::default());
    }
    seen.entry(id.to_owned()).or_default()
}

impl Sink for Staging {
    fn product(&mut self, product: &Product) -> Result<()> {
        let seen = entry(&mut self.seen_items, &product.id);
        if std::mem::replace(&mut seen.written, true) {
            return Ok(());
        }
        seen.shown = product.price.is_some();
        let created = product.created.or(seen.first).unwrap_or_default();
        let text = product.description.as_ref().unwrap_or(&product.title);
        self.items.row([
            &product.id,
            &product
                .price
                .map(|price| price.to_string())
                .unwrap_or_default(),
            product.category.as_deref().unwrap_or_default(),
            &created.to_string(),
            text,
        ])?;
        if product.price.is_some() {
            self.pages.product(product)
        } else {
            Ok(())
        }
    }

    fn user(&mut self, user: &User) -> Result<()> {
        let seen = entry(&mut self.seen_users, &user.id);
        if std::mem::replace(&mut seen.written, true) {
            return Ok(());
        }
        self.users
            .row([&user.id, user.country.as_deref().unwrap_or_default()])
    }

    fn interaction(&mut self, interaction: &Interaction<'_>) -> Result<()> {
        for (seen, id) in [
            (&mut self.seen_users, &interaction.user),
            (&mut self.seen_items, &interaction.item),
        ] {
            let seen = entry(seen, id);
            seen.interactions += 1;
            let first = seen.first.unwrap_or(i64::MAX).min(interaction.timestamp);
            seen.first = Some(first);
        }
        self.interactions.row([
            &interaction.user,
            &interaction.item,
            &interaction.timestamp.to_string(),
            &interaction.event_type,
            &interaction
                .value
                .map(|value| value.to_string())
                .unwrap_or_default(),
        ])
    }
}

/// A dataset: CSV files of at most [`ROWS_A_FILE`] rows, each with the header.
struct Parts {
    folder: PathBuf,
    header: &'static str,
    writer: Option<csv::Writer<BufWriter<File>>>,
    rows: u64,
}

impl Parts {
    fn new(folder: PathBuf, header: &'static str) -> Result<Self> {
        std::fs::create_dir_all(&folder).map_err(Error::file("making the folder", &folder))?;
        Ok(Self {
            folder,
            header,
            writer: None,
            rows: 0,
        })
    }

    fn row<const N: usize>(&mut self, fields: [&str; N]) -> Result<()> {
        if self.rows.is_multiple_of(ROWS_A_FILE) {
            self.close()?;
            let path = self
                .folder
                .join(format!("part-{:05}.csv", self.rows / ROWS_A_FILE + 1));
            let file = File::create(&path).map_err(Error::file("writing", &path))?;
            let mut writer = csv::Writer::from_writer(BufWriter::with_capacity(1 << 17, file));
            let header = writer.write_record(self.header.split(','));
            header
                .map_err(std::io::Error::from)
                .map_err(Error::file("writing", &path))?;
            self.writer = Some(writer);
        }
        self.rows += 1;
        let written = self
            .writer
            .as_mut()
            .map_or(Ok(()), |writer| writer.write_record(fields));
        written
            .map_err(std::io::Error::from)
            .map_err(Error::file("writing", &self.folder))
    }

    /// Writes out what is buffered; the rows so far.
    fn close(&mut self) -> Result<u64> {
        if let Some(mut writer) = self.writer.take() {
            writer
                .flush()
                .map_err(Error::file("writing", &self.folder))?;
        }
        Ok(self.rows)
    }
}

/// A catalogue pull: pages of [`PRODUCTS_A_PAGE`] JSON lines.
struct Pages {
    folder: PathBuf,
    writer: Option<BufWriter<File>>,
    products: u64,
}

impl Pages {
    fn new(folder: PathBuf) -> Result<Self> {
        std::fs::create_dir_all(&folder).map_err(Error::file("making the folder", &folder))?;
        Ok(Self {
            folder,
            writer: None,
            products: 0,
        })
    }

    fn product(&mut self, product: &Product) -> Result<()> {
        if self.products.is_multiple_of(PRODUCTS_A_PAGE) {
            self.close()?;
            let page = self.products / PRODUCTS_A_PAGE + 1;
            let path = self.folder.join(format!("page-{page:05}.jsonl"));
            let file = File::create(&path).map_err(Error::file("writing", &path))?;
            self.writer = Some(BufWriter::new(file));
        }
        self.products += 1;
        let Some(writer) = &mut self.writer else {
            return Ok(());
        };
        serde_json::to_writer(&mut *writer, product)
            .map_err(std::io::Error::from)
            .and_then(|()| writer.write_all(b"\n"))
            .map_err(Error::file("writing", &self.folder))
    }

    fn close(&mut self) -> Result<()> {
        self.writer
            .take()
            .map_or(Ok(()), |mut writer| writer.flush())
            .map_err(Error::file("writing", &self.folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(id: &str) -> Product {
        Product {
            id: id.into(),
            title: format!("Mug, {id}"),
            description: None,
            price: Some(2.5),
            currency: Some("GBP".into()),
            category: Some("kitchen".into()),
            available: true,
            created: Some(7),
        }
    }

    fn bought(user: &'static str, item: &'static str, timestamp: i64) -> Interaction<'static> {
        Interaction {
            user: user.into(),
            item: item.into(),
            timestamp,
            event_type: "purchase".into(),
            value: Some(6.0),
        }
    }

    #[test]
    fn the_files_have_the_shapes_the_product_reads() {
        let folder = std::env::temp_dir().join(format!("local-staging-{}", uuid::Uuid::new_v4()));
        let mut staging = Staging::create(&folder).unwrap();
        staging.interaction(&bought("u1", "a", 100)).unwrap();
        staging.interaction(&bought("u1", "unlisted", 90)).unwrap();
        for number in 0..501 {
            staging.product(&product(&format!("p{number}"))).unwrap();
        }
        staging.product(&product("a")).unwrap();
        let written = staging.finish().unwrap();
        assert_eq!(
            (written.products, written.users, written.interactions),
            (502, 1, 2)
        );
        assert_eq!(
            (&*written.examples.user, &*written.examples.item),
            ("u1", "a")
        );

        let read = |path: &str| std::fs::read_to_string(folder.join(path)).unwrap();
        let interactions = read("datasets/full/interactions/part-00001.csv");
        assert!(interactions.starts_with(
            "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE\nu1,a,100,purchase,6\n"
        ));
        let items = read("datasets/full/items/part-00001.csv");
        assert!(items.contains("p0,2.5,kitchen,7,\"Mug, p0\"\n"), "{items}");
        assert!(
            items.contains("unlisted,,,90,unlisted\n"),
            "known from an interaction only"
        );
        assert_eq!(
            read("datasets/full/users/part-00001.csv"),
            "USER_ID,COUNTRY\nu1,\n"
        );
        let page = read("catalogue/page-00001.jsonl");
        assert_eq!(page.lines().count(), 500);
        let first: serde_json::Value = serde_json::from_str(page.lines().next().unwrap()).unwrap();
        let line = serde_json::json!({"id": "p0", "title": "Mug, p0", "price": 2.5, "currency": "GBP",
            "category": "kitchen", "available": true, "createdAt": 7});
        assert_eq!(first, line);
        assert_eq!(
            read("catalogue/page-00002.jsonl").lines().count(),
            2,
            "no line without a price"
        );
        std::fs::remove_dir_all(folder).unwrap();
    }
}
