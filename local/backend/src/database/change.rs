//! Products that are created, changed and withdrawn while the shop is open.

use rusqlite::{Connection, params};
use serde::{Deserialize, Deserializer};

use super::{Database, Listed};

/// What changes in a product; what is left out stays, `null` takes away. A new product needs a name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    pub(crate) description: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    pub(crate) price: Option<Option<f64>>,
    #[serde(default, deserialize_with = "given")]
    pub(crate) currency: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    pub(crate) category: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    pub(crate) brand: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    pub(crate) image: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    pub(crate) url: Option<Option<String>>,
    pub(crate) in_stock: Option<bool>,
}

/// Tells `null` from a member that is not there.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

impl Database {
    /// Creates the product or changes it, at `now` (epoch milliseconds); `None` when a new one has no
    /// name. Withdrawn products come back.
    pub(crate) fn put(
        &self,
        id: &str,
        change: Change,
        now: i64,
    ) -> rusqlite::Result<Option<Listed>> {
        let mut writer = self.writer();
        let transaction = writer.transaction()?;
        let old = Listed::by_id(&transaction, id)?;
        let Some(new) = merged(id, change, old, now) else {
            return Ok(None);
        };
        for (kind, name) in [("category", &new.category), ("brand", &new.brand)] {
            if let Some(name) = name {
                let sql = "INSERT OR IGNORE INTO names (kind, name) VALUES (?1, ?2)";
                transaction.prepare_cached(sql)?.execute((kind, name))?;
            }
        }
        store(&transaction, &new)?;
        let stored = Listed::by_id(&transaction, id)?;
        transaction.commit()?;
        Ok(stored)
    }

    /// Takes a product off the list, at `now` (epoch milliseconds); `None` when it is not there or gone
    /// already.
    pub(crate) fn withdraw(&self, id: &str, now: i64) -> rusqlite::Result<Option<Listed>> {
        let mut writer = self.writer();
        let transaction = writer.transaction()?;
        let sql = "UPDATE products SET deleted_at = MAX(?2, updated_at + 1), updated_at = MAX(?2, updated_at + 1) \
                   WHERE product_id = ?1 AND deleted_at IS NULL";
        let changed = transaction.prepare_cached(sql)?.execute((id, now))?;
        let product = Listed::by_id(&transaction, id)?.filter(|_| changed > 0);
        transaction.commit()?;
        Ok(product)
    }
}

/// The product after the change. Every change is later than the one before, whatever the clock says.
fn merged(id: &str, change: Change, old: Option<Listed>, now: i64) -> Option<Listed> {
    let mut product = match old {
        Some(old) => Listed {
            updated_at: now.max(old.updated_at + 1),
            deleted_at: None,
            ..old
        },
        None => Listed {
            number: 0,
            id: id.to_owned(),
            title: change.name.clone()?,
            description: None,
            category: None,
            category_number: None,
            brand: None,
            brand_number: None,
            price: None,
            currency: None,
            available: true,
            image: None,
            url: None,
            created_at: now,
            updated_at: now,
            deleted_at: None,
        },
    };
    product.title = change.name.unwrap_or(product.title);
    product.description = change.description.unwrap_or(product.description);
    product.price = change.price.unwrap_or(product.price);
    product.currency = change.currency.unwrap_or(product.currency);
    product.category = change.category.unwrap_or(product.category);
    product.brand = change.brand.unwrap_or(product.brand);
    product.image = change.image.unwrap_or(product.image);
    product.url = change.url.unwrap_or(product.url);
    product.available = change.in_stock.unwrap_or(product.available);
    Some(product)
}

fn store(connection: &Connection, product: &Listed) -> rusqlite::Result<()> {
    let sql = "INSERT INTO products (product_id, title, description, category, brand, price, currency, available, \
               image, url, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) \
               ON CONFLICT (product_id) DO UPDATE SET title = ?2, description = ?3, category = ?4, brand = ?5, \
               price = ?6, currency = ?7, available = ?8, image = ?9, url = ?10, updated_at = ?12, deleted_at = NULL";
    let row = params![
        product.id,
        product.title,
        product.description,
        product.category,
        product.brand,
        product.price,
        product.currency,
        product.available,
        product.image,
        product.url,
        product.created_at,
        product.updated_at,
    ];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(())
}
