//! Adapter to S3: folders and keys of pulls, and the lines of a page.

use std::pin::Pin;

use aws_sdk_s3::Client;
use shared::aws::failure;
use tokio::io::AsyncBufRead;

use crate::{
    error::CacheError,
    lines::{Line, Lines},
};

/// The data bucket.
#[derive(Debug)]
pub(crate) struct Bucket {
    client: Client,
    name: String,
}

/// The lines of one page as they come from S3.
pub(crate) struct Page {
    key: String,
    as_of: i64,
    lines: Lines<Pin<Box<dyn AsyncBufRead + Send>>>,
    read: u64,
}

impl Bucket {
    /// The bucket of that name.
    pub(crate) fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// The folders right under `prefix`, which ends with `/`.
    pub(crate) async fn folders(&self, prefix: &str) -> Result<Vec<String>, CacheError> {
        let mut pages = self
            .client
            .list_objects_v2()
            .bucket(&self.name)
            .prefix(prefix)
            .delimiter("/")
            .into_paginator()
            .send();
        let mut folders = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failure("s3:ListObjectsV2"))?;
            let found = page.common_prefixes.unwrap_or_default();
            folders.extend(found.into_iter().filter_map(|folder| folder.prefix));
        }
        Ok(folders)
    }

    /// The keys under `prefix`.
    pub(crate) async fn keys(&self, prefix: &str) -> Result<Vec<String>, CacheError> {
        let mut pages = self
            .client
            .list_objects_v2()
            .bucket(&self.name)
            .prefix(prefix)
            .into_paginator()
            .send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failure("s3:ListObjectsV2"))?;
            let found = page.contents.unwrap_or_default();
            keys.extend(found.into_iter().filter_map(|object| object.key));
        }
        Ok(keys)
    }

    /// Begins to download a page.
    pub(crate) async fn page(&self, key: &str) -> Result<Page, CacheError> {
        let get = self.client.get_object().bucket(&self.name).key(key);
        let object = match get.send().await.map_err(failure("s3:GetObject")) {
            Ok(object) => object,
            Err(error) if error.is_not_found() => {
                return Err(CacheError::NoPage {
                    bucket: self.name.clone(),
                    key: key.to_owned(),
                });
            }
            Err(error) => return Err(error.into()),
        };
        let written_at = object.last_modified.map_or(0, |time| time.secs());
        let lines = Box::pin(object.body.into_async_read());
        Ok(Page::new(key, written_at, lines))
    }
}

impl Page {
    /// The page `key`, written at `written_at` (epoch seconds).
    pub(crate) fn new(
        key: &str,
        written_at: i64,
        lines: Pin<Box<dyn AsyncBufRead + Send>>,
    ) -> Self {
        Self {
            key: key.to_owned(),
            // S3 keeps whole seconds: somewhere within that one.
            as_of: written_at.saturating_mul(1_000).saturating_add(999),
            lines: Lines::new(lines),
            read: 0,
        }
    }

    /// Its key.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Epoch milliseconds when the backend said what is on it, of lines that do not say so themselves.
    pub(crate) fn as_of(&self) -> i64 {
        self.as_of
    }

    /// The beginning of the line that was read last.
    pub(crate) fn beginning(&self) -> &[u8] {
        self.lines.beginning()
    }

    /// The next line; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Line<'_>>, CacheError> {
        self.read += 1;
        let (key, lines) = (&self.key, self.read - 1);
        self.lines
            .next()
            .await
            .map_err(|source| CacheError::BrokenOff {
                key: key.clone(),
                lines,
                source,
            })
    }
}
