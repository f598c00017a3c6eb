//! S3 as the engine wants it: an object store over the AWS SDK. The engine's own client for S3 would be
//! another HTTP stack to build.

mod location;
mod upload;

use std::{
    env, fmt,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use async_trait::async_trait;
use aws_config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_s3::{
    Client,
    config::Credentials,
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
};
use bytes::Bytes;
use datafusion::object_store::{
    Attributes, CopyOptions, Error, GetOptions, GetRange, GetResult, GetResultPayload, ListResult,
    MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions, PutOptions, PutPayload,
    PutResult, Result, path::Path,
};
use futures::{StreamExt, TryStreamExt, stream, stream::BoxStream};

pub(crate) use self::location::Location;
use self::upload::Upload;
use crate::query::scan::Scan;

const STORE: &str = "S3";

/// An S3 service.
#[derive(Debug, Clone)]
pub(crate) struct S3 {
    client: Client,
}

impl S3 {
    /// At an endpoint, by path style; without one, AWS as the environment says.
    pub(crate) async fn connect(endpoint: Option<&str>) -> Self {
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .retry_config(RetryConfig::standard().with_max_attempts(5))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_secs(5))
                    .read_timeout(Duration::from_secs(60))
                    .build(),
            );
        if let Some(endpoint) = endpoint {
            loader = loader.endpoint_url(endpoint);
            // An emulator takes any; asking the machine for some would only cost time.
            if env::var_os("AWS_ACCESS_KEY_ID").is_none() {
                let any = Credentials::new("test", "test", None, None, "local");
                loader = loader.credentials_provider(any);
            }
            if env::var_os("AWS_REGION").is_none() {
                loader = loader.region(Region::from_static("us-east-1"));
            }
        }
        let config = aws_sdk_s3::config::Builder::from(&loader.load().await)
            .force_path_style(endpoint.is_some())
            .build();
        Self {
            client: Client::from_conf(config),
        }
    }

    /// A bucket; what is read of it counts for a query, if one is given.
    #[must_use]
    pub(crate) fn bucket(&self, name: &str, scan: Option<Arc<Scan>>) -> Bucket {
        Bucket {
            client: self.client.clone(),
            name: name.to_owned(),
            scan,
        }
    }
}

/// A bucket of an S3 service.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    client: Client,
    name: String,
    scan: Option<Arc<Scan>>,
}

impl fmt::Display for Bucket {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "s3://{}", self.name)
    }
}

impl Bucket {
    fn failure<E, R>(&self, key: &str) -> impl FnOnce(SdkError<E, R>) -> Error
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: fmt::Debug + Send + Sync + 'static,
    {
        let path = format!("{self}/{key}");
        move |error| {
            let code = error.code().unwrap_or_default();
            let missing = matches!(code, "NoSuchKey" | "NotFound" | "NoSuchBucket");
            let source = format!("{path}: {}", DisplayErrorContext(&error)).into();
            match missing {
                true => Error::NotFound { path, source },
                false => Error::Generic {
                    store: STORE,
                    source,
                },
            }
        }
    }

    async fn head(&self, location: &Path) -> Result<GetResult> {
        let key = location.as_ref();
        let request = self.client.head_object().bucket(&self.name).key(key);
        let head = request.send().await.map_err(self.failure(key))?;
        let size = head.content_length.unwrap_or_default().max(0) as u64;
        Ok(GetResult {
            payload: GetResultPayload::Stream(stream::empty().boxed()),
            meta: meta(location.clone(), size, head.last_modified, head.e_tag),
            range: 0..size,
            attributes: Attributes::default(),
        })
    }

    fn unsupported(operation: &str) -> Error {
        Error::NotSupported {
            source: format!("{operation} is not something that queries do").into(),
        }
    }
}

fn meta(
    location: Path,
    size: u64,
    modified: Option<aws_sdk_s3::primitives::DateTime>,
    e_tag: Option<String>,
) -> ObjectMeta {
    let seconds = modified.map_or(0, |time| time.secs().max(0) as u64);
    let modified = UNIX_EPOCH + Duration::from_secs(seconds);
    ObjectMeta {
        location,
        last_modified: modified.into(),
        size,
        e_tag,
        version: None,
    }
}

