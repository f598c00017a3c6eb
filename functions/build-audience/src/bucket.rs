//! Adapter to S3: the data bucket.

use aws_sdk_s3::{Client, primitives::ByteStream};
use messages::object::{self, Head};
use shared::aws::{AwsError, failure};

use crate::error::AudienceError;

/// The data bucket.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    pub(crate) client: Client,
    pub(crate) name: String,
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
        Ok(object::whole(&self.client, &self.name, key).await?)
    }

    /// How large an object is, and which it is.
    ///
    /// # Errors
    /// S3's.
    pub(crate) async fn head(&self, key: &str) -> Result<Head, AwsError> {
        object::head(&self.client, &self.name, key).await
    }

    /// The bytes from `first` through `last` of the object that S3 calls `etag`.
    ///
    /// # Errors
    /// When it is another object by now, or broke off again and again.
    pub(crate) async fn range(
        &self,
        key: &str,
        etag: &str,
        range: (u64, u64),
    ) -> Result<Vec<u8>, AudienceError> {
        Ok(object::range(&self.client, &self.name, key, etag, range).await?)
    }
}
