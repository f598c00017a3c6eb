//! Adapter to the `Catalog` table: products by id, through a small cache in the process.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use futures::future::join_all;
use jiff::Timestamp;
use shared::{
    batch::{self, BatchError, Item, Patience, Read},
    catalog::CatalogItem,
    direct::DynamoDb,
};

use crate::{cache::Cache, products::Products};

/// Entries in the cache: some 1.5 MiB with titles and links of usual length.
const CACHED: usize = 2_048;

/// How long a sold-out product may still be shown.
const LIFE: Duration = Duration::from_secs(30);

/// What answers hold or rules ask for; a description may be long.
const ATTRIBUTES: [&str; 13] = [
    "itemId",
    "title",
    "price",
    "currency",
    "category",
    "brand",
    "imageUrl",
    "url",
    "available",
    "markets",
    "channels",
    "withdrawnAt",
    "expiresAt",
];

/// A product, or the knowledge that the table has none.
type Known = Option<Arc<CatalogItem>>;

/// The table.
#[derive(Debug)]
pub(crate) struct Catalog {
    dynamodb: DynamoDb,
    table: String,
    cache: Mutex<Cache<Known>>,
}

impl Catalog {
    /// The table of that name.
    pub(crate) fn new(dynamodb: DynamoDb, table: String) -> Self {
        let cache = Mutex::new(Cache::new(CACHED, LIFE));
        Self {
            dynamodb,
            table,
            cache,
        }
    }

    /// The products of `ids`, without those the table could not give.
    pub(crate) async fn products(&self, ids: &[&str]) -> Products {
        let (mut products, unknown) = self.cached(ids);
        let chunks = unknown
            .chunks(batch::MAX_KEYS)
            .map(|chunk| self.read(chunk));
        for read in join_all(chunks).await {
            products.extend(read);
        }
        products
    }

    /// What the process has of `ids`, without asking the table.
    pub(crate) fn nearby(&self, ids: &[&str]) -> Products {
        self.cached(ids).0
    }

    /// The products of `ids`, at most [`batch::MAX_KEYS`] and distinct, with all that is known of
    /// them, read from the table.
    pub(crate) async fn details(&self, ids: &[&str]) -> Result<Products, BatchError> {
        let items = batch::get(&self.dynamodb, self.of(&[]), ids, Patience::REQUEST).await?;
        let mut products = Products::default();
        for product in items.into_iter().filter_map(|item| self.product(item)) {
            products.put(&product.item_id.clone(), Some(Arc::new(product)));
        }
        Ok(products)
    }

    /// What the cache has of `ids`, and the others, each once.
    fn cached<'a>(&self, ids: &[&'a str]) -> (Products, Vec<&'a str>) {
        let (cache, now) = (self.cache(), Instant::now());
        let (mut products, mut unknown) = (Products::default(), HashSet::new());
        for id in ids {
            match cache.get(id, now) {
                Some(known) => products.put(id, known.clone()),
                None => {
                    unknown.insert(*id);
                }
            }
        }
        (products, unknown.into_iter().collect())
    }

    async fn read(&self, ids: &[&str]) -> Products {
        let read = self.of(&ATTRIBUTES);
        let available = batch::available(&self.dynamodb, read, ids, Patience::REQUEST).await;
        let mut found: HashMap<String, CatalogItem> = available
            .items
            .into_iter()
            .filter_map(|item| self.product(item))
            .map(|product| (product.item_id.clone(), product))
            .collect();
        if let Some(error) = &available.error {
            tracing::warn!(%error, "some products are shown by their ids alone");
        }
        let (mut products, mut cache, now) = (Products::default(), self.cache(), Instant::now());
        for id in ids {
            let known = found.remove(*id).map(Arc::new);
            // What was not found may be there when the table did not get to all.
            if known.is_some() || available.error.is_none() {
                cache.put(id, known.clone(), now);
                products.put(id, known);
            }
        }
        products
    }

    fn of<'a>(&'a self, attributes: &'a [&'a str]) -> Read<'a> {
        Read {
            table: &self.table,
            key: "itemId",
            attributes,
            consistent: false,
        }
    }

    fn product(&self, item: Item) -> Option<CatalogItem> {
        let product: Result<CatalogItem, _> = serde_dynamo::from_item(item);
        product
            .map(|product| product.at(Timestamp::now().as_second()))
            .inspect_err(|error| {
                let table = &self.table;
                tracing::warn!(%error, table, "an item of the catalogue has another shape");
            })
            .ok()
    }

    fn cache(&self) -> MutexGuard<'_, Cache<Known>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
