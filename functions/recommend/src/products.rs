//! Products by id, as far as the catalogue could be read.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use shared::catalog::CatalogItem;

/// What the catalogue says of some ids.
#[derive(Debug, Default)]
pub(crate) struct Products {
    known: HashMap<String, Arc<CatalogItem>>,
    absent: HashSet<String>,
}

impl Products {
    /// The catalogue was read for `id` and said this.
    pub(crate) fn put(&mut self, id: &str, said: Option<Arc<CatalogItem>>) {
        match said {
            Some(product) => {
                self.known.insert(id.to_owned(), product);
            }
            None => {
                self.absent.insert(id.to_owned());
            }
        }
    }

    /// What is known of `id`.
    pub(crate) fn get(&self, id: &str) -> Option<&CatalogItem> {
        self.known.get(id).map(AsRef::as_ref)
    }

    /// Takes what is known of `id`.
    pub(crate) fn take(&mut self, id: &str) -> Option<Arc<CatalogItem>> {
        self.known.remove(id)
    }

    /// Whether the catalogue does not have `id`, and has others of the list: it is in use, and `id` has
    /// left the shop or never was in it.
    pub(crate) fn lacks(&self, id: &str) -> bool {
        !self.known.is_empty() && self.absent.contains(id)
    }

    /// Adds what `others` know.
    pub(crate) fn extend(&mut self, others: Self) {
        self.known.extend(others.known);
        self.absent.extend(others.absent);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_catalogue_that_is_not_in_use_lacks_nothing() {
        let mut products = Products::default();
        products.put("gone", None);
        assert!(!products.lacks("gone"));
        let known = crate::fake::products(json!({"a": {}}));
        products.extend(known);
        assert!(products.lacks("gone"));
        assert!(!products.lacks("a") && !products.lacks("never read"));
    }
}
