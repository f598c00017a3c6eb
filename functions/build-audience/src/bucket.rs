//! Adapter to S3: the data bucket.

use std::time::Duration;

use aws_sdk_s3::{Client, primitives::ByteStream};
use shared::aws::{AwsError, failure};

use crate::error::AudienceError;

/// How often a range is asked for when its download breaks off.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(100);

/// The data bucket.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    pub(crate) client: Client,
    pub(crate) name: String,
}

/// What an object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) bytes: u64,
    pub(crate) etag: String,
}

impl Bucket {
    /// Writes an object.
    ///
    /// # Errors
    /// S3's, after its retries.
    pub(crate) async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), AwsError> {
        self.client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .content_type("application/jsonl")
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map_err(failure("s3:PutObject"))?;
        Ok(())
    }

    /// All of an object that this function wrote.
    ///
    /// # Errors
    /// S3's, and when it broke off again and again.
    pub(crate) async fn get(&self, key: &str) -> Result<Vec<u8>, AudienceError> {
        self.read(key, None, None).await
    }

    /// How large an object is, and which it is.
    ///
    /// # Errors
    /// S3's.
    pub(crate) async fn head(&self, key: &str) -> Result<Head, AwsError> {
        let answer = self
            .client
            .head_object()
            .bucket(&self.name)
            .key(key)
            .send()
            .await
            .map_err(failure("s3:HeadObject"))?;
        let bytes = answer
            .content_length
            .and_then(|bytes| bytes.try_into().ok());
        Ok(Head {
            bytes: bytes.unwrap_or(0),
            etag: answer.e_tag.unwrap_or_default(),
        })
    }

    /// The bytes from `first` through `last` of the object that S3 calls `etag`.
    ///
    /// # Errors
    /// When it is another object by now, or broke off again and again.
    pub(crate) async fn range(
        &self,
        key: &str,
        etag: &str,
        first: u64,
        last: u64,
    ) -> Result<Vec<u8>, AudienceError> {
        let range = format!("bytes={first}-{last}");
        self.read(key, Some(range), Some(etag)).await
    }

    async fn read(
        &self,
        key: &str,
        range: Option<String>,
        etag: Option<&str>,
    ) -> Result<Vec<u8>, AudienceError> {
        let mut tries = 1;
        loop {
            let answer = self
                .client
                .get_object()
                .bucket(&self.name)
                .key(key)
                .set_range(range.clone())
                .set_if_match(etag.map(str::to_owned))
                .send()
                .await
                .map_err(failure("s3:GetObject"))?;
            let wanted = answer
                .content_length
                .and_then(|bytes| usize::try_from(bytes).ok());
            let body = answer.body.collect().await;
            let bytes = body.map(aws_sdk_s3::primitives::AggregatedBytes::to_vec);
            match bytes {
                Ok(bytes) if wanted.is_none_or(|wanted| wanted == bytes.len()) => return Ok(bytes),
                _ if tries >= TRIES => {
                    return Err(AudienceError::BrokenOff {
                        key: key.to_owned(),
                    });
                }
                _ => tokio::time::sleep(PAUSE * tries).await,
            }
            tries += 1;
        }
    }
}
