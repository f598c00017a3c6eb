//! Magento Open Source and Adobe Commerce, by the REST API V1.
//!
//! - A full pull lists the enabled products that are visible by themselves, by ascending `entity_id`,
//!   100 at a time, each page from the last id on, in parts that share out the ids. Pages are not
//!   numbered: beyond the end Magento repeats the last one.
//! - A pull of changes asks the same with `updated_at`, one part; products that were disabled or are no
//!   longer visible are withdrawn. Deleted ones are not listed: only a full pull sees that they are gone.
//!   Stock does not touch `updated_at` everywhere: a full pull sees it.
//! - Categories are numbers in a product, brands the number of an option; their names are asked for
//!   beside each page. With `storeId` prices, stock, addresses and pictures come from
//!   `products-render-info`, as the storefront shows them. Without it a configurable, bundled or grouped
//!   product has no price, and is rejected, and stock is not known where the list does not have it.
//! - An item is a product, with its SKU as id (or its `entity_id`).
//!
//! Settings: `storeCode` (`default`), `storeId`, `websiteId`, `brandAttribute` (like `manufacturer`),
//! `mediaUrl` (like `https://shop.example/media/catalog/product`), `productUrl` (like
//! `https://shop.example/{slug}.html`), `id` (`sku` or `id`). The currency of prices is
//! `catalog.currency`, which `storeId` needs. Secret: `accessToken` of an integration that may read
//! products and categories; since 2.4.4 such a token has to be allowed as a bearer token.

mod criteria;
mod item;
mod shown;

use backend::{Answer, Auth, Request};
use serde_json::Value;
use shared::config::backend::Catalog;

use self::{criteria::Criteria, shown::Beside};
use crate::{
    adapter::{Adapter, AdapterError, Entry, Mode, Page, Plan, Position, Scope},
    adapters::{
        keyset::{Keyset, shared_out},
        listing::{Listing, id_number, object, shape},
        page_address::{self, PageAddress},
        position::{keep, place},
        settings::{Settings, wrong},
    },
};

const NAME: &str = "Magento";
/// Products of an answer without a configuration.
const PAGE: u32 = 100;
/// More products of an answer are not asked for: Magento takes long over each.
const MOST: u32 = 300;
/// The members of a product that are read.
const FIELDS: &str = "items[id,sku,name,price,status,visibility,type_id,created_at,\
    extension_attributes[category_links,stock_item],custom_attributes],total_count";

/// A store of Magento.
#[derive(Debug, Clone)]
pub(crate) struct Magento {
    path: String,
    store: Option<Store>,
    website: Option<String>,
    brand_attribute: Option<String>,
    media_url: Option<String>,
    page_address: PageAddress,
    id: IdFrom,
}

/// The store view whose prices are read.
#[derive(Debug, Clone)]
struct Store {
    id: String,
    currency: String,
}

/// What an item's id is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum IdFrom {
    /// The SKU.
    Sku,
    /// The number in the database.
    Entity,
}

impl Magento {
    /// The adapter, as configured.
    pub(crate) fn new(catalog: &Catalog) -> Result<Self, AdapterError> {
        let known = [
            "storeCode",
            "storeId",
            "websiteId",
            "brandAttribute",
            "mediaUrl",
            page_address::KEY,
            "id",
        ];
        let settings = Settings::new(&catalog.settings, &known)?;
        let code = match settings.optional("storeCode") {
            Some(_) => settings.name("storeCode", "the code of a store view, like `default`")?,
            None => "default",
        };
        let optional_name = |key, meaning| match settings.optional(key) {
            Some(_) => settings
                .name(key, meaning)
                .map(|name| Some(name.to_owned())),
            None => Ok(None),
        };
        let store_id = optional_name("storeId", "the number of a store view")?;
        Ok(Self {
            path: format!("/rest/{code}/V1"),
            store: store(store_id, catalog)?,
            website: optional_name("websiteId", "the number of a website")?,
            brand_attribute: optional_name("brandAttribute", "an attribute's code")?,
            media_url: media_url(&settings)?,
            page_address: PageAddress::from_settings(&settings)?,
            id: settings.choice("id", ("sku", IdFrom::Sku), &[("id", IdFrom::Entity)])?,
        })
    }

    fn list(&self, criteria: Criteria) -> Request {
        criteria.on(Request::get(format!("{}/products", self.path)))
    }
}

impl Adapter for Magento {
    fn auth(&self) -> Auth {
        Auth::Bearer {
            token: "accessToken".to_owned(),
        }
    }

    fn plan(&self, scope: &Scope) -> Result<Plan, AdapterError> {
        if scope.mode == Mode::Incremental {
            let all = Keyset::between(Some(0_u64), None);
            return Ok(Plan::Parts(vec![keep(&all)]));
        }
        let highest = self.list(Criteria::sorted("DESC", 1));
        Ok(Plan::Ask(highest.query("fields", "items[id],total_count")))
    }

