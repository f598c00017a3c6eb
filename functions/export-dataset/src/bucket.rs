//! Adapter to S3: the result of a query, and the files that exports have written.

use std::time::Duration;

use aws_sdk_s3::Client;
use bytes::Bytes;
use shared::aws::failure;

use crate::error::ExportError;

/// How much of a result is asked for at once, in bytes: what is in memory of it.
const RANGE: u64 = 8 * 1024 * 1024;
/// How often a range is asked for when its download breaks off.
const TRIES: u32 = 5;

/// The data bucket.
#[derive(Debug)]
pub(crate) struct Bucket {
    /// The service.
    pub(crate) client: Client,
    /// Its name.
    pub(crate) name: String,
}

/// A result being read.
#[derive(Debug)]
pub(crate) struct ResultFile<'a> {
    client: &'a Client,
    location: &'a str,
    bucket: &'a str,
    key: &'a str,
    etag: Option<String>,
    bytes: u64,
    offset: u64,
}

impl Bucket {
    /// The object at `location` (`s3://bucket/key`); `None` when that is no object's.
    ///
    /// # Errors
    /// When the object is not there, or S3 does not answer.
    pub(crate) async fn result<'a>(
        &'a self,
        location: &'a str,
    ) -> Result<Option<ResultFile<'a>>, ExportError> {
        let path = location.strip_prefix("s3://");
        let Some((bucket, key)) = path.and_then(|path| path.split_once('/')) else {
            return Ok(None);
        };
        let head = self.client.head_object().bucket(bucket).key(key).send();
        let head = head.await.map_err(failure("s3:HeadObject"));
        let head = head.map_err(|error| gone_or(error, location))?;
        Ok(Some(ResultFile {
            client: &self.client,
            location,
            bucket,
            key,
            bytes: head
                .content_length
                .and_then(|bytes| bytes.try_into().ok())
                .unwrap_or(0),
            etag: head.e_tag,
            offset: 0,
        }))
    }

    /// The keys that begin with `start` and have no `/` behind it.
    ///
    /// # Errors
    /// When S3 does not answer.
    pub(crate) async fn keys(&self, start: &str) -> Result<Vec<String>, ExportError> {
        let mut pages = self
            .client
            .list_objects_v2()
            .bucket(&self.name)
            .prefix(start)
            .delimiter("/")
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

    /// Removes an object.
    ///
    /// # Errors
    /// When S3 does not do it.
    pub(crate) async fn delete(&self, key: &str) -> Result<(), ExportError> {
        let delete = self.client.delete_object().bucket(&self.name).key(key);
        delete.send().await.map_err(failure("s3:DeleteObject"))?;
        Ok(())
    }
}

impl ResultFile<'_> {
    /// The next bytes, `None` at the end.
    ///
    /// # Errors
    /// When the object is gone or another one now, or its download breaks off again and again.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, ExportError> {
        if self.offset >= self.bytes {
            return Ok(None);
        }
        let last = self.bytes.min(self.offset + RANGE) - 1;
        let mut broken = 0;
        loop {
            match self.range(last).await {
                Ok(bytes) => {
                    self.offset = last + 1;
                    return Ok(Some(bytes));
                }
                Err(error @ ExportError::BrokenOff { .. }) if broken + 1 < TRIES => {
                    tracing::warn!(%error, "asking again");
                    tokio::time::sleep(Duration::from_millis(100 << broken)).await;
                    broken += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn range(&self, last: u64) -> Result<Bytes, ExportError> {
        let answer = self
            .client
            .get_object()
            .bucket(self.bucket)
            .key(self.key)
            .set_if_match(self.etag.clone())
            .range(format!("bytes={}-{last}", self.offset))
            .send()
            .await
            .map_err(failure("s3:GetObject"))
            .map_err(|error| gone_or(error, self.location))?;
        let broken = |message: String| ExportError::BrokenOff {
            location: self.location.to_owned(),
            offset: self.offset,
            message,
        };
        let body = answer.body.collect().await;
        let bytes = body
            .map_err(|error| broken(error.to_string()))?
            .into_bytes();
        let wanted = last + 1 - self.offset;
        if u64::try_from(bytes.len()) != Ok(wanted) {
            return Err(broken(format!("{} bytes of {wanted} came", bytes.len())));
        }
        Ok(bytes)
    }
}

/// A result that is not there, or not as it was, is one to ask for anew.
fn gone_or(error: shared::aws::AwsError, location: &str) -> ExportError {
    if error.is_not_found() || error.code() == "PreconditionFailed" {
        return ExportError::ResultGone {
            location: location.to_owned(),
        };
    }
    error.into()
}
