//! BigCommerce, by the catalogue of its REST API v3.
//!
//! - A full pull lists the visible products by ascending id, 250 at a time, each page from the last id
//!   on (`id:greater`), in parts that share out the ids.
//! - A pull of changes asks the same with `date_modified:min`, one part; products that are no longer
//!   visible are withdrawn. Deleted ones are not listed: only a full pull sees that they are gone (and
//!   the webhook `store/product/deleted`).
//! - Brands and categories are numbers in a product; their names are asked for beside each page.
//! - An item is a product, with its number as id, at its lowest variant's price.
//!
//! Settings: `storeHash`, and optionally `productUrl` (like `https://shop.example/{slug}/`). The
//! currency of prices is `catalog.currency`. `BACKEND_URL` is `https://api.bigcommerce.com`.
//! Secret: `accessToken`, of an API account with "Products: read-only".

use backend::{Answer, Auth, Request};
use serde_json::Value;
use shared::config::backend::Catalog;

use crate::{
    adapter::{Adapter, AdapterError, Entry, Mode, Page, Plan, Position, Scope},
    adapters::{
        keyset::{Keyset, shared_out},
        listing::{Listing, id_number, not_for_sale, object, shape},
        names::{Besides, Names, lists},
        page_address::{self, PageAddress},
        position::{keep, place},
        settings::Settings,
        variants::{each, first_of, lowest},
    },
    product::Found,
};

const NAME: &str = "BigCommerce";
/// The most products, brands or categories of an answer.
const MOST: u32 = 250;
/// What belongs to a product and is listed within it.
const INCLUDE: &str = "variants,primary_image";

/// A store of BigCommerce.
#[derive(Debug, Clone)]
pub(crate) struct Bigcommerce {
    path: String,
    page_address: PageAddress,
}

impl Bigcommerce {
    /// The adapter, as configured.
    pub(crate) fn new(catalog: &Catalog) -> Result<Self, AdapterError> {
        let known = ["storeHash", page_address::KEY];
        let settings = Settings::new(&catalog.settings, &known)?;
        let store = settings.name("storeHash", "the store's hash, as in its API path")?;
        Ok(Self {
            path: format!("/stores/{store}/v3/catalog"),
            page_address: PageAddress::from_settings(&settings)?,
        })
    }

    fn list(&self, limit: u32) -> Request {
        Request::get(format!("{}/products", self.path))
            .query("sort", "id")
            .query("limit", limit)
            .query("page", 1)
    }
}

impl Adapter for Bigcommerce {
    fn auth(&self) -> Auth {
        Auth::Header {
            name: "X-Auth-Token".to_owned(),
            member: "accessToken".to_owned(),
        }
    }

    fn plan(&self, scope: &Scope) -> Result<Plan, AdapterError> {
        if scope.mode == Mode::Incremental {
            let all = Keyset::between(Some(0_u64), None);
            return Ok(Plan::Parts(vec![keep(&all)]));
        }
        let highest = self.list(1).query("direction", "desc");
        Ok(Plan::Ask(highest.query("include_fields", "name")))
    }

    fn parts(&self, scope: &Scope, answer: &Answer) -> Result<Vec<Position>, AdapterError> {
        let listing = Listing::read(NAME, answer, "/data")?;
        let highest = listing.items.first().and_then(|one| id_number(&one["id"]));
        let total = listing.rest["meta"]["pagination"]["total"].as_u64();
        let total = total.ok_or_else(|| shape(NAME, "it has no `meta.pagination.total`"))?;
        let parts = shared_out(highest.unwrap_or(0), total, u64::from(limit(scope)));
        Ok(parts.iter().map(keep).collect())
    }

    fn request(&self, scope: &Scope, position: &Position) -> Result<Request, AdapterError> {
        let at: Keyset<u64> = place(position)?;
        let mut request = self
            .list(limit(scope))
            .query("direction", "asc")
            .query("include", INCLUDE)
            .query("id:greater", at.after.unwrap_or(0));
        if let Some(to) = at.to {
            request = request.query("id:max", to);
        }
        Ok(match scope.since {
            None => request.query("is_visible", true),
            Some(since) => request.query("date_modified:min", since),
        })
    }

