//! A multipart upload of a file whose size is not known before its end, one part in memory at a time.

use aws_sdk_s3::{
    primitives::ByteStream,
    types::{CompletedMultipartUpload, CompletedPart},
};
use shared::aws::failure;

use crate::{bucket::Bucket, error::ExportError};

/// An upload under way. Nothing is visible in the bucket before [`Self::finish`].
#[derive(Debug)]
pub(crate) struct Upload<'a> {
    bucket: &'a Bucket,
    /// The file's key.
    pub(crate) key: String,
    id: String,
    parts: Vec<CompletedPart>,
}

impl<'a> Upload<'a> {
    /// Starts the upload of `key`.
    ///
    /// # Errors
    /// S3's, after its retries.
    pub(crate) async fn start(bucket: &'a Bucket, key: String) -> Result<Self, ExportError> {
        let create = bucket.client.create_multipart_upload().bucket(&bucket.name);
        let answer = create.key(&key).content_type("text/csv").send().await;
        let answer = answer.map_err(failure("s3:CreateMultipartUpload"))?;
        Ok(Self {
            bucket,
            key,
            id: answer.upload_id.unwrap_or_default(),
            parts: Vec::new(),
        })
    }

    /// Sends the next part.
    ///
    /// # Errors
    /// S3's, after its retries.
    pub(crate) async fn part(&mut self, bytes: Vec<u8>) -> Result<(), ExportError> {
        let number = i32::try_from(self.parts.len() + 1).unwrap_or(i32::MAX);
        let answer = self
            .bucket
            .client
            .upload_part()
            .bucket(&self.bucket.name)
            .key(&self.key)
            .upload_id(&self.id)
            .part_number(number)
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map_err(failure("s3:UploadPart"))?;
        self.parts.push(
            CompletedPart::builder()
                .part_number(number)
                .set_e_tag(answer.e_tag)
                .set_checksum_crc32(answer.checksum_crc32)
                .build(),
        );
        Ok(())
    }

    /// Makes the file visible, in place of one of the same key.
    ///
    /// # Errors
    /// S3's, after its retries.
    pub(crate) async fn finish(&mut self) -> Result<(), ExportError> {
        let parts = std::mem::take(&mut self.parts);
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts));
        self.bucket
            .client
            .complete_multipart_upload()
            .bucket(&self.bucket.name)
            .key(&self.key)
            .upload_id(&self.id)
            .multipart_upload(parts.build())
            .send()
            .await
            .map_err(failure("s3:CompleteMultipartUpload"))?;
        Ok(())
    }

    /// Drops the parts sent. What this fails on, the bucket's life-cycle rule removes.
    pub(crate) async fn abort(self) {
        let abort = self.bucket.client.abort_multipart_upload();
        let abort = abort
            .bucket(&self.bucket.name)
            .key(&self.key)
            .upload_id(&self.id);
        let answer = abort.send().await;
        if let Err(error) = answer.map_err(failure("s3:AbortMultipartUpload")) {
            tracing::warn!(key = self.key, %error, "parts of a broken upload are left behind");
        }
    }
}
