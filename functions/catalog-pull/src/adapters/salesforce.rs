//! Salesforce B2C Commerce, by the Commerce API (SCAPI): `product-search` of the Products API, which is
//! for administrators. It was chosen over the Shopper APIs, which do not list products that are offline
//! and so never say that one was withdrawn, and over OCAPI, which gets no new features.
//!
//! - A full pull lists the products of the wanted types by their time of creation, 200 at a time. An
//!   offset may not grow without end, so the list goes on from the last time of creation every 1,000
//!   products. One part. Products that are offline are left out.
//! - A pull of changes asks the same with `lastModified`. Products that went offline are withdrawn.
//!   Changes of prices in price books and of stock do not touch `lastModified`, and deleted products
//!   are not listed: only a full pull sees both.
//! - An item is an item or a variation master. A master without a price of its own is at its lowest
//!   variant's, where the answer has it; a site that prices variants only pulls `types: item,variant`.
//!
//! Settings: `organization` (like `f_ecom_zzte_053`), `siteId`, `locale` (like `en-GB,en`), and
//! optionally `types` (`item,master`), `tokenUrl` (Account Manager's), `tenant` (of the token's scope;
//! the organization without `f_ecom_`), `productUrl` (like `https://shop.example/p/{id}.html`).
//! `BACKEND_URL` is `https://{shortCode}.api.commercecloud.salesforce.com`.
//! Secret: `clientId`, `clientSecret` of an API client with the scope `sfcc.products`.

mod hit;
mod search;

use std::time::Duration;

use backend::{Answer, Auth, ClientAuth, Request};
use serde_json::Value;
use shared::config::backend::Catalog;

use self::search::Place;
use crate::{
    adapter::{Adapter, AdapterError, Entry, Page, Plan, Position, Scope},
    adapters::{
        listing::{Listing, object, shape},
        localized::{self, Locales},
        page_address::{self, PageAddress},
        position::{keep, place},
        settings::{Settings, wrong},
    },
};

const NAME: &str = "Salesforce B2C Commerce";
/// Where Account Manager gives tokens.
const TOKEN_URL: &str = "https://account.demandware.com/dwsso/oauth2/access_token";
/// The most products of an answer.
const MOST: u32 = 200;
/// How long the backend has to notice that it repeats itself.
const BETWEEN_REPEATS: Duration = Duration::from_secs(2);
/// The types a search can be for.
const TYPES: &[&str] = &[
    "item",
    "master",
    "variant",
    "set",
    "bundle",
    "variationGroup",
    "option",
    "retailSet",
];

/// A site of Salesforce B2C Commerce.
#[derive(Debug, Clone)]
pub(crate) struct Salesforce {
    organization: String,
    site: String,
    tenant: String,
    token_url: String,
    types: Vec<String>,
    locales: Locales,
    page_address: PageAddress,
}

impl Salesforce {
    /// The adapter, as configured.
    pub(crate) fn new(catalog: &Catalog) -> Result<Self, AdapterError> {
        let known = [
            "organization",
            "siteId",
            localized::KEY,
            "types",
            "tokenUrl",
            "tenant",
            page_address::KEY,
        ];
        let settings = Settings::new(&catalog.settings, &known)?;
        let organization = settings.name(
            "organization",
            "the organization's id, like `f_ecom_zzte_053`",
        )?;
        let tenant = match settings.optional("tenant") {
            Some(_) => settings.name("tenant", "the tenant, like `zzte_053`")?,
            None => organization.strip_prefix("f_ecom_").unwrap_or(organization),
        };
        Ok(Self {
            organization: organization.to_owned(),
            site: settings
                .name("siteId", "the site's id, like `RefArch`")?
                .to_owned(),
            tenant: tenant.to_owned(),
            token_url: settings
                .token_url("tokenUrl")?
                .unwrap_or(TOKEN_URL)
                .to_owned(),
            types: types(&settings)?,
            // What is the same in every language is under `default`.
            locales: Locales::from_settings(&settings)?.and("default"),
            page_address: PageAddress::from_settings(&settings)?,
        })
    }

