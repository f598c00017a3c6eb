//! Adapter to S3: the data bucket.

use aws_sdk_s3::{Client, primitives::ByteStream};
use messages::object::{self, Head};
use serde_json::json;
use shared::aws::{AwsError, failure};

use super::cursor::Cursor;
use crate::error::ContactsError;

/// The data bucket.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    pub(crate) client: Client,
    pub(crate) name: String,
}

impl Bucket {
    /// Writes an object.
    pub(super) async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), AwsError> {
        self.client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .content_type("application/json")
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map_err(failure("s3:PutObject"))?;
        Ok(())
    }

    pub(super) async fn head(&self, key: &str) -> Result<Head, AwsError> {
        object::head(&self.client, &self.name, key).await
    }

    /// The bytes from `first` through `last` of the version `etag` of an object.
    pub(super) async fn range(
        &self,
        key: &str,
        etag: &str,
        range: (u64, u64),
    ) -> Result<Vec<u8>, ContactsError> {
        Ok(object::range(&self.client, &self.name, key, etag, range).await?)
    }

    /// The cursor `key`.
    pub(super) async fn cursor(&self, key: &str) -> Result<Cursor, ContactsError> {
        let bytes = object::whole(&self.client, &self.name, key).await?;
        serde_json::from_slice(&bytes).map_err(|error| ContactsError::Cursor {
            key: key.to_owned(),
            message: error.to_string(),
        })
    }

    /// Keeps the numbers of a file that is `done`, or else where the next call goes on: this makes it.
    pub(super) async fn end(&self, cursor: &mut Cursor, done: bool) -> Result<(), ContactsError> {
        if !done {
            cursor.call += 1;
            let bytes = serde_json::to_vec(cursor)?;
            return Ok(self.put(&cursor.key(), bytes).await?);
        }
        let report = json!({
            "file": cursor.file.key,
            "lines": cursor.counts.lines,
            "contacts": cursor.counts.contacts,
            "rejected": cursor.counts.rejected,
        });
        let key = format!("reports/contacts/{}.json", cursor.file.name);
        Ok(self.put(&key, serde_json::to_vec(&report)?).await?)
    }
}
