//! S3, as this step needs it: the objects of a dataset, and their bytes in a stream that is taken up
//! again where the connection broke.

use std::time::Duration;

use aws_sdk_s3::{Client, operation::get_object::GetObjectOutput, primitives::ByteStream};
use bytes::Bytes;
use shared::aws::{AwsError, failure};

use crate::error::CheckError;

/// How often in a row a broken download is taken up again without a byte gained.
const MAX_BREAKS: u32 = 5;

/// The data bucket.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    pub(crate) client: Client,
    pub(crate) name: String,
}

/// One object, as it was when it was listed.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    /// Its key.
    pub(crate) key: String,
    /// Its size.
    pub(crate) bytes: u64,
    /// What S3 calls its content.
    pub(crate) etag: Option<String>,
}

impl Bucket {
    /// The objects that Personalize would import from `location`: all directly in a folder
    /// (`datasets/full/items/`), in the order of their keys, or the one object of that key.
    ///
    /// # Errors
    /// S3's, after its retries.
    pub(crate) async fn list(&self, location: &str) -> Result<Vec<Object>, AwsError> {
        let mut pages = self
            .client
            .list_objects_v2()
            .bucket(&self.name)
            .prefix(location)
            .delimiter("/")
            .into_paginator()
            .send();
        let mut objects = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failure("s3:ListObjectsV2"))?;
            objects.extend(page.contents.into_iter().flatten().filter_map(|found| {
                Some(Object {
                    key: found.key?,
                    bytes: u64::try_from(found.size?).ok()?,
                    etag: found.e_tag,
                })
            }));
        }
        // A folder made by hand is an empty object with the folder's name.
        let is_folder = location.ends_with('/');
        objects.retain(|object| (object.key == location) != is_folder);
        Ok(objects)
    }

    /// The bytes of `object`, from its start.
    pub(crate) fn read<'a>(&'a self, object: &'a Object) -> Body<'a> {
        Body {
            bucket: self,
            object,
            stream: None,
            offset: 0,
            breaks: 0,
        }
    }

    /// A small object of our own.
    ///
    /// # Errors
    /// When it is not there, or breaks off.
    pub(crate) async fn get_small(&self, key: &str) -> Result<Vec<u8>, CheckError> {
        let answer = self.client.get_object().bucket(&self.name).key(key).send();
        let answer = answer.await.map_err(failure("s3:GetObject"))?;
        let body = answer.body.collect().await;
        let body = body.map_err(|error| CheckError::BrokenOff {
            key: key.to_owned(),
            offset: 0,
            message: error.to_string(),
        })?;
        Ok(body.to_vec())
    }

    /// Stores a small object.
    ///
    /// # Errors
    /// S3's, after its retries.
    pub(crate) async fn put(
        &self,
        key: &str,
        content_type: &str,
        bytes: Vec<u8>,
    ) -> Result<(), AwsError> {
        self.client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .content_type(content_type)
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map_err(failure("s3:PutObject"))?;
        Ok(())
    }
}

/// An object's bytes as they come.
pub(crate) struct Body<'a> {
    bucket: &'a Bucket,
    object: &'a Object,
    stream: Option<ByteStream>,
    offset: u64,
    breaks: u32,
}

impl Body<'_> {
    /// The next bytes, `None` at the end.
    ///
    /// # Errors
    /// When the object is gone or another one now, or when it cannot be read to its end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, CheckError> {
        while self.offset < self.object.bytes {
            let stream = match &mut self.stream {
                Some(stream) => stream,
                none => none.insert(get(self.bucket, self.object, self.offset).await?.body),
            };
            let message = match stream.next().await {
                Some(Ok(chunk)) => {
                    self.offset += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
                    self.breaks = 0;
                    return Ok(Some(chunk));
                }
                Some(Err(error)) => error.to_string(),
                None => "the answer ended early".to_owned(),
            };
            self.take_up_again(message).await?;
        }
        Ok(None)
    }

    async fn take_up_again(&mut self, message: String) -> Result<(), CheckError> {
        if self.breaks == MAX_BREAKS {
            return Err(CheckError::BrokenOff {
                key: self.object.key.clone(),
                offset: self.offset,
                message,
            });
        }
        tracing::warn!(
            key = self.object.key,
            offset = self.offset,
            message,
            "the download broke off"
        );
        tokio::time::sleep(Duration::from_millis(100 << self.breaks)).await;
        self.breaks += 1;
        self.stream = None;
        Ok(())
    }
}

/// Asks for `object` from `offset`, unless it was changed since it was listed.
async fn get(bucket: &Bucket, object: &Object, offset: u64) -> Result<GetObjectOutput, CheckError> {
    bucket
        .client
        .get_object()
        .bucket(&bucket.name)
        .key(&object.key)
        .set_if_match(object.etag.clone())
        .set_range((offset > 0).then(|| format!("bytes={offset}-")))
        .send()
        .await
        .map_err(|error| {
            let error = failure("s3:GetObject")(error);
            if matches!(error.code(), "PreconditionFailed" | "NoSuchKey") {
                CheckError::Changed {
                    key: object.key.clone(),
                }
            } else {
                CheckError::Aws(error)
            }
        })
}
