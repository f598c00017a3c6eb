//! The step `sweep`: what the table has and the pull no longer lists becomes a tombstone, which is
//! never shown and which DynamoDB removes a month later.
//!
//! Of the pull only 64-bit hashes of its ids are held, 8 MB for a million products. Should two ids
//! share a hash, a product that left stays: never the other way round.

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    error::CacheError,
    lines::Line,
    pages::Bucket,
    product::{id_hash, id_on},
    pull::pages,
    table::{Listed, Table},
};

/// How long a tombstone stays.
const TOMBSTONE_SECONDS: i64 = 30 * 24 * 3_600;

/// Tombstones written at once.
const AT_ONCE: usize = 16;

/// The answer of the step.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Swept {
    /// Products that became tombstones now.
    pub(crate) withdrawn: u64,
    /// Products that are still listed.
    pub(crate) kept: u64,
}

/// The ids of a pull, by their hashes.
struct Ids(Vec<u64>);

impl Ids {
    fn new(mut hashes: Vec<u64>) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes)
    }

    fn contains(&self, id: &str) -> bool {
        self.0.binary_search(&id_hash(id)).is_ok()
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
            swept.withdrawn += withdraw(table, left, now).await?;
            Ok(())
        })
        .await?;
    Ok(swept)
}

async fn ids(bucket: &Bucket, prefix: &str) -> Result<Ids, CacheError> {
    let mut hashes = Vec::new();
    for key in pages(bucket.keys(prefix).await?) {
        let mut page = bucket.page(&key).await?;
        while let Some(line) = page.next().await? {
            if let Line::Whole(bytes) = line {
                hashes.extend(id_on(bytes).map(|id| id_hash(&id)));
            }
        }
    }
    if hashes.is_empty() {
        return Err(CacheError::EmptyPull(prefix.to_owned()));
    }
    Ok(Ids::new(hashes))
}

impl Swept {
    /// Those of `products` that left since the last pull; counts the kept.
    fn left(&mut self, products: Vec<Listed>, ids: &Ids) -> Vec<String> {
        let mut left = Vec::new();
        for product in products {
            if ids.contains(&product.item_id) {
                self.kept += 1;
            } else if product.withdrawn_at.is_none() {
                left.push(product.item_id);
            }
        }
        left
    }
}

/// Writes the tombstones; gives how many there were to write.
async fn withdraw(table: &Table, left: Vec<String>, now: i64) -> Result<u64, CacheError> {
    stream::iter(left)
        .map(async |id| table.withdraw(&id, now, now + TOMBSTONE_SECONDS).await)
        .buffer_unordered(AT_ONCE)
        .try_fold(0, async |sum, withdrawn| Ok(sum + u64::from(withdrawn)))
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_left_since_the_last_pull_is_withdrawn() {
        let listed = |id: &str, withdrawn_at| Listed {
            item_id: id.to_owned(),
            withdrawn_at,
        };
        let ids = Ids::new(["b", "a", "b"].map(id_hash).to_vec());
        let products = vec![
            listed("a", None),
            listed("b", Some(1)),
            listed("gone", Some(1)),
            listed("left", None),
        ];
        let mut swept = Swept::default();
        assert_eq!(swept.left(products, &ids), ["left"]);
        assert_eq!(swept.kept, 2);
    }
}
