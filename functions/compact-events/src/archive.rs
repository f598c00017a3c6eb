//! The adapter to S3: an upload of unknown length, its copy to a name, deleting many.

use aws_config::SdkConfig;
use aws_sdk_s3::{
    Client,
    error::SdkError,
    operation::delete_objects::DeleteObjectsError,
    primitives::ByteStream,
    types::{CompletedMultipartUpload, CompletedPart, Delete, MetadataDirective, ObjectIdentifier},
};
use interactions::LogReader;
use shared::{
    aws::{AwsError, failure},
    environment::{self, MissingVariable},
};

use crate::error::CompactError;

/// The data bucket.
#[derive(Debug)]
pub(crate) struct Archive {
    client: Client,
    bucket: String,
    /// The log in it.
    pub(crate) log: LogReader,
}

/// An upload under way. Nothing is visible before [`Archive::finish`].
#[derive(Debug)]
pub(crate) struct Upload {
    key: String,
    id: String,
    parts: Vec<CompletedPart>,
}

impl Archive {
    /// The bucket of the environment.
    pub(crate) fn from_environment(config: &SdkConfig) -> Result<Self, MissingVariable> {
        let client = Client::new(config);
        let bucket = environment::required("DATA_BUCKET")?;
        let log = LogReader::new(client.clone(), bucket.clone());
        Ok(Self {
            client,
            bucket,
            log,
        })
    }

    /// Starts an upload to `key`.
    pub(crate) async fn start(&self, key: String) -> Result<Upload, AwsError> {
        let answer = self
            .client
            .create_multipart_upload()
            .bucket(&self.bucket)
            .key(&key)
            .content_type("application/gzip")
            .send()
            .await
            .map_err(failure("s3:CreateMultipartUpload"))?;
        Ok(Upload {
            key,
            id: answer.upload_id.unwrap_or_default(),
            parts: Vec::new(),
        })
    }

    /// Sends the next bytes of `upload`: at least 5 MiB, but for the last.
    pub(crate) async fn send(&self, upload: &mut Upload, bytes: Vec<u8>) -> Result<(), AwsError> {
        let number = i32::try_from(upload.parts.len() + 1).unwrap_or(i32::MAX);
        let answer = self
            .client
            .upload_part()
            .bucket(&self.bucket)
            .key(&upload.key)
            .upload_id(&upload.id)
            .part_number(number)
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map_err(failure("s3:UploadPart"))?;
        upload.parts.push(
            CompletedPart::builder()
                .part_number(number)
                .set_e_tag(answer.e_tag)
                .set_checksum_crc32(answer.checksum_crc32)
                .build(),
        );
        Ok(())
    }

    /// Makes the object visible.
    pub(crate) async fn finish(&self, upload: &mut Upload) -> Result<(), AwsError> {
        let parts = CompletedMultipartUpload::builder()
            .set_parts(Some(std::mem::take(&mut upload.parts)))
            .build();
        self.client
            .complete_multipart_upload()
            .bucket(&self.bucket)
            .key(&upload.key)
            .upload_id(&upload.id)
            .multipart_upload(parts)
            .send()
            .await
            .map_err(failure("s3:CompleteMultipartUpload"))?;
        Ok(())
    }

    /// Drops what was sent. What this fails on, the bucket's life-cycle rule removes.
    pub(crate) async fn abort(&self, upload: Upload) {
        let answer = self
            .client
            .abort_multipart_upload()
            .bucket(&self.bucket)
            .key(&upload.key)
            .upload_id(&upload.id)
            .send()
            .await
            .map_err(failure("s3:AbortMultipartUpload"));
        if let Err(error) = answer {
            tracing::warn!(key = upload.key, %error, "parts of a broken upload are left behind");
        }
    }

    /// Copies the object `from` to `to` in one step, with how many `lines` it has. S3 copies up to
    /// 5 GB so.
    pub(crate) async fn copy(&self, from: &str, to: &str, lines: u64) -> Result<(), AwsError> {
        self.client
            .copy_object()
            .bucket(&self.bucket)
            .copy_source(format!("{}/{from}", self.bucket))
            .key(to)
            .metadata_directive(MetadataDirective::Replace)
            .content_type("application/gzip")
            .metadata("lines", lines.to_string())
            .send()
            .await
            .map_err(failure("s3:CopyObject"))?;
        Ok(())
    }

    /// Deletes `keys`, at most 1,000; those that are gone already do no harm.
    pub(crate) async fn delete(&self, prefix: &str, keys: Vec<String>) -> Result<(), CompactError> {
        let objects = keys
            .into_iter()
            .map(|key| ObjectIdentifier::builder().key(key).build());
        let objects: Result<Vec<_>, _> = objects.collect();
        let delete = objects
            .and_then(|objects| {
                Delete::builder()
                    .set_objects(Some(objects))
                    .quiet(true)
                    .build()
            })
            .map_err(SdkError::<DeleteObjectsError>::construction_failure)
            .map_err(failure("s3:DeleteObjects"))?;
        let answer = self
            .client
            .delete_objects()
            .bucket(&self.bucket)
            .delete(delete)
            .send()
            .await
            .map_err(failure("s3:DeleteObjects"))?;
        match answer.errors() {
            [] => Ok(()),
            errors => Err(CompactError::Undeleted {
                prefix: prefix.to_owned(),
                left: errors.len(),
                code: errors[0].code.clone().unwrap_or_default(),
            }),
        }
    }
}
