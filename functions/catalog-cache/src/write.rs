//! The steps `write` and `change`: of one page, the products that changed.
//!
//! New products are told to Personalize before they are in the table. A step that was killed in between
//! finds them new again when it is repeated: they are told twice rather than never.

use std::collections::HashSet;

use futures::{StreamExt, TryStreamExt, stream};
use shared::batch::MAX_KEYS;

use crate::{
    announce::Announce,
    entry::{Entry, present},
    error::CacheError,
    held::Held,
    pages::Page,
    plan::{Plan, Write},
    table::{Gone, Products},
    terms::{Fate, Terms},
    written::Written,
};

/// Items written at once.
const AT_ONCE: usize = 16;

/// Writes pages.
pub(crate) struct Writer<'a, P, A> {
    /// What is known.
    pub(crate) products: &'a P,
    /// Tells Personalize.
    pub(crate) announcer: A,
    /// What is written when.
    pub(crate) terms: Terms,
}

impl<P: Products, A: Announce> Writer<'_, P, A> {
    /// Writes the products of `page` that the table does not have as they are.
    pub(crate) async fn write(&mut self, mut page: Page) -> Result<Written, CacheError> {
        let mut written = Written {
            page: page.key().to_owned(),
            ..Written::default()
        };
        let (mut seen, mut held) = (HashSet::new(), Held::default());
        let mut chunk = Vec::with_capacity(MAX_KEYS);
        let (as_of, terms) = (page.as_of(), self.terms);
        while let Some(line) = page.next().await? {
            match written.sift(&line, &mut seen) {
                Some(entry) => chunk.extend(held.back(entry, terms, as_of)),
                None => {
                    if let Some(named) = present(&line) {
                        held.present(&named.id, terms.as_of(named.as_of, as_of));
                    }
                }
            }
            if chunk.len() == MAX_KEYS {
                let chunk = std::mem::take(&mut chunk);
                self.write_chunk(chunk, as_of, &mut written).await?;
            }
            if held.is_full() {
                self.write_held(&mut held, as_of, &mut written).await?;
            }
        }
        self.write_chunk(chunk, as_of, &mut written).await?;
        self.write_held(&mut held, as_of, &mut written).await?;
        Ok(written)
    }

    /// Withdraws those that left.
    async fn write_held(
        &mut self,
        held: &mut Held,
        as_of: i64,
        written: &mut Written,
    ) -> Result<(), CacheError> {
        let (left, outlived) = held.take();
        written.older += outlived;
        let mut left = left.into_iter();
        loop {
            let chunk: Vec<Entry> = left.by_ref().take(MAX_KEYS).collect();
            if chunk.is_empty() {
                return Ok(());
            }
            self.write_chunk(chunk, as_of, written).await?;
        }
    }

    async fn write_chunk(
        &mut self,
        entries: Vec<Entry>,
        as_of: i64,
        written: &mut Written,
    ) -> Result<(), CacheError> {
        if entries.is_empty() {
            return Ok(());
        }
        let ids: Vec<&str> = entries.iter().map(Entry::id).collect();
        let stored = self.products.stored(&ids).await?;
        let mut plan = Plan::default();
        for entry in entries {
            plan.add(entry, as_of, &stored, self.terms, written);
        }
        let new = plan.news();
        written.new += u64::try_from(new.len()).unwrap_or(u64::MAX);
        let told = self.announcer.announce(&new).await?;
        written.announced += told.announced;
        for (reason, items) in told.left {
            *written.unannounced.entry(reason).or_default() += items;
        }
        self.put(plan.writes, written).await?;
        self.withdraw(plan.withdrawals, written).await
    }

    async fn put(&self, writes: Vec<Write>, written: &mut Written) -> Result<(), CacheError> {
        let (products, terms) = (self.products, self.terms);
        stream::iter(writes)
            .map(async |write| {
                let fate = write.fate;
                let is_put = products.put(&write.into_item(terms)).await?;
                Ok(if is_put { fate } else { Fate::Older })
            })
            .buffer_unordered(AT_ONCE)
            .try_for_each(|fate| {
                written.count(fate);
                std::future::ready(Ok(()))
            })
            .await
    }

    async fn withdraw(
        &self,
        withdrawals: Vec<(String, i64)>,
        written: &mut Written,
    ) -> Result<(), CacheError> {
        let (products, now) = (self.products, self.terms.now);
        let withdrawn: Vec<bool> = stream::iter(withdrawals)
            .map(async |(id, as_of)| products.withdraw(Gone::said(&id, now, as_of)).await)
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        for is_withdrawn in withdrawn {
            if is_withdrawn {
                written.withdrawn += 1;
            } else {
                written.count(Fate::Older);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
