//! Objects of the data bucket that people put there (lists of an audience, contacts), read a range at a time: they
//! may be larger than memory, and replaced while they are read.

use std::time::Duration;

use aws_sdk_s3::{
    Client,
    operation::get_object::builders::GetObjectFluentBuilder,
    primitives::{AggregatedBytes, DateTime},
};
use shared::{
    aws::{AwsError, failure},
    fault::{Fault, FaultKind},
};

/// How often it is asked for when its download breaks off.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(100);

/// What an object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its size.
    pub bytes: u64,
    /// S3's name for exactly these bytes.
    pub etag: String,
    /// Epoch seconds when it was put there.
    pub at: i64,
}

/// An object could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// S3 failed, has no such object, or another by now (`PreconditionFailed`).
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// A download broke off again and again.
    #[error("{key} broke off again and again while it was read; try again")]
    BrokenOff {
        /// Its key.
        key: String,
    },
}

impl Fault for ReadError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Aws(error) => error.kind(),
            Self::BrokenOff { .. } => FaultKind::Retryable,
        }
    }
}

/// How large an object is, and which it is.
///
/// # Errors
/// S3's, after its retries.
pub async fn head(client: &Client, bucket: &str, key: &str) -> Result<Head, AwsError> {
    let head = client.head_object().bucket(bucket).key(key).send();
    let head = head.await.map_err(failure("s3:HeadObject"))?;
    let bytes = head.content_length.and_then(|bytes| bytes.try_into().ok());
    Ok(Head {
        bytes: bytes.unwrap_or(0),
        etag: head.e_tag.unwrap_or_default(),
        at: head.last_modified.as_ref().map_or(0, DateTime::secs),
    })
}

/// All of an object, which is small.
///
/// # Errors
/// [`ReadError`].
pub async fn whole(client: &Client, bucket: &str, key: &str) -> Result<Vec<u8>, ReadError> {
    read(client.get_object().bucket(bucket).key(key), key, None).await
}

/// The bytes from `first` through `last`, which are within it, of the object that S3 calls `etag`.
///
/// # Errors
/// [`ReadError`].
pub async fn range(
    client: &Client,
    bucket: &str,
    key: &str,
    etag: &str,
    (first, last): (u64, u64),
) -> Result<Vec<u8>, ReadError> {
    let request = client.get_object().bucket(bucket).key(key).if_match(etag);
    let request = request.range(format!("bytes={first}-{last}"));
    read(request, key, Some(last + 1 - first)).await
}

/// What `request` is answered with: so many `bytes`, or as many as the answer says it has.
async fn read(
    request: GetObjectFluentBuilder,
    key: &str,
    bytes: Option<u64>,
) -> Result<Vec<u8>, ReadError> {
    for tries in 1..=TRIES {
        let answer = request.clone().send().await;
        let answer = answer.map_err(failure("s3:GetObject"))?;
        let said = answer
            .content_length
            .and_then(|bytes| bytes.try_into().ok());
        let wanted = bytes.or(said).and_then(|bytes| usize::try_from(bytes).ok());
        let body = answer.body.collect().await;
        match body.map(AggregatedBytes::to_vec) {
            Ok(read) if wanted.is_none_or(|wanted| wanted == read.len()) => return Ok(read),
            _ => tokio::time::sleep(PAUSE * tries).await,
        }
    }
    Err(ReadError::BrokenOff {
        key: key.to_owned(),
    })
}
