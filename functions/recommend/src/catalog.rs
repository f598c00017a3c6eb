//! Adapter to the `Catalog` table: products by id, through a small cache in the process.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::Client;
use futures::future::join_all;
use shared::{
    batch::{self, Patience, Read},
    catalog::CatalogItem,
};

use crate::{answer::Products, cache::Cache};

/// Entries in the cache: some 2 MiB with titles and links of usual length.
const CACHED: usize = 4_096;

/// How long a sold-out product may still be shown.
const LIFE: Duration = Duration::from_secs(30);

/// All but the description, which no answer holds and which may be long.
const ATTRIBUTES: [&str; 14] = [
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
    "contentHash",
    "updatedAt",
    "withdrawnAt",
];

/// A product, or the knowledge that the table has none.
type Known = Option<Arc<CatalogItem>>;

/// The table.
#[derive(Debug)]
pub(crate) struct Catalog {
    client: Client,
    table: String,
    cache: Mutex<Cache<Known>>,
}

impl Catalog {
    /// The table of that name.
    pub(crate) fn new(client: Client, table: String) -> Self {
        let cache = Mutex::new(Cache::new(CACHED, LIFE));
        Self {
            client,
            table,
            cache,
        }
    }

    /// The products of `ids`. Those the table does not have, or could not give in time, are left out.
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
    pub(crate) async fn details(&self, ids: &[&str]) -> Products {
        self.ask(ids, &[]).await.unwrap_or_default()
    }

    /// What the cache has of `ids`, and the others, each once.
    fn cached<'a>(&self, ids: &[&'a str]) -> (Products, Vec<&'a str>) {
        let (cache, now) = (self.cache(), Instant::now());
        let (mut products, mut unknown) = (Products::new(), HashSet::new());
        for id in ids {
            match cache.get(id, now) {
                Some(Some(product)) => {
                    products.insert((*id).to_owned(), Arc::clone(product));
                }
                Some(None) => {}
                None => {
                    unknown.insert(*id);
                }
            }
        }
        (products, unknown.into_iter().collect())
    }

    async fn read(&self, ids: &[&str]) -> Products {
        let Some(products) = self.ask(ids, &ATTRIBUTES).await else {
            return Products::new();
        };
        let (mut cache, now) = (self.cache(), Instant::now());
        for id in ids {
            cache.put(id, products.get(*id).cloned(), now);
        }
        products
    }

    /// None when the table cannot be read.
    async fn ask(&self, ids: &[&str], attributes: &[&str]) -> Option<Products> {
        let read = Read {
            table: &self.table,
            key: "itemId",
            attributes,
            consistent: false,
        };
        let items = batch::get(&self.client, read, ids, Patience::REQUEST).await;
        let items = items.inspect_err(|error| {
            tracing::warn!(%error, "products are shown by their ids alone");
        });
        let product = |item| match serde_dynamo::from_item::<_, CatalogItem>(item) {
            Ok(product) => Some((product.item_id.clone(), Arc::new(product))),
            Err(error) => {
                tracing::warn!(%error, table = self.table, "an item of the catalogue has another shape");
                None
            }
        };
        Some(items.ok()?.into_iter().filter_map(product).collect())
    }

    fn cache(&self) -> MutexGuard<'_, Cache<Known>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
