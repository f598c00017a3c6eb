//! The objects of one S3 bucket, small enough to be in memory.

use std::sync::Arc;

use aws_sdk_s3::{
    config::endpoint::{DefaultResolver, Params, ResolveEndpoint},
    operation::{
        get_object::{GetObject, GetObjectError, GetObjectInput, GetObjectOutput},
        put_object::{PutObject, PutObjectError, PutObjectInput, PutObjectOutput},
    },
    primitives::ByteStream,
};

use super::{Access, Operation, Place, Service, Signing};
use crate::aws::AwsError;

/// A bucket.
#[derive(Debug, Clone)]
pub struct Bucket(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: String,
    service: Service,
    get_object: Operation<GetObjectInput, GetObjectOutput, GetObjectError>,
    put_object: Operation<PutObjectInput, PutObjectOutput, PutObjectError>,
}

/// An object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// What is in it.
    pub bytes: Vec<u8>,
    /// S3's name for exactly these bytes.
    pub etag: Option<String>,
}

impl Bucket {
    /// The bucket `name`. Asks nothing yet.
    #[must_use]
    pub fn new(access: &Access, name: String) -> Self {
        Self(Arc::new(Inner {
            service: Service::new(access, "s3", "S3", |place| endpoint(place, &name)),
            get_object: Operation::new("s3:GetObject", Signing::S3, &GetObject::new()),
            put_object: Operation::new("s3:PutObject", Signing::S3, &PutObject::new()),
            name,
        }))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The object under `key`.
    ///
    /// # Errors
    /// When there is none, or it cannot be read after retries.
    pub async fn get(&self, key: &str) -> Result<Object, AwsError> {
        self.read(key, None).await
    }

    /// The object under `key`, unless it is still the one that S3 calls `etag`.
    ///
    /// # Errors
    /// As [`Bucket::get`].
    pub async fn changed(&self, key: &str, etag: &str) -> Result<Option<Object>, AwsError> {
        match self.read(key, Some(etag)).await {
            Err(error) if error.is_not_modified() => Ok(None),
            read => read.map(Some),
        }
    }

    async fn read(&self, key: &str, unless: Option<&str>) -> Result<Object, AwsError> {
        let operation = &self.0.get_object;
        let input = GetObjectInput::builder()
            .bucket(&self.0.name)
            .key(key)
            .set_if_none_match(unless.map(str::to_owned))
            .build()
            .map_err(|error| operation.unsent(&error))?;
        let answer = self.0.service.send(operation, input).await?;
        let etag = answer.e_tag;
        let bytes = answer.body.collect().await;
        let bytes = bytes.map_err(|error| operation.broken_off(&error))?;
        let bytes = bytes.to_vec();
        Ok(Object { bytes, etag })
    }

    /// Writes `bytes` under `key`, encrypted by the bucket's own key.
    ///
    /// # Errors
    /// When it cannot be written after retries.
    pub async fn put(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> Result<(), AwsError> {
        let operation = &self.0.put_object;
        let input = PutObjectInput::builder()
            .bucket(&self.0.name)
            .key(key)
            .content_type(content_type)
            .body(ByteStream::from(bytes))
            .build()
            .map_err(|error| operation.unsent(&error))?;
        self.0.service.send(operation, input).await.map(|_| ())
    }
}

fn endpoint(place: Place, bucket: &str) -> Result<String, String> {
    let params = Params::builder()
        .bucket(bucket)
        .set_region(place.region)
        .set_endpoint(place.endpoint_url)
        .set_use_fips(place.use_fips)
        .set_use_dual_stack(place.use_dual_stack)
        .build()
        .map_err(|error| error.to_string())?;
    Service::endpoint(DefaultResolver::new().resolve_endpoint(&params))
}
