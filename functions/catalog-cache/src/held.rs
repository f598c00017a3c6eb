//! The products that left by a page, held back until the page is read: it may list them, too, before or
//! after. A shop that keeps deleted records has a dead and a live one of the same id.

use std::collections::HashMap;

use crate::{
    entry::{Entry, Named},
    product::id_hash,
    terms::Terms,
};

/// The most products held back; a page of `catalog-pull` has a thousand lines.
const MOST: usize = 10_000;

/// What a page says of who is there and who left.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// When products were there last, by the hashes of their ids.
    present: HashMap<u64, i64>,
    left: Vec<(String, i64)>,
}

impl Held {
    /// `entry`, unless it is held back. `page` is when the page was written, in epoch milliseconds.
    pub(crate) fn back(&mut self, entry: Entry, terms: Terms, page: i64) -> Option<Entry> {
        match entry {
            Entry::Product(product) => {
                self.present(&product.id, terms.as_of(product.as_of, page));
                Some(Entry::Product(product))
            }
            Entry::Withdrawn(named) => {
                let as_of = terms.as_of(named.as_of, page);
                self.left.push((named.id, as_of));
                None
            }
        }
    }

    /// The product `id` was there at `as_of`, though it be broken.
    pub(crate) fn present(&mut self, id: &str, as_of: i64) {
        let known = self.present.entry(id_hash(id)).or_insert(as_of);
        *known = as_of.max(*known);
    }

    /// Whether no more should be held back.
    pub(crate) fn is_full(&self) -> bool {
        self.left.len() >= MOST
    }

    /// Those held back that the page does not list at the same moment or later, and how many others.
    pub(crate) fn take(&mut self) -> (Vec<Entry>, u64) {
        let (mut left, mut outlived) = (Vec::new(), 0);
        for (id, as_of) in self.left.drain(..) {
            if self
                .present
                .get(&id_hash(&id))
                .is_some_and(|there| *there >= as_of)
            {
                outlived += 1;
                continue;
            }
            let as_of = Some(as_of);
            left.push(Entry::Withdrawn(Named { id, as_of }));
        }
        (left, outlived)
    }
}