#[async_trait]
impl ObjectStore for Bucket {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        _options: PutOptions,
    ) -> Result<PutResult> {
        let key = location.as_ref();
        let request = self.client.put_object().bucket(&self.name).key(key);
        let request = request.body(Bytes::from(payload).into());
        let written = request.send().await.map_err(self.failure(key))?;
        Ok(PutResult {
            e_tag: written.e_tag,
            version: written.version_id,
        })
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        _options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let key = location.as_ref();
        let request = self.client.create_multipart_upload();
        let request = request.bucket(&self.name).key(key);
        let begun = request.send().await.map_err(self.failure(key))?;
        let id = begun.upload_id.unwrap_or_default();
        Ok(Box::new(Upload::new(self.clone(), key, id)))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        if options.head {
            return self.head(location).await;
        }
        let key = location.as_ref();
        let range = options.range.as_ref().map(|range| match range {
            GetRange::Bounded(range) => format!("bytes={}-{}", range.start, range.end.max(1) - 1),
            GetRange::Offset(from) => format!("bytes={from}-"),
            GetRange::Suffix(count) => format!("bytes=-{count}"),
        });
        let request = self.client.get_object().bucket(&self.name).key(key);
        let object = request.set_range(range).send().await;
        let object = object.map_err(self.failure(key))?;
        let length = object.content_length.unwrap_or_default().max(0) as u64;
        let part = object.content_range.as_deref().and_then(content_range);
        let (start, size) = part.unwrap_or((0, length));
        let meta = meta(location.clone(), size, object.last_modified, object.e_tag);
        let scan = self.scan.clone();
        let path = format!("{self}/{key}");
        let chunks = stream::try_unfold(object.body, move |mut body| {
            let (scan, path) = (scan.clone(), path.clone());
            async move {
                let generic = |source| Error::Generic {
                    store: STORE,
                    source,
                };
                let Some(chunk) = body.next().await else {
                    return Ok::<_, Error>(None);
                };
                let chunk = chunk.map_err(|error| generic(format!("{path}: {error}").into()))?;
                if let Some(scan) = &scan {
                    scan.add(chunk.len())
                        .map_err(|error| generic(error.into()))?;
                }
                Ok(Some((chunk, body)))
            }
        });
        Ok(GetResult {
            payload: GetResultPayload::Stream(chunks.boxed()),
            meta,
            range: start..start + length,
            attributes: Attributes::default(),
        })
    }

    fn delete_stream(
        &self,
        _locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        stream::once(async { Err(Self::unsupported("deleting objects")) }).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        // Paths have no slash at their end; without one, `data/a` would mean `data/ab` as well.
        let prefix = prefix.filter(|path| !path.as_ref().is_empty());
        let prefix = prefix.map_or_else(String::new, |path| format!("{path}/"));
        let request = self.client.list_objects_v2().bucket(&self.name);
        let pages = request.prefix(&prefix).into_paginator().send();
        let bucket = self.clone();
        stream::try_unfold(pages, move |mut pages| {
            let (bucket, prefix) = (bucket.clone(), prefix.clone());
            async move {
                let Some(page) = pages.next().await else {
                    return Ok::<_, Error>(None);
                };
                let page = page.map_err(bucket.failure(&prefix))?;
                let objects = page.contents.unwrap_or_default().into_iter();
                let objects = objects.filter_map(|object| {
                    // Keys that are no paths, such as markers of folders, hold no data.
                    let path = Path::parse(object.key.as_deref()?).ok();
                    let path = path.filter(|_| object.key.as_deref().is_some_and(is_file))?;
                    let size = object.size.unwrap_or_default().max(0) as u64;
                    Some(Ok(meta(path, size, object.last_modified, object.e_tag)))
                });
                Ok(Some((stream::iter(objects.collect::<Vec<_>>()), pages)))
            }
        })
        .try_flatten()
        .boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let whole: Vec<ObjectMeta> = self.list(prefix).try_collect().await?;
        let base = prefix.cloned().unwrap_or_default();
        let mut result = ListResult {
            common_prefixes: Vec::new(),
            objects: Vec::new(),
        };
        for object in whole {
            let parts = object
                .location
                .prefix_match(&base)
                .map(Iterator::collect::<Vec<_>>);
            match parts.as_deref() {
                Some([_]) => result.objects.push(object),
                Some([folder, ..]) => {
                    let folder = base.clone().join(folder.clone());
                    if result.common_prefixes.last() != Some(&folder) {
                        result.common_prefixes.push(folder);
                    }
                }
                _ => {}
            }
        }
        Ok(result)
    }

    async fn copy_opts(&self, _from: &Path, _to: &Path, _options: CopyOptions) -> Result<()> {
        Err(Self::unsupported("copying objects"))
    }
}

fn is_file(key: &str) -> bool {
    !key.ends_with('/')
}

/// Start and whole size of `bytes 0-9/100`.
fn content_range(text: &str) -> Option<(u64, u64)> {
    let (range, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.parse().ok()?, size.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_buckets_and_keys() {
        let location = Location::parse("s3://results/some/prefix/").unwrap();
        assert_eq!(
            (location.bucket.as_str(), location.key.as_str()),
            ("results", "some/prefix/")
        );
        assert_eq!(Location::parse("s3://results").unwrap().key, "");
        assert_eq!(Location::parse("https://results/a"), None);
        assert_eq!(content_range("bytes 5-9/100"), Some((5, 100)));
    }
}
