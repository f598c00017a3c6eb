//! A search that goes through a whole catalogue: sorted by time of creation, in windows of a thousand.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::NAME;
use crate::{
    adapter::AdapterError,
    adapters::listing::{Listing, shape},
};

/// How far an offset grows before the list goes on from a time.
const WINDOW: u64 = 1_000;
/// How many pages in a row may repeat before the pull gives up.
const MOST_REPEATS: u32 = 5;

/// Where a search is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// Products created then or later; all without it.
    from: Option<Timestamp>,
    /// How many of them are passed over.
    offset: u64,
    /// The last product that was listed.
    #[serde(default)]
    last: Option<String>,
    /// How many pages in a row ended with it.
    #[serde(default)]
    repeats: u32,
}

impl Place {
    /// The search's body.
    pub(super) fn search(&self, types: &[String], since: Option<Timestamp>, limit: u32) -> Value {
        let wanted =
            json!({"termQuery": {"fields": ["type"], "operator": "one_of", "values": types}});
        let from = |field: &str, from: Timestamp| {
            let from = from.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
            json!({"rangeFilter": {"field": field, "from": from}})
        };
        let mut filters = Vec::new();
        filters.extend(self.from.map(|time| from("creationDate", time)));
        filters.extend(since.map(|time| from("lastModified", time)));
        let filter = match filters.len() {
            0 => None,
            1 => filters.pop(),
            _ => Some(json!({"boolFilter": {"operator": "and", "filters": filters}})),
        };
        let query = match filter {
            None => wanted,
            Some(filter) => json!({"filteredQuery": {"query": wanted, "filter": filter}}),
        };
        json!({
            "query": query,
            "sorts": [
                {"field": "creationDate", "sortOrder": "asc"},
                {"field": "id", "sortOrder": "asc"},
            ],
            "limit": limit,
            "offset": self.offset,
            "expand": ["availability", "categories", "images", "prices"],
        })
    }

    /// Whether these are the products that were listed last, where others should be: a cache gives an
    /// old answer. A window begins with the last product of the one before; that is none.
    pub(super) fn is_repeated_by(&self, listing: &Listing) -> bool {
        let last = last_id(listing);
        self.offset > 0 && last.is_some() && last == self.last.as_deref()
    }

    /// The same place again, until it was too often.
    pub(super) fn again(&self) -> Result<Self, AdapterError> {
        if self.repeats >= MOST_REPEATS {
            return Err(AdapterError::Unfinished {
                backend: NAME,
                message: format!("{} pages repeat those before them", self.repeats + 1),
            });
        }
        let repeats = self.repeats + 1;
        Ok(Self {
            repeats,
            ..self.clone()
        })
    }

    /// Whether a product was the last one listed.
    pub(super) fn ended_with(&self, product: &Value) -> bool {
        self.last.is_some() && product["id"].as_str() == self.last.as_deref()
    }

    /// Where the list goes on after these products; `None` at its end.
    pub(super) fn next(&self, listing: &Listing, limit: u32) -> Result<Option<Self>, AdapterError> {
        let listed = listing.items.len() as u64;
        let read = self.offset + listed;
        let total = listing.rest["total"].as_u64();
        if listed == 0 || total.map_or(listed < u64::from(limit), |total| read >= total) {
            return Ok(None);
        }
        let last = last_id(listing).ok_or_else(|| shape(NAME, "no product of a page has an id"))?;
        let here = Self {
            last: Some(last.to_owned()),
            repeats: 0,
            ..self.clone()
        };
        Ok(Some(here.after(read, last_created(listing))))
    }

    /// By the offset within a window, or from the last time of creation on. When all of a window were
    /// created at one moment, as an import may do it, the window grows.
    fn after(self, read: u64, created: Option<Timestamp>) -> Self {
        match created {
            Some(created) if read >= WINDOW && self.from.is_none_or(|from| created > from) => {
                Self {
                    from: Some(created),
                    offset: 0,
                    ..self
                }
            }
            _ => Self {
                offset: read,
                ..self
            },
        }
    }
}

fn last_id(listing: &Listing) -> Option<&str> {
    let mut ids = listing.items.iter().rev();
    ids.find_map(|one| one["id"].as_str())
}

/// When the last product was created.
fn last_created(listing: &Listing) -> Option<Timestamp> {
    let mut created = listing.items.iter().rev();
    created.find_map(|one| one["creationDate"].as_str()?.parse().ok())
}