    fn parts(&self, scope: &Scope, answer: &Answer) -> Result<Vec<Position>, AdapterError> {
        let listing = Listing::read(NAME, answer, "/items")?;
        let highest = listing.items.first().and_then(|one| id_number(&one["id"]));
        let total = listing.rest["total_count"].as_u64();
        let total = total.ok_or_else(|| shape(NAME, "it has no `total_count`"))?;
        let parts = shared_out(highest.unwrap_or(0), total, u64::from(limit(scope)));
        Ok(parts.iter().map(keep).collect())
    }

    fn request(&self, scope: &Scope, position: &Position) -> Result<Request, AdapterError> {
        let at: Keyset<u64> = place(position)?;
        let mut criteria = Criteria::sorted("ASC", limit(scope));
        criteria.filter("entity_id", "gt", &at.after.unwrap_or(0));
        if let Some(to) = at.to {
            criteria.filter("entity_id", "lteq", &to);
        }
        if let Some(website) = &self.website {
            criteria.filter("website_id", "eq", website);
        }
        match scope.since {
            None => {
                criteria.filter("status", "eq", &1);
                criteria.filter("visibility", "in", &"2,3,4");
            }
            Some(since) => {
                let since = since.strftime("%Y-%m-%d %H:%M:%S");
                criteria.filter("updated_at", "gteq", &since);
            }
        }
        Ok(self.list(criteria).query("fields", FIELDS))
    }

    fn besides(&self, _scope: &Scope, answer: &Answer) -> Result<Vec<Request>, AdapterError> {
        Ok(Beside::wanted(self, &products(answer)?.items).requests(self))
    }

    fn page(
        &self,
        scope: &Scope,
        position: &Position,
        answer: &Answer,
        besides: &[Answer],
    ) -> Result<Page, AdapterError> {
        let at: Keyset<u64> = place(position)?;
        let listing = products(answer)?;
        let shown = Beside::wanted(self, &listing.items).read(besides)?;
        let entries =
            listing.entries(|index, one| self.entry(scope, index, one, &shown, listing.repaired));
        let last = listing
            .items
            .iter()
            .rev()
            .find_map(|one| id_number(&one["id"]));
        at.page(
            NAME,
            entries,
            (listing.items.len(), limit(scope) as usize),
            last,
        )
    }

    fn one(&self, id: &str) -> Result<Request, AdapterError> {
        Ok(match self.id {
            IdFrom::Sku => Request::get(format!("{}/products/{}", self.path, backend::segment(id))),
            IdFrom::Entity => {
                let mut criteria = Criteria::sorted("ASC", 1);
                criteria.filter("entity_id", "eq", &id);
                self.list(criteria)
            }
        })
    }

    fn product(
        &self,
        scope: &Scope,
        id: &str,
        answer: &Answer,
        besides: &[Answer],
    ) -> Result<Entry, AdapterError> {
        let listing = products(answer)?;
        let shown = Beside::wanted(self, &listing.items).read(besides)?;
        let product = listing.items.first();
        let entry = product.and_then(|one| self.entry(scope, 0, one, &shown, listing.repaired));
        Ok(entry.unwrap_or_else(|| Entry::Withdrawn { id: id.to_owned() }))
    }
}

/// The products of a list, or the one product that was asked for by its SKU.
fn products(answer: &Answer) -> Result<Listing, AdapterError> {
    let (mut document, repaired) = object(NAME, answer, "")?;
    // A search that finds nothing may have null.
    let items = match document.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) => items,
        Some(Value::Null) => Vec::new(),
        Some(_) => return Err(shape(NAME, "its `items` are no list")),
        None => vec![document.take()],
    };
    Ok(Listing {
        items,
        rest: document,
        repaired,
    })
}

fn limit(scope: &Scope) -> u32 {
    scope.page_size.unwrap_or(PAGE).clamp(1, MOST)
}

fn store(id: Option<String>, catalog: &Catalog) -> Result<Option<Store>, AdapterError> {
    let Some(id) = id else {
        return Ok(None);
    };
    match catalog.currency.clone() {
        Some(currency) => Ok(Some(Store { id, currency })),
        None => Err(AdapterError::Setting {
            key: "currency".to_owned(),
            message: "is missing: the currency of the prices of `settings.storeId`".to_owned(),
        }),
    }
}

fn media_url(settings: &Settings<'_>) -> Result<Option<String>, AdapterError> {
    let Some(url) = settings.optional("mediaUrl") else {
        return Ok(None);
    };
    if url.starts_with("https://") || url.starts_with("http://") {
        return Ok(Some(url.trim_end_matches('/').to_owned()));
    }
    let message =
        format!("is `{url}`; it has to be like https://shop.example/media/catalog/product");
    Err(wrong("mediaUrl", message))
}

#[cfg(test)]
mod tests;
