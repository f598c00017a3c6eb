//! A multipart upload of a file whose size is not known before its end, one part in memory at a time.

use aws_sdk_s3::{
    primitives::ByteStream,
    types::{CompletedMultipartUpload, CompletedPart},
};
use bytes::Bytes;
use shared::aws::{AwsError, failure};

use crate::objects::Bucket;

/// The size of a part. S3 takes 10,000 of them, 105 GB: more than Personalize's largest import (100 GB).
pub(crate) const PART: usize = 10 * 1024 * 1024;

/// An upload under way. Nothing is visible in the bucket before [`Self::finish`].
pub(crate) struct Upload<'a> {
    bucket: &'a Bucket,
    key: &'a str,
    id: String,
    parts: Vec<CompletedPart>,
}

impl<'a> Upload<'a> {
    /// Starts the upload of `key`.
    ///
    /// # Errors
    /// S3's, after its retries.
    pub(crate) async fn start(bucket: &'a Bucket, key: &'a str) -> Result<Self, AwsError> {
        let answer = bucket
            .client
            .create_multipart_upload()
            .bucket(&bucket.name)
            .key(key)
            .content_type("text/csv")
            .send()
            .await
            .map_err(failure("s3:CreateMultipartUpload"))?;
        Ok(Self {
            bucket,
            key,
            id: answer.upload_id.unwrap_or_default(),
            parts: Vec::new(),
        })
    }

    /// Sends the next part; all but the last have at least 5 MiB. Gives the memory back, empty: two
    /// parts at once would be more than there has to be.
    ///
    /// # Errors
    /// S3's, after its retries.
    pub(crate) async fn part(&mut self, part: Vec<u8>) -> Result<Vec<u8>, AwsError> {
        let bytes = Bytes::from(part);
        let number = i32::try_from(self.parts.len() + 1).unwrap_or(i32::MAX);
        let answer = self
            .bucket
            .client
            .upload_part()
            .bucket(&self.bucket.name)
            .key(self.key)
            .upload_id(&self.id)
            .part_number(number)
            .body(ByteStream::from(bytes.clone()))
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
        // Without a copy, since nobody else holds them any more.
        let mut part = Vec::from(bytes);
        part.clear();
        Ok(part)
    }

    /// Makes the file visible.
    ///
    /// # Errors
    /// S3's, after its retries.
    pub(crate) async fn finish(&mut self) -> Result<(), AwsError> {
        let parts = CompletedMultipartUpload::builder()
            .set_parts(Some(std::mem::take(&mut self.parts)))
            .build();
        self.bucket
            .client
            .complete_multipart_upload()
            .bucket(&self.bucket.name)
            .key(self.key)
            .upload_id(&self.id)
            .multipart_upload(parts)
            .send()
            .await
            .map_err(failure("s3:CompleteMultipartUpload"))?;
        Ok(())
    }

    /// Drops the parts sent. What this fails on, the bucket's life-cycle rule removes.
    pub(crate) async fn abort(self) {
        let answer = self
            .bucket
            .client
            .abort_multipart_upload()
            .bucket(&self.bucket.name)
            .key(self.key)
            .upload_id(&self.id)
            .send()
            .await
            .map_err(failure("s3:AbortMultipartUpload"));
        if let Err(error) = answer {
            tracing::warn!(key = self.key, %error, "parts of a broken upload are left behind");
        }
    }
}
