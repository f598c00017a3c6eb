//! Adapter to the `Catalog` table: products by id, through a small cache in the process.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::Client;
use futures::future::join_all;
use shared::{
    batch::{self, Patience},
    catalog::CatalogItem,
};

use crate::{answer::Products, cache::Cache};

/// Entries in the cache: some 2 MiB with titles and links of usual length.
const CACHED: usize = 4_096;

/// How long a sold-out product may still be shown.
const LIFE: Duration = Duration::from_secs(30);

/// All but the description, which no answer holds and which may be long.
const ATTRIBUTES: [&str; 12] = [
    "itemId",
    "title",
    "price",
    "currency",
    "category",
    "brand",
    "imageUrl",
    "url",
    "available",
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
        let patience = Patience::REQUEST;
        let (client, table) = (&self.client, &self.table);
        let items = match batch::get(client, table, "itemId", ids, &ATTRIBUTES, patience).await {
            Ok(items) => items,
            Err(error) => {
                tracing::warn!(%error, "products are shown by their ids alone");
                return Products::new();
            }
        };
        let mut products = Products::new();
        for item in items {
            match serde_dynamo::from_item::<_, CatalogItem>(item) {
                Ok(product) => {
                    products.insert(product.item_id.clone(), Arc::new(product));
                }
                Err(error) => {
                    tracing::warn!(%error, table, "an item of the catalogue has another shape");
                }
            }
        }
        let (mut cache, now) = (self.cache(), Instant::now());
        for id in ids {
            cache.put(id, products.get(*id).cloned(), now);
        }
        products
    }

    fn cache(&self) -> MutexGuard<'_, Cache<Known>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
