//! The step `sweep`: what the table has and a pull of all products no longer lists becomes a tombstone,
//! which is never shown and which DynamoDB removes a month later. What changed since the pull began is
//! left alone: a product that is newer than the pull's first page is not on any of them.
//!
//! Of the pull only 64-bit hashes of its ids are held, 8 MB for a million products. Should two ids
//! share a hash, a product that left stays: never the other way round.

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    entry::{begun, listed},
    error::CacheError,
    lines::Line,
    pages::{Bucket, Page},
    product::id_hash,
    pull::pages,
    table::{Gone, Listed, Products, Table},
};

/// Pages read at once: a catalogue of a million products has thousands.
const PAGES_AT_ONCE: usize = 4;

/// Tombstones written at once.
const AT_ONCE: usize = 16;

/// The answer of the step.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Swept {
    /// Products that became tombstones now.
    pub(crate) withdrawn: u64,
    /// Products that are still listed, or changed since the pull began.
    pub(crate) kept: u64,
}

/// Whom a pull lists.
struct Ids {
    /// Hashes of their ids, sorted.
    hashes: Vec<u64>,
    /// Epoch milliseconds when the backend was first asked.
    as_of: i64,
}

impl Ids {
    fn none() -> Self {
        Self {
            hashes: Vec::new(),
            as_of: i64::MAX,
        }
    }

    /// Those of `page`.
    async fn of(mut page: Page) -> Result<Self, CacheError> {
        let mut ids = Self::none();
        let page_as_of = page.as_of();
        while let Some(line) = page.next().await? {
            let named = match line {
                Line::Whole(bytes) => listed(bytes),
                Line::TooLong => begun(page.beginning()),
            };
            if let Some(named) = named {
                ids.hashes.push(id_hash(&named.id));
                ids.as_of = ids.as_of.min(named.as_of.unwrap_or(page_as_of));
            }
        }
        Ok(ids)
    }

    fn and(mut self, more: Self) -> Self {
        self.hashes.extend(more.hashes);
        self.as_of = self.as_of.min(more.as_of);
        self
    }

    fn sorted(mut self) -> Self {
        self.hashes.sort_unstable();
        self.hashes.dedup();
        self
    }

    fn contains(&self, id: &str) -> bool {
        self.hashes.binary_search(&id_hash(id)).is_ok()
    }
}

/// Marks the products of `table` that the pull under `prefix` does not list.
pub(crate) async fn sweep(
    bucket: &Bucket,
    table: &Table,
    prefix: &str,
) -> Result<Swept, CacheError> {
    let ids = ids(bucket, prefix).await?;
    let now = Timestamp::now().as_second();
    let mut swept = Swept::default();
    table
        .for_each_page(async |products| {
            let left = swept.left(products, &ids);
            swept.withdrawn += withdraw(table, left, now, ids.as_of).await?;
            Ok(())
        })
        .await?;
    Ok(swept)
}

async fn ids(bucket: &Bucket, prefix: &str) -> Result<Ids, CacheError> {
    let keys = pages(bucket.keys(prefix).await?);
    let ids = stream::iter(keys)
        .map(async |key| Ids::of(bucket.page(&key).await?).await)
        .buffer_unordered(PAGES_AT_ONCE)
        .try_fold(Ids::none(), async |ids, more| Ok(ids.and(more)))
        .await?;
    if ids.hashes.is_empty() {
        return Err(CacheError::EmptyPull(prefix.to_owned()));
    }
    Ok(ids.sorted())
}

impl Swept {
    /// Those of `products` that left since the last pull; counts the kept.
    fn left(&mut self, products: Vec<Listed>, ids: &Ids) -> Vec<String> {
        let mut left = Vec::new();
        for product in products {
            if ids.contains(&product.item_id) {
                self.kept += 1;
            } else if product.withdrawn_at.is_some() {
                // It left before.
            } else if product.as_of > Some(ids.as_of) {
                self.kept += 1;
            } else {
                left.push(product.item_id);
            }
        }
        left
    }
}