    fn besides(&self, _scope: &Scope, answer: &Answer) -> Result<Vec<Request>, AdapterError> {
        let wanted = Wanted::of(&products(answer)?.items);
        let brands = wanted.brands.iter().map(|ids| {
            let request = Request::get(format!("{}/brands", self.path)).query("id:in", ids);
            request.query("include_fields", "name").query("limit", MOST)
        });
        let categories = wanted.categories.iter().map(|ids| {
            let request = Request::get(format!("{}/trees/categories", self.path));
            request.query("category_id:in", ids).query("limit", MOST)
        });
        Ok(brands.chain(categories).collect())
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
        let names = Known::read(&listing.items, besides)?;
        let entries =
            listing.entries(|index, one| self.entry(scope, index, one, &names, listing.repaired));
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
        let path = format!("{}/products/{}", self.path, backend::segment(id));
        Ok(Request::get(path).query("include", INCLUDE))
    }

    fn product(
        &self,
        scope: &Scope,
        id: &str,
        answer: &Answer,
        besides: &[Answer],
    ) -> Result<Entry, AdapterError> {
        let (product, repaired) = object(NAME, answer, "/data")?;
        let names = Known::read(std::slice::from_ref(&product), besides)?;
        let entry = self.entry(scope, 0, &product, &names, repaired);
        Ok(entry.unwrap_or_else(|| Entry::Withdrawn { id: id.to_owned() }))
    }
}

impl Bigcommerce {
    /// What the product is to a pull; `None` when a full pull leaves it out.
    fn entry(
        &self,
        scope: &Scope,
        index: usize,
        product: &Value,
        names: &Known,
        repaired: bool,
    ) -> Option<Entry> {
        let id = &product["id"];
        if product["is_visible"] == false {
            return not_for_sale(scope, id);
        }
        let image = &product["primary_image"];
        let found = Found {
            id: id.clone(),
            title: product["name"].clone(),
            price: price(product),
            category: names.categories.first_of(each(&product["categories"])),
            brand: names.brands.of(&product["brand_id"]),
            description: product["description"].clone(),
            image_url: first_of([&image["url_standard"], &image["url_zoom"]]),
            url: self.page_address.of(id, &product["custom_url"]["url"]),
            available: Value::from(is_available(product)),
            created_at: product["date_created"].clone(),
            ..Found::default()
        };
        Some(found.check(scope, index, repaired))
    }
}

fn limit(scope: &Scope) -> u32 {
    scope.page_size.unwrap_or(MOST).clamp(1, MOST)
}

/// The products of a page, or the one product of an answer to [`Adapter::one`].
fn products(answer: &Answer) -> Result<Listing, AdapterError> {
    Listing::read(NAME, answer, "/data").or_else(|error| {
        let (product, repaired) = object(NAME, answer, "/data").map_err(|_| error)?;
        Ok(Listing {
            items: vec![product],
            rest: Value::Null,
            repaired,
        })
    })
}

/// The price shoppers see: the lowest of the variants that can be bought, or the product's own.
fn price(product: &Value) -> Value {
    let variants = each(&product["variants"]).iter();
    let sold = variants.filter(|one| one["purchasing_disabled"] != true);
    let lowest = lowest(sold.map(|one| &one["calculated_price"]));
    first_of([&lowest, &product["calculated_price"], &product["price"]])
}

/// Whether it can be bought: by what the shop says, and by its stock where that is kept.
fn is_available(product: &Value) -> bool {
    let in_stock = |one: &Value| {
        one["inventory_level"]
            .as_i64()
            .is_none_or(|level| level > 0)
    };
    if product["availability"] == "disabled" {
        return false;
    }
    let variants = each(&product["variants"]);
    let sold = |one: &&Value| one["purchasing_disabled"] != true;
    match product["inventory_tracking"].as_str() {
        Some("product") => in_stock(product),
        Some("variant") if !variants.is_empty() => variants.iter().filter(sold).any(in_stock),
        _ => variants.is_empty() || variants.iter().any(|one| sold(&one)),
    }
}

/// What is numbered in products and has a name elsewhere.
struct Wanted {
    brands: Vec<String>,
    categories: Vec<String>,
}

impl Wanted {
    fn of(products: &[Value]) -> Self {
        let categories = products.iter().flat_map(|one| each(&one["categories"]));
        Self {
            brands: lists(products.iter().map(|one| &one["brand_id"]), MOST as usize),
            categories: lists(categories, MOST as usize),
        }
    }
}

/// The names.
struct Known {
    brands: Names,
    categories: Names,
}

impl Known {
    fn read(products: &[Value], answers: &[Answer]) -> Result<Self, AdapterError> {
        let wanted = Wanted::of(products);
        let mut besides = Besides::new(NAME, answers);
        Ok(Self {
            brands: besides.names(wanted.brands.len(), "/data", ("id", "name"))?,
            categories: besides.names(wanted.categories.len(), "/data", ("category_id", "name"))?,
        })
    }
}

#[cfg(test)]
mod tests;