    fn path(&self, rest: &str) -> String {
        format!(
            "/product/products/v1/organizations/{}{rest}",
            self.organization
        )
    }
}

impl Adapter for Salesforce {
    fn auth(&self) -> Auth {
        Auth::ClientCredentials {
            token_url: self.token_url.clone(),
            client_id: "clientId".to_owned(),
            client_secret: "clientSecret".to_owned(),
            scope: Some(format!(
                "SALESFORCE_COMMERCE_API:{} sfcc.products",
                self.tenant
            )),
            client_auth: ClientAuth::Basic,
        }
    }

    fn plan(&self, _scope: &Scope) -> Result<Plan, AdapterError> {
        Ok(Plan::Parts(vec![keep(&Place::default())]))
    }

    fn parts(&self, _scope: &Scope, _answer: &Answer) -> Result<Vec<Position>, AdapterError> {
        Err(shape(NAME, "its plan asks nothing"))
    }

    fn request(&self, scope: &Scope, position: &Position) -> Result<Request, AdapterError> {
        let at: Place = place(position)?;
        let body = at.search(&self.types, scope.since, limit(scope));
        Ok(Request::post(self.path("/product-search"), &body).query("siteId", &self.site))
    }

    fn page(
        &self,
        scope: &Scope,
        position: &Position,
        answer: &Answer,
        _besides: &[Answer],
    ) -> Result<Page, AdapterError> {
        let at: Place = place(position)?;
        // A search without a hit may leave the list out.
        if answer.json()?.value["total"] == 0 {
            return Ok(Page::default());
        }
        let listing = Listing::read(NAME, answer, "/hits")?;
        if at.is_repeated_by(&listing) {
            return Ok(Page {
                entries: Vec::new(),
                next: Some(keep(&at.again()?)),
                wait: Some(BETWEEN_REPEATS),
            });
        }
        let entries = listing.entries(|index, product| {
            let is_new = !at.ended_with(product);
            is_new.then(|| self.entry(scope, index, product, listing.repaired))?
        });
        let next = at.next(&listing, limit(scope))?;
        Ok(Page {
            entries,
            next: next.as_ref().map(keep),
            wait: None,
        })
    }

    fn one(&self, id: &str) -> Result<Request, AdapterError> {
        let path = self.path(&format!("/products/{}", backend::segment(id)));
        Ok(Request::get(path).query("siteId", &self.site))
    }

    fn product(
        &self,
        scope: &Scope,
        id: &str,
        answer: &Answer,
        _besides: &[Answer],
    ) -> Result<Entry, AdapterError> {
        let (product, repaired) = object(NAME, answer, "")?;
        let withdrawn = Entry::Withdrawn { id: id.to_owned() };
        // A change of a variant is no item when masters are.
        let wanted = |name: &String| product["type"][name.as_str()] == true;
        if product["type"].is_object() && !self.types.iter().any(wanted) {
            return Ok(withdrawn);
        }
        Ok(self
            .entry(scope, 0, &product, repaired)
            .unwrap_or(withdrawn))
    }
}

fn limit(scope: &Scope) -> u32 {
    scope.page_size.unwrap_or(MOST).clamp(2, MOST)
}

fn types(settings: &Settings<'_>) -> Result<Vec<String>, AdapterError> {
    let written = settings.optional("types").unwrap_or("item,master");
    let types: Vec<String> = written
        .split(',')
        .map(|one| one.trim().to_owned())
        .collect();
    match types.iter().find(|one| !TYPES.contains(&one.as_str())) {
        None => Ok(types),
        Some(other) => {
            let message = format!("has `{other}`; it can have {}", TYPES.join(", "));
            Err(wrong("types", message))
        }
    }
}

/// The text of a text that may come with its markup.
fn plain(text: Value) -> Value {
    match text {
        Value::Object(mut both) => both
            .remove("markup")
            .or_else(|| both.remove("source"))
            .unwrap_or_default(),
        other => other,
    }
}

#[cfg(test)]
mod tests;