/// Writes the tombstones; gives how many there were to write.
async fn withdraw(
    products: &impl Products,
    left: Vec<String>,
    now: i64,
    as_of: i64,
) -> Result<u64, CacheError> {
    stream::iter(left)
        .map(async |id| products.withdraw(Gone::unlisted(&id, now, as_of)).await)
        .buffer_unordered(AT_ONCE)
        .try_fold(0, async |sum, withdrawn| Ok(sum + u64::from(withdrawn)))
        .await
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::catalog::CatalogItem;

    use super::*;
    use crate::{
        fake::{Shelf, page},
        lines::MAX_LINE,
        product::Product,
    };

    #[tokio::test]
    async fn only_what_left_since_the_last_pull_is_withdrawn() {
        let listed = |id: &str, as_of, withdrawn_at| Listed {
            item_id: id.to_owned(),
            as_of,
            withdrawn_at,
        };
        let mut ids = Ids::none();
        for lines in [
            "{\"id\":\"b\",\"asOf\":5000}\n{\"id\":\"c\",\"rejected\":\"noPrice\"}",
            "{\"id\":\"a\"}\n\n{\"id\":\"b\"}",
        ] {
            let page = page("raw/products/1/page-00001.jsonl", 8, lines);
            ids = ids.and(Ids::of(page).await.unwrap());
        }
        let ids = ids.sorted();
        assert_eq!(ids.as_of, 5_000);
        let products = vec![
            listed("a", None, None),
            listed("b", None, Some(1)),
            listed("c", None, None),
            listed("gone", None, Some(1)),
            listed("left", Some(5_000), None),
            listed("never-dated", None, None),
            listed("made-meanwhile", Some(5_001), None),
        ];
        let mut swept = Swept::default();
        assert_eq!(swept.left(products, &ids), ["left", "never-dated"]);
        assert_eq!(swept.kept, 4);
    }

    /// Sweeps all of `shelf`; gives what the step would answer.
    async fn swept(shelf: &Shelf, ids: &Ids) -> Result<Swept, CacheError> {
        let mut swept = Swept::default();
        let items: Vec<Listed> = shelf.items.borrow().values().map(listed_as).collect();
        for page in items.chunks(3) {
            let left = swept.left(page.to_vec(), ids);
            swept.withdrawn += withdraw(shelf, left, 9, ids.as_of).await?;
        }
        Ok(swept)
    }

    fn listed_as(item: &CatalogItem) -> Listed {
        Listed {
            item_id: item.item_id.clone(),
            as_of: item.as_of,
            withdrawn_at: item.withdrawn_at,
        }
    }

    #[tokio::test]
    async fn a_product_whose_line_is_too_long_is_still_listed() {
        let text = "x".repeat(MAX_LINE);
        let lines = format!("{{\"id\":\"long\",\"description\":\"{text}\"}}\n{{\"id\":\"b\"}}");
        let ids = Ids::of(page("raw/products/1/page-00001.jsonl", 8, &lines)).await;
        let ids = ids.unwrap().sorted();
        assert!(ids.contains("long") && ids.contains("b"));
    }

    #[tokio::test]
    async fn a_sweep_that_was_killed_goes_on_and_marks_each_once() {
        let shelf = Shelf::default();
        for n in 0..10 {
            let product = json!({"id": format!("p{n}"), "title": "T", "price": 1});
            let product = Product::from_value(product).unwrap();
            let item = product.into_item("h".to_owned(), 1, 1_000, None);
            shelf.put(&item).await.unwrap();
        }
        shelf.writes.set(0);
        let lines = "{\"id\":\"p0\",\"asOf\":5000}\n{\"id\":\"p1\",\"rejected\":\"noPrice\"}";
        let ids = Ids::of(page("raw/products/1/page-00001.jsonl", 8, lines)).await;
        let ids = ids.unwrap().sorted();

        shelf.dies_after.set(Some(4));
        assert!(swept(&shelf, &ids).await.is_err());
        shelf.dies_after.set(None);
        let resumed = swept(&shelf, &ids).await.unwrap();
        assert_eq!((resumed.withdrawn, resumed.kept), (4, 2));
        assert_eq!(shelf.writes.get(), 8, "each once");
        let again = swept(&shelf, &ids).await.unwrap();
        assert_eq!((again.withdrawn, again.kept), (0, 2));
        for there in ["p0", "p1"] {
            assert_eq!(shelf.items.borrow()[there].withdrawn_at, None, "{there}");
        }
    }
}
