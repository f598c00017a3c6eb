//! The step `write`: of one page, the products that changed.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use serde::Serialize;
use shared::{batch::MAX_KEYS, catalog::CatalogItem};

use crate::{
    error::CacheError,
    lines::Line,
    pages::Bucket,
    product::{Product, Rejection, id_hash},
    table::{Stored, Table},
};

/// The answer of the step: `read` is the sum of the others.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Written {
    /// The page's key.
    pub(crate) page: String,
    /// Lines that are not blank.
    pub(crate) read: u64,
    /// Products written, because they are new, changed or back.
    pub(crate) written: u64,
    /// Products the table has as they are.
    pub(crate) unchanged: u64,
    /// Lines that are no products, by reason.
    pub(crate) rejected: BTreeMap<Rejection, u64>,
}

/// Writes the products of `page` that are not in `table` as they are.
pub(crate) async fn write(
    bucket: &Bucket,
    table: &Table,
    key: String,
) -> Result<Written, CacheError> {
    let mut page = bucket.page(&key).await?;
    let mut written = Written {
        page: key,
        ..Written::default()
    };
    let mut seen = HashSet::new();
    let mut chunk = Vec::with_capacity(MAX_KEYS);
    while let Some(line) = page.next().await? {
        chunk.extend(written.sift(&line, &mut seen));
        if chunk.len() == MAX_KEYS {
            write_chunk(table, std::mem::take(&mut chunk), &mut written).await?;
        }
    }
    write_chunk(table, chunk, &mut written).await?;
    Ok(written)
}

async fn write_chunk(
    table: &Table,
    products: Vec<Product>,
    written: &mut Written,
) -> Result<(), CacheError> {
    if products.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = products.iter().map(|product| product.id.as_str()).collect();
    let stored = table.stored(&ids).await?;
    let changed = written.changed(products, &stored, Timestamp::now().as_second());
    table.write(&changed).await
}

impl Written {
    /// The product on `line`, when it is one and its id is not among those `seen`.
    fn sift(&mut self, line: &Line<'_>, seen: &mut HashSet<u64>) -> Option<Product> {
        let product = match line {
            Line::TooLong => Err(Rejection::LineTooLong),
            Line::Whole(bytes) if bytes.trim_ascii().is_empty() => return None,
            Line::Whole(bytes) => Product::parse(bytes),
        };
        self.read += 1;
        let product = product.and_then(|product| {
            let new = seen.insert(id_hash(&product.id));
            new.then_some(product).ok_or(Rejection::Duplicate)
        });
        product
            .map_err(|rejection| *self.rejected.entry(rejection).or_default() += 1)
            .ok()
    }

    /// Those of `products` that are to be written: new, changed, or withdrawn and back.
    fn changed(
        &mut self,
        products: Vec<Product>,
        stored: &HashMap<String, Stored>,
        now: i64,
    ) -> Vec<CatalogItem> {
        let mut changed = Vec::new();
        for product in products {
            let hash = product.content_hash();
            let same = stored
                .get(&product.id)
                .is_some_and(|stored| stored.content_hash == hash && !stored.is_withdrawn());
            if same {
                self.unchanged += 1;
            } else {
                self.written += 1;
                changed.push(product.into_item(hash, now));
            }
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str) -> String {
        format!(r#"{{"id":"{id}","title":"T","price":1}}"#)
    }

    fn product(id: &str) -> Product {
        Product::parse(line(id).as_bytes()).unwrap()
    }

    #[test]
    fn good_lines_go_on_and_bad_ones_are_counted() {
        let (mut written, mut seen) = (Written::default(), HashSet::new());
        let (a, b) = (line("a"), line("b"));
        let lines = [
            Line::Whole(a.as_bytes()),
            Line::Whole(b"  "),
            Line::TooLong,
            Line::Whole(b"{"),
            Line::Whole(a.as_bytes()),
            Line::Whole(b.as_bytes()),
        ];
        let products = lines
            .iter()
            .filter_map(|line| written.sift(line, &mut seen));
        let ids: Vec<String> = products.map(|product| product.id).collect();
        assert_eq!(ids, ["a", "b"]);
        assert_eq!(written.read, 5);
        let rejected = serde_json::to_value(&written).unwrap()["rejected"].take();
        let expected = serde_json::json!({"lineTooLong": 1, "notJson": 1, "duplicate": 1});
        assert_eq!(rejected, expected);
    }

    #[test]
    fn only_new_changed_and_returned_products_are_written() {
        let stored = |hash: String, withdrawn_at| Stored {
            content_hash: hash,
            withdrawn_at,
        };
        let hash = |id| product(id).content_hash();
        let table = HashMap::from([
            ("same".to_owned(), stored(hash("same"), None)),
            ("changed".to_owned(), stored("another".to_owned(), None)),
            ("back".to_owned(), stored(hash("back"), Some(1))),
        ]);
        let mut written = Written::default();
        let products = ["same", "changed", "back", "new"].map(product).to_vec();
        let items = written.changed(products, &table, 5);
        let ids: Vec<&str> = items.iter().map(|item| item.item_id.as_str()).collect();
        assert_eq!(ids, ["changed", "back", "new"]);
        assert!(items.iter().all(|item| item.withdrawn_at.is_none()));
        assert_eq!((written.written, written.unchanged), (3, 1));
    }
}
