//! A list read to its end, page by page.

use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use crate::{client::Client, error::BackendError, feed::Feed, guard::Guard, pagination::Position};

/// The pages of a list. One is in memory at a time.
#[derive(Debug)]
pub struct Pages<'a> {
    feed: &'a Feed,
    client: &'a Client,
    extra: Vec<(String, String)>,
    next: Option<Position>,
    guard: Guard,
    /// A hash of the page before.
    last: Option<u64>,
    distinct: bool,
}

impl<'a> Pages<'a> {
    pub(crate) fn new(feed: &'a Feed, client: &'a Client, extra: Vec<(String, String)>) -> Self {
        Self {
            next: Some(feed.first()),
            feed,
            client,
            extra,
            guard: Guard::default(),
            last: None,
            distinct: false,
        }
    }

    /// The same of a list whose records are all different, so that the same page twice in a row is a
    /// backend that does not take the parameter of pages, and would answer it for ever.
    #[must_use]
    pub fn distinct(self) -> Self {
        Self {
            distinct: true,
            ..self
        }
    }

    /// The records of the next page, repaired where they were no UTF-8; `None` at the end. A page may
    /// be empty without being the last.
    ///
    /// # Errors
    /// As [`Client::send`] and [`Feed::page`]; [`BackendError::Endless`] when the list leads to where
    /// it was before, or a page comes twice that cannot.
    pub async fn next(&mut self) -> Result<Option<Vec<Value>>, BackendError> {
        let Some(position) = self.next.take() else {
            return Ok(None);
        };
        if !self.guard.go(&position) {
            let place = format!("{} leads to a page it had before", self.feed.config().path);
            return Err(BackendError::Endless(place));
        }
        let request = self.feed.request(&position, &self.extra);
        let answer = self.client.send(&request).await?;
        let page = self.feed.page(&position, &answer)?;
        self.next = page.next;
        let values = page.records.map(|record| record.map(|record| record.value));
        let values: Vec<Value> = values.collect::<Result<_, _>>()?;
        if self.distinct && !values.is_empty() {
            self.recognise(&answer.body)?;
        }
        Ok(Some(values))
    }

    /// Refuses a page that is the same as the one before.
    fn recognise(&mut self, body: &[u8]) -> Result<(), BackendError> {
        let page = Some(xxh3_64(body));
        if std::mem::replace(&mut self.last, page) != page {
            return Ok(());
        }
        Err(BackendError::Endless(format!(
            "{} answers the same page again; check that it takes the page's parameter",
            self.feed.config().path
        )))
    }
}
