//! Products as they are now, or were two seconds ago at most: what is sold out is in no message.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use shared::{
    batch::{self, MAX_KEYS, Patience, Read},
    catalog::CatalogItem,
    direct::DynamoDb,
};

use crate::error::SendError;

/// How old what is known of a product may be.
const LIFE: Duration = Duration::from_secs(2);
/// Products that are kept: some megabytes.
const KEPT: usize = 20_000;
/// Calls under way at once.
const AT_ONCE: usize = 4;

/// What messages show, and what decides whether they may.
const ATTRIBUTES: [&str; 14] = [
    "itemId",
    "title",
    "price",
    "currency",
    "category",
    "brand",
    "description",
    "imageUrl",
    "url",
    "available",
    "markets",
    "channels",
    "withdrawnAt",
    "expiresAt",
];

/// A product, or that the table has none.
type Known = Option<Arc<CatalogItem>>;

/// Products by id.
pub(crate) type Products = HashMap<String, Arc<CatalogItem>>;

/// The table.
pub(crate) struct Catalogue {
    dynamodb: DynamoDb,
    table: String,
    kept: Mutex<HashMap<String, (Instant, Known)>>,
}

impl Catalogue {
    /// The table of that name.
    pub(crate) fn new(dynamodb: DynamoDb, table: String) -> Self {
        Self {
            dynamodb,
            table,
            kept: Mutex::default(),
        }
    }

    /// Forgets what an earlier call of the process was told: what was sold out before a sender began is in none
    /// of its messages.
    pub(crate) fn forget(&self) {
        self.kept().clear();
    }

    /// The products of `ids`, of those that the table has.
    pub(crate) async fn products(&self, ids: &HashSet<&str>) -> Result<Products, SendError> {
        let asked = Instant::now();
        let (mut products, unknown) = self.known(ids, asked);
        let chunks = unknown.chunks(MAX_KEYS).map(|chunk| self.read(chunk));
        let chunks: Vec<_> = chunks.collect();
        let read = stream::iter(chunks).buffer_unordered(AT_ONCE);
        let read: Vec<Vec<CatalogItem>> = read.try_collect().await?;
        for product in read.into_iter().flatten() {
            products.insert(product.item_id.clone(), Arc::new(product));
        }
        self.keep(&unknown, &products, asked);
        Ok(products)
    }

    fn known<'a>(&self, ids: &HashSet<&'a str>, now: Instant) -> (Products, Vec<&'a str>) {
        let kept = self.kept();
        let (mut products, mut unknown) = (Products::with_capacity(ids.len()), Vec::new());
        for &id in ids {
            match kept
                .get(id)
                .filter(|(at, _)| now.saturating_duration_since(*at) < LIFE)
            {
                Some((_, Some(product))) => {
                    products.insert(id.to_owned(), Arc::clone(product));
                }
                Some((_, None)) => {}
                None => unknown.push(id),
            }
        }
        (products, unknown)
    }

    async fn read(&self, ids: &[&str]) -> Result<Vec<CatalogItem>, SendError> {
        let read = Read {
            table: &self.table,
            key: "itemId",
            attributes: &ATTRIBUTES,
            consistent: true,
        };
        let items = batch::get(&self.dynamodb, read, ids, Patience::WORKFLOW).await?;
        let now = Timestamp::now().as_second();
        let products = items.into_iter().filter_map(|item| {
            let product: Result<CatalogItem, _> = serde_dynamo::from_item(item);
            let product = product.inspect_err(|error| {
                tracing::warn!(%error, "an item of the catalogue has another shape");
            });
            Some(product.ok()?.at(now))
        });
        Ok(products.collect())
    }

    /// Keeps what was read. Its age is counted from before that.
    fn keep(&self, read: &[&str], products: &Products, now: Instant) {
        let mut kept = self.kept();
        if kept.len() + read.len() > KEPT {
            kept.retain(|_, (at, _)| now.saturating_duration_since(*at) < LIFE);
        }
        for &id in read {
            kept.insert(id.to_owned(), (now, products.get(id).cloned()));
        }
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<String, (Instant, Known)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
