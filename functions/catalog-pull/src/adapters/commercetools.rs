//! commercetools Composable Commerce, by its HTTP API: product projections, current (not staged) data.
//!
//! - A full pull lists the published products by ascending id, 500 at a time, each page from the last
//!   id on: offsets end at 10,000. One part.
//! - A pull of changes asks the same with `lastModifiedAt`, and beside it, as a second part, for
//!   unpublished products that changed: those are withdrawn. Deleted products are not listed: only a
//!   full pull sees that they are gone.
//! - Prices are those that commercetools selects for `catalog.currency` and the settings `country` and
//!   `channel`, discounts included; an item is a product, at its lowest variant's price.
//!
//! Settings: `projectKey`, `locale` (like `en-GB,en`), `region` (like `europe-west1.gcp`) or `tokenUrl`,
//! and optionally `country`, `channel` (the id of a channel, for prices and stock), `brandAttribute`
//! (`brand`), `id` (`id` or `key`), `productUrl` (like `https://shop.example/p/{slug}`), `unpublished`
//! (`true`; with `false` the client needs only `view_published_products`, and changes withdraw nothing).
//! Secret: `clientId`, `clientSecret`, of an API client with the scope `view_products`.

mod projection;

use backend::{Answer, Auth, ClientAuth, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::config::backend::Catalog;

use crate::{
    adapter::{Adapter, AdapterError, Entry, Mode, Page, Plan, Position, Scope},
    adapters::{
        keyset::Keyset,
        listing::{Listing, id_text, object, shape},
        localized::{self, Locales},
        page_address::{self, PageAddress},
        position::{keep, place},
        settings::Settings,
    },
};

const NAME: &str = "commercetools";
/// The most products of an answer.
const MOST: u32 = 500;

/// A project of commercetools.
#[derive(Debug, Clone)]
pub(crate) struct Commercetools {
    project: String,
    token_url: String,
    locales: Locales,
    currency: String,
    country: Option<String>,
    channel: Option<String>,
    brand_attribute: String,
    id: IdFrom,
    page_address: PageAddress,
    unpublished: bool,
}

/// What an item's id is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum IdFrom {
    /// The product's id, a UUID.
    Id,
    /// The key the shop gives it.
    Key,
}

/// Where a pull is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Place {
    list: List,
    at: Keyset<String>,
}

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum List {
    /// Products that are for sale.
    Published,
    /// Products that no longer are.
    Unpublished,
}

impl Commercetools {
    /// The adapter, as configured.
    pub(crate) fn new(catalog: &Catalog) -> Result<Self, AdapterError> {
        let known = [
            "projectKey",
            localized::KEY,
            "region",
            "tokenUrl",
            "country",
            "channel",
            "brandAttribute",
            "id",
            page_address::KEY,
            "unpublished",
        ];
        let settings = Settings::new(&catalog.settings, &known)?;
        let Some(currency) = catalog.currency.clone() else {
            return Err(AdapterError::Setting {
                key: "currency".to_owned(),
                message: "is missing: which of a product's prices is read, like `EUR`".to_owned(),
            });
        };
        Ok(Self {
            project: settings.name("projectKey", "the project's key")?.to_owned(),
            token_url: token_url(&settings)?,
            locales: Locales::from_settings(&settings)?,
            currency,
            country: settings.optional("country").map(str::to_owned),
            channel: settings.optional("channel").map(str::to_owned),
            brand_attribute: settings
                .optional("brandAttribute")
                .unwrap_or("brand")
                .to_owned(),
            id: settings.choice("id", ("id", IdFrom::Id), &[("key", IdFrom::Key)])?,
            page_address: PageAddress::from_settings(&settings)?,
            unpublished: settings.truth("unpublished", true)?,
        })
    }

    /// A request with everything that decides what a product looks like.
    fn ask(&self, path: &str) -> Request {
        let mut request = Request::get(format!("/{}/product-projections{path}", self.project))
            .query("staged", false)
            .query("expand", "categories[*]")
            .query("priceCurrency", &self.currency);
        if let Some(country) = &self.country {
            request = request.query("priceCountry", country);
        }
        if let Some(channel) = &self.channel {
            request = request.query("priceChannel", channel);
        }
        for locale in self.locales.iter() {
            request = request.query("localeProjection", locale);
        }
        request
    }

