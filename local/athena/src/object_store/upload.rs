//! Uploads in parts.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use datafusion::object_store::{MultipartUpload, PutPayload, PutResult, Result, UploadPart};

use super::Bucket;

/// An upload in parts.
#[derive(Debug)]
pub(super) struct Upload {
    bucket: Bucket,
    key: String,
    id: String,
    parts: i32,
    done: Arc<Mutex<Vec<CompletedPart>>>,
}

impl Upload {
    /// Of parts that are yet to come.
    pub(super) fn new(bucket: Bucket, key: &str, id: String) -> Self {
        Self {
            bucket,
            key: key.to_owned(),
            id,
            parts: 0,
            done: Arc::default(),
        }
    }
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.parts += 1;
        let number = self.parts;
        let (bucket, key, done) = (
            self.bucket.clone(),
            self.key.clone(),
            Arc::clone(&self.done),
        );
        let request = bucket.client.upload_part().bucket(&bucket.name).key(&key);
        let request = request
            .upload_id(&self.id)
            .part_number(number)
            .body(Bytes::from(data).into());
        Box::pin(async move {
            let part = request.send().await.map_err(bucket.failure(&key))?;
            let part = CompletedPart::builder()
                .part_number(number)
                .set_e_tag(part.e_tag)
                .build();
            done.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(part);
            Ok(())
        })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let mut parts =
            std::mem::take(&mut *self.done.lock().unwrap_or_else(PoisonError::into_inner));
        parts.sort_by_key(CompletedPart::part_number);
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts));
        let request = self.bucket.client.complete_multipart_upload();
        let request = request.bucket(&self.bucket.name).key(&self.key);
        let request = request.upload_id(&self.id).multipart_upload(parts.build());
        let written = request.send().await;
        let written = written.map_err(self.bucket.failure(&self.key))?;
        Ok(PutResult {
            e_tag: written.e_tag,
            version: written.version_id,
        })
    }

    async fn abort(&mut self) -> Result<()> {
        let request = self.bucket.client.abort_multipart_upload();
        let request = request.bucket(&self.bucket.name).key(&self.key);
        let aborted = request.upload_id(&self.id).send().await;
        aborted.map_err(self.bucket.failure(&self.key)).map(|_| ())
    }
}
