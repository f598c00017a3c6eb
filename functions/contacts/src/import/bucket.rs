//! Adapter to S3: the data bucket.

use std::time::Duration;

use aws_sdk_s3::{
    Client,
    primitives::{AggregatedBytes, ByteStream, DateTime},
};
use serde_json::json;
use shared::aws::{AwsError, failure};

use super::cursor::Cursor;
use crate::error::ContactsError;

const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(100);

/// The data bucket.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    pub(crate) client: Client,
    pub(crate) name: String,
}

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) bytes: u64,
    pub(super) etag: String,
    /// Epoch seconds when it was put there.
    pub(super) at: i64,
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

    pub(super) async fn head(&self, key: &str) -> Result<Object, AwsError> {
        let head = self.client.head_object().bucket(&self.name).key(key).send();
        let head = head.await.map_err(failure("s3:HeadObject"))?;
        let bytes = head.content_length.and_then(|bytes| bytes.try_into().ok());
        Ok(Object {
            bytes: bytes.unwrap_or(0),
            etag: head.e_tag.unwrap_or_default(),
            at: head.last_modified.as_ref().map_or(0, DateTime::secs),
        })
    }

    /// The bytes from `first` through `last` of the version `etag` of an object.
    pub(super) async fn range(
        &self,
        key: &str,
        etag: &str,
        (first, last): (u64, u64),
    ) -> Result<Vec<u8>, ContactsError> {
        let wanted = usize::try_from(last + 1 - first);
        for tries in 1..=TRIES {
            let answer = self
                .client
                .get_object()
                .bucket(&self.name)
                .key(key)
                .if_match(etag)
                .range(format!("bytes={first}-{last}"))
                .send()
                .await
                .map_err(failure("s3:GetObject"))?;
            let body = answer.body.collect().await;
            match body.map(AggregatedBytes::to_vec) {
                Ok(bytes) if wanted == Ok(bytes.len()) => return Ok(bytes),
                _ => tokio::time::sleep(PAUSE * tries).await,
            }
        }
        Err(ContactsError::BrokenOff {
            key: key.to_owned(),
        })
    }

    /// The cursor `key`.
    pub(super) async fn cursor(&self, key: &str) -> Result<Cursor, ContactsError> {
        let object = self.client.get_object().bucket(&self.name).key(key).send();
        let object = object.await.map_err(failure("s3:GetObject"))?;
        let bytes = object.body.collect().await;
        let bytes = bytes.map_err(|_| ContactsError::BrokenOff {
            key: key.to_owned(),
        })?;
        serde_json::from_slice(&bytes.to_vec()).map_err(|error| ContactsError::Cursor {
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
