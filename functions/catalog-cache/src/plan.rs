//! What is to be done about the entries of a page.

use std::collections::HashMap;

use shared::catalog::CatalogItem;

use crate::{
    entry::Entry,
    product::Product,
    table::Stored,
    terms::{Fate, Terms},
    written::Written,
};

/// What is to be done about some entries.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// The products to be written.
    pub(crate) writes: Vec<Write>,
    /// Ids, and when the backend no longer had them.
    pub(crate) withdrawals: Vec<(String, i64)>,
}

/// A product to be written.
#[derive(Debug)]
pub(crate) struct Write {
    product: Product,
    hash: String,
    as_of: i64,
    /// Why.
    pub(crate) fate: Fate,
}

impl Plan {
    /// Adds what is to be done about `entry`, or counts that it is nothing.
    pub(crate) fn add(
        &mut self,
        entry: Entry,
        page_as_of: i64,
        stored: &HashMap<String, Stored>,
        terms: Terms,
        written: &mut Written,
    ) {
        let stored = stored.get(entry.id());
        match entry {
            Entry::Product(product) => {
                let hash = product.content_hash();
                let as_of = terms.as_of(product.as_of, page_as_of);
                match terms.fate(stored, &hash, as_of) {
                    fate @ (Fate::Older | Fate::Unchanged) => written.count(fate),
                    fate => self.writes.push(Write {
                        product: *product,
                        hash,
                        as_of,
                        fate,
                    }),
                }
            }
            Entry::Withdrawn(named) => {
                let as_of = terms.as_of(named.as_of, page_as_of);
                match stored.filter(|stored| !stored.is_withdrawn()) {
                    None => written.count(Fate::Unchanged),
                    // Of the same moment, a product that is there counts.
                    Some(known) if known.as_of >= Some(as_of) => written.count(Fate::Older),
                    Some(_) => self.withdrawals.push((named.id, as_of)),
                }
            }
        }
    }

    /// The products that Personalize is to be told of.
    pub(crate) fn news(&self) -> Vec<&Product> {
        let new = self.writes.iter().filter(|write| write.fate == Fate::New);
        new.map(|write| &write.product).collect()
    }
}

impl Write {
    /// The table's item.
    pub(crate) fn into_item(self, terms: Terms) -> CatalogItem {
        let expires_at = terms.expires_at();
        self.product
            .into_item(self.hash, terms.now, self.as_of, expires_at)
    }
}
