//! A table and a Personalize in memory, and pages of text.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
};

use shared::catalog::CatalogItem;

use crate::{
    announce::{Announce, Told},
    error::CacheError,
    pages::Page,
    product::Product,
    table::{Gone, Products, Stored},
};

/// A page of `lines` that was written at `written_at` (epoch seconds).
pub(crate) fn page(key: &str, written_at: i64, lines: &str) -> Page {
    let lines = std::io::Cursor::new(lines.as_bytes().to_vec());
    Page::new(key, written_at, Box::pin(tokio::io::BufReader::new(lines)))
}

/// The table.
#[derive(Default)]
pub(crate) struct Shelf {
    /// What is in it.
    pub(crate) items: RefCell<BTreeMap<String, CatalogItem>>,
    /// Items written, tombstones included.
    pub(crate) writes: Cell<u64>,
    /// Writes until the process is killed.
    pub(crate) dies_after: Cell<Option<u64>>,
}

impl Shelf {
    /// Counts a write, unless the process is dead.
    fn write(&self) -> Result<(), CacheError> {
        if let Some(left) = self.dies_after.get() {
            let left = left.checked_sub(1);
            self.dies_after.set(Some(left.ok_or_else(killed)?));
        }
        self.writes.set(self.writes.get() + 1);
        Ok(())
    }
}

/// What stands for the end of a process.
fn killed() -> CacheError {
    CacheError::EmptyPull("killed".to_owned())
}

impl Products for Shelf {
    async fn stored(&self, ids: &[&str]) -> Result<HashMap<String, Stored>, CacheError> {
        let items = self.items.borrow();
        let stored = |id: &&str| {
            let item = items.get(*id)?;
            let stored = Stored {
                content_hash: item.content_hash.clone(),
                as_of: item.as_of,
                withdrawn_at: item.withdrawn_at,
                expires_at: item.expires_at,
            };
            Some(((*id).to_owned(), stored))
        };
        Ok(ids.iter().filter_map(stored).collect())
    }

    async fn put(&self, item: &CatalogItem) -> Result<bool, CacheError> {
        let mut items = self.items.borrow_mut();
        let known = items.get(&item.item_id);
        if known.is_some_and(|known| known.as_of > item.as_of) {
            return Ok(false);
        }
        self.write()?;
        items.insert(item.item_id.clone(), item.clone());
        Ok(true)
    }

    async fn withdraw(&self, gone: Gone<'_>) -> Result<bool, CacheError> {
        let mut items = self.items.borrow_mut();
        let item = items.get_mut(gone.id);
        let Some(item) = item.filter(|item| item.withdrawn_at.is_none()) else {
            return Ok(false);
        };
        if item.as_of >= Some(gone.unless_from) {
            return Ok(false);
        }
        self.write()?;
        item.withdrawn_at = Some(gone.now);
        item.as_of = Some(gone.as_of);
        Ok(true)
    }
}

/// Personalize: the ids it was told, as often as it was.
#[derive(Default)]
pub(crate) struct Ear(pub(crate) RefCell<Vec<String>>);

impl Announce for &Ear {
    async fn announce(&mut self, products: &[&Product]) -> Result<Told, CacheError> {
        let ids = products.iter().map(|product| product.id.clone());
        self.0.borrow_mut().extend(ids);
        Ok(Told {
            announced: u64::try_from(products.len()).unwrap(),
            left: BTreeMap::new(),
        })
    }
}
