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
        Ok(Page {
            key: key.to_owned(),
            lines: Lines::new(Box::pin(object.body.into_async_read())),
            read: 0,
        })
    }
}

impl Page {
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
