//! A list read to its end, page by page.

use serde_json::Value;

use crate::{client::Client, error::BackendError, feed::Feed, guard::Guard, pagination::Position};

/// The pages of a list. One is in memory at a time.
#[derive(Debug)]
pub struct Pages<'a> {
    feed: &'a Feed,
    client: &'a Client,
    extra: Vec<(String, String)>,
    next: Option<Position>,
    guard: Guard,
}

impl<'a> Pages<'a> {
    pub(crate) fn new(feed: &'a Feed, client: &'a Client, extra: Vec<(String, String)>) -> Self {
        Self {
            next: Some(feed.first()),
            feed,
            client,
            extra,
            guard: Guard::default(),
        }
    }

    /// The records of the next page, repaired where they were no UTF-8; `None` at the end. A page may
    /// be empty without being the last.
    ///
    /// # Errors
    /// As [`Client::send`] and [`Feed::page`]; [`BackendError::Endless`] when the list leads to where
    /// it was before.
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
        values.collect::<Result<_, _>>().map(Some)
    }
}
