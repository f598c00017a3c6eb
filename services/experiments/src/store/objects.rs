//! Objects of the data bucket under `experiments/`: snapshots of what was counted, and results.

use aws_sdk_s3::{Client, primitives::ByteStream};
use shared::aws::failure;

use crate::error::ServiceError;

/// The bucket.
#[derive(Debug, Clone)]
pub(crate) struct Objects {
    pub(crate) client: Client,
    pub(crate) bucket: String,
}

impl Objects {
    /// The object under `key`, if there is one.
    pub(crate) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, ServiceError> {
        let answer = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await;
        let answer = match answer.map_err(failure("s3:GetObject")) {
            Ok(answer) => answer,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let body = answer.body.collect().await;
        let body = body.map_err(|error| ServiceError::Io {
            what: format!("reading s3://{}/{key}", self.bucket),
            source: error.into(),
        })?;
        Ok(Some(body.to_vec()))
    }

    /// Puts an object, encrypted by the bucket's own key.
    pub(crate) async fn put(
        &self,
        key: &str,
        content_type: &str,
        content: Vec<u8>,
    ) -> Result<(), ServiceError> {
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .body(ByteStream::from(content))
            .send()
            .await
            .map_err(failure("s3:PutObject"))?;
        Ok(())
    }

    /// Deletes an object, which need not be there.
    pub(crate) async fn delete(&self, key: &str) -> Result<(), ServiceError> {
        self.client
            .delete_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
            .map_err(failure("s3:DeleteObject"))?;
        Ok(())
    }
}
