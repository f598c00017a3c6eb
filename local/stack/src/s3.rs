//! The S3 calls the local stack makes, each with its errors said in full.

use std::path::Path;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use crate::error::{Error, Result};

/// Makes a bucket unless it is there.
///
/// # Errors
/// [`Error::Aws`].
pub async fn ensure_bucket(client: &Client, bucket: &str) -> Result<()> {
    if client.head_bucket().bucket(bucket).send().await.is_ok() {
        return Ok(());
    }
    let made = client.create_bucket().bucket(bucket).send().await;
    made.map_err(Error::aws(format!("s3:CreateBucket {bucket}")))?;
    Ok(())
}

/// Whether an object is there.
///
/// # Errors
/// [`Error::Aws`] for anything but "not found".
pub async fn exists(client: &Client, bucket: &str, key: &str) -> Result<bool> {
    match client.head_object().bucket(bucket).key(key).send().await {
        Ok(_) => Ok(true),
        Err(error) => {
            let error = error.into_service_error();
            if error.is_not_found() {
                Ok(false)
            } else {
                Err(Error::aws(format!("s3:HeadObject {key}"))(error))
            }
        }
    }
}

/// Streams a file into an object.
///
/// # Errors
/// [`Error::Aws`], or [`Error::Unexpected`] when the file cannot be read.
pub async fn put_file(client: &Client, bucket: &str, key: &str, path: &Path) -> Result<()> {
    let body = ByteStream::from_path(path)
        .await
        .map_err(|error| Error::Unexpected(format!("{}: {error}", path.display())))?;
    let put = client
        .put_object()
        .bucket(bucket)
        .key(key)
        .body(body)
        .send()
        .await;
    put.map_err(Error::aws(format!("s3:PutObject {key}")))?;
    Ok(())
}

/// Writes a small object.
///
/// # Errors
/// [`Error::Aws`].
pub async fn put_bytes(client: &Client, bucket: &str, key: &str, content: Vec<u8>) -> Result<()> {
    let put = client
        .put_object()
        .bucket(bucket)
        .key(key)
        .body(ByteStream::from(content))
        .send()
        .await;
    put.map_err(Error::aws(format!("s3:PutObject {key}")))?;
    Ok(())
}

/// Every key under a prefix.
///
/// # Errors
/// [`Error::Aws`].
pub async fn list(client: &Client, bucket: &str, prefix: &str) -> Result<Vec<String>> {
    let mut pages = client
        .list_objects_v2()
        .bucket(bucket)
        .prefix(prefix)
        .into_paginator()
        .send();
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(Error::aws(format!("s3:ListObjectsV2 {prefix}")))?;
        keys.extend(
            page.contents()
                .iter()
                .filter_map(|object| object.key().map(str::to_owned)),
        );
    }
    Ok(keys)
}

/// Removes objects, a thousand a call.
///
/// # Errors
/// [`Error::Aws`], also when S3 kept one of them.
pub async fn delete(client: &Client, bucket: &str, keys: &[String]) -> Result<()> {
    for chunk in keys.chunks(1000) {
        let call = || format!("s3:DeleteObjects {}...", chunk[0]);
        let objects = chunk
            .iter()
            .map(|key| ObjectIdentifier::builder().key(key).build());
        let objects = objects
            .collect::<Result<Vec<_>, _>>()
            .map_err(Error::aws(call()))?;
        let delete = Delete::builder()
            .set_objects(Some(objects))
            .quiet(true)
            .build();
        let delete = delete.map_err(Error::aws(call()))?;
        let answer = client
            .delete_objects()
            .bucket(bucket)
            .delete(delete)
            .send()
            .await;
        let answer = answer.map_err(Error::aws(call()))?;
        if let Some(error) = answer.errors().first() {
            let reason = error
                .message()
                .unwrap_or("kept without a reason")
                .to_owned();
            return Err(Error::Aws {
                call: call(),
                reason,
            });
        }
    }
    Ok(())
}

/// The whole of a small object.
///
/// # Errors
/// [`Error::Aws`].
pub async fn get(client: &Client, bucket: &str, key: &str) -> Result<Vec<u8>> {
    let call = || format!("s3:GetObject {key}");
    let answer = client.get_object().bucket(bucket).key(key).send().await;
    let body = answer.map_err(Error::aws(call()))?.body.collect().await;
    Ok(body.map_err(Error::aws(call()))?.to_vec())
}