    /// A request for products that are not for sale: their ids are all that counts.
    fn ask_unpublished(&self) -> Request {
        Request::get(format!("/{}/product-projections", self.project))
            .query("staged", true)
            .query("where", "published = false")
    }

    fn id_of(&self, product: &Value) -> Value {
        match self.id {
            IdFrom::Id => product["id"].clone(),
            IdFrom::Key => product["key"].clone(),
        }
    }
}

impl Adapter for Commercetools {
    fn auth(&self) -> Auth {
        let right = if self.unpublished {
            "view_products"
        } else {
            "view_published_products"
        };
        Auth::ClientCredentials {
            token_url: self.token_url.clone(),
            client_id: "clientId".to_owned(),
            client_secret: "clientSecret".to_owned(),
            scope: Some(format!("{right}:{}", self.project)),
            client_auth: ClientAuth::Basic,
        }
    }

    fn plan(&self, scope: &Scope) -> Result<Plan, AdapterError> {
        let start = |list| {
            let at = Keyset::between(None, None);
            keep(&Place { list, at })
        };
        let mut parts = vec![start(List::Published)];
        if scope.mode == Mode::Incremental && self.unpublished {
            parts.push(start(List::Unpublished));
        }
        Ok(Plan::Parts(parts))
    }

    fn parts(&self, _scope: &Scope, _answer: &Answer) -> Result<Vec<Position>, AdapterError> {
        Err(shape(NAME, "its plan asks nothing"))
    }

    fn request(&self, scope: &Scope, position: &Position) -> Result<Request, AdapterError> {
        let Place { list, at } = place(position)?;
        let mut request = match list {
            List::Published => self.ask(""),
            List::Unpublished => self.ask_unpublished(),
        };
        request = request
            .query("limit", limit(scope))
            .query("withTotal", false)
            .query("sort", "id asc");
        // Predicates have variables: nothing is put into their text.
        if let Some(since) = scope.since {
            request = request
                .query("where", "lastModifiedAt >= :since")
                .query("var.since", since);
        }
        if let Some(after) = at.after {
            request = request
                .query("where", "id > :after")
                .query("var.after", after);
        }
        Ok(request)
    }

    fn page(
        &self,
        scope: &Scope,
        position: &Position,
        answer: &Answer,
        _besides: &[Answer],
    ) -> Result<Page, AdapterError> {
        let Place { list, at } = place(position)?;
        let listing = Listing::read(NAME, answer, "/results")?;
        let entries = listing.entries(|index, product| match list {
            List::Published => self.entry(scope, index, product, listing.repaired),
            List::Unpublished => id_text(&self.id_of(product)).map(|id| Entry::Withdrawn { id }),
        });
        let last = listing
            .items
            .iter()
            .rev()
            .find_map(|one| id_text(&one["id"]));
        let count = (listing.items.len(), limit(scope) as usize);
        let mut page = at.page(NAME, entries, count, last)?;
        page.next = match page.next.as_ref().map(place) {
            Some(at) => Some(keep(&Place { list, at: at? })),
            None => None,
        };
        Ok(page)
    }

    fn one(&self, id: &str) -> Result<Request, AdapterError> {
        let id = backend::segment(id);
        Ok(match self.id {
            IdFrom::Id => self.ask(&format!("/{id}")),
            IdFrom::Key => self.ask(&format!("/key={id}")),
        })
    }

    fn product(
        &self,
        scope: &Scope,
        id: &str,
        answer: &Answer,
        _besides: &[Answer],
    ) -> Result<Entry, AdapterError> {
        let (product, repaired) = object(NAME, answer, "")?;
        let entry = self.entry(scope, 0, &product, repaired);
        Ok(entry.unwrap_or_else(|| Entry::Withdrawn { id: id.to_owned() }))
    }
}

fn limit(scope: &Scope) -> u32 {
    scope.page_size.unwrap_or(MOST).clamp(1, MOST)
}

fn token_url(settings: &Settings<'_>) -> Result<String, AdapterError> {
    if let Some(url) = settings.token_url("tokenUrl")? {
        return Ok(url.to_owned());
    }
    let region = settings.name("region", "the project's region, like `europe-west1.gcp`")?;
    Ok(format!(
        "https://auth.{region}.commercetools.com/oauth/token"
    ))
}

#[cfg(test)]
mod tests;
