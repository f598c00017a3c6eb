//! Objects in S3: which there are, and what is in them, streamed.

use std::{env, io::Read, time::Duration};

use aws_config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_s3::{Client, config::Credentials, error::DisplayErrorContext};
use tokio::sync::OnceCell;
use tokio_util::io::SyncIoBridge;

/// An S3 service; connected to when first needed.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    endpoint: Option<String>,
    client: OnceCell<Client>,
}

/// `s3://<bucket>/<key or prefix>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    /// The bucket.
    pub(crate) bucket: String,
    /// A key, or the beginning of keys.
    pub(crate) key: String,
}

impl Location {
    /// Reads a `dataLocation`.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (bucket, key) = text.strip_prefix("s3://")?.split_once('/')?;
        (!bucket.is_empty()).then(|| Self {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
        })
    }

    /// Of the keys that begin with this one, those that it means. Folders are no objects.
    fn meant(&self, keys: Vec<String>, reach: Reach) -> Vec<String> {
        if keys.contains(&self.key) && !self.key.ends_with('/') {
            return vec![self.key.clone()];
        }
        let folder = format!("{}/", self.key.trim_end_matches('/'));
        let inside = |key: &String| match reach {
            Reach::Folder => self.key.is_empty() || key.starts_with(&folder),
            Reach::Prefix => true,
        };
        let object = |key: &String| !key.ends_with('/') && inside(key);
        keys.into_iter().filter(object).collect()
    }
}

/// Which keys a location means.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reach {
    /// The object, or what is in the folder.
    Folder,
    /// The object, or all keys that begin so.
    Prefix,
}

impl Bucket {
    /// At an endpoint, by path style; without one, AWS as the environment says.
    #[must_use]
    pub(crate) fn new(endpoint: Option<String>) -> Self {
        Self {
            endpoint,
            client: OnceCell::new(),
        }
    }

    async fn client(&self) -> &Client {
        self.client
            .get_or_init(|| async {
                let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
                    .retry_config(RetryConfig::standard().with_max_attempts(5))
                    .timeout_config(
                        TimeoutConfig::builder()
                            .connect_timeout(Duration::from_secs(5))
                            .read_timeout(Duration::from_secs(60))
                            .build(),
                    );
                if let Some(endpoint) = &self.endpoint {
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
                    .force_path_style(self.endpoint.is_some())
                    .build();
                Client::from_conf(config)
            })
            .await
    }

    /// The keys that a location means, in order; at least one.
    ///
    /// # Errors
    /// In words, for a failure reason.
    pub(crate) async fn keys(
        &self,
        location: &Location,
        reach: Reach,
    ) -> Result<Vec<String>, String> {
        let mut pages = self
            .client()
            .await
            .list_objects_v2()
            .bucket(&location.bucket)
            .prefix(&location.key)
            .into_paginator()
            .send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| {
                format!(
                    "Insufficient privileges for accessing data in Amazon S3, or no such bucket: s3://{}: {}",
                    location.bucket,
                    DisplayErrorContext(error)
                )
            })?;
            keys.extend(
                page.contents
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|one| one.key),
            );
        }
        let meant = location.meant(keys, reach);
        if meant.is_empty() {
            return Err(format!(
                "Invalid Data location: there is no object at s3://{}/{}",
                location.bucket, location.key
            ));
        }
        Ok(meant)
    }

    /// The content of an object, to be read on a thread that may block.
    ///
    /// # Errors
    /// In words, for a failure reason.
    pub(crate) async fn open(
        &self,
        bucket: &str,
        key: &str,
    ) -> Result<impl Read + Send + use<>, String> {
        let request = self.client().await.get_object().bucket(bucket).key(key);
        match request.send().await {
            Ok(object) => Ok(SyncIoBridge::new(object.body.into_async_read())),
            Err(error) => Err(format!("cannot read: {}", DisplayErrorContext(error))),
        }
    }

    /// Writes an object in a folder.
    ///
    /// # Errors
    /// In words, for a failure reason.
    pub(crate) async fn put(
        &self,
        folder: &Location,
        name: &str,
        content: Vec<u8>,
    ) -> Result<(), String> {
        let key = match folder.key.trim_end_matches('/') {
            "" => name.to_owned(),
            folder => format!("{folder}/{name}"),
        };
        let request = self.client().await.put_object();
        let request = request
            .bucket(&folder.bucket)
            .key(&key)
            .body(content.into());
        let written = request.send().await.map_err(|error| {
            let problem = DisplayErrorContext(error);
            format!("cannot write s3://{}/{key}: {problem}", folder.bucket)
        });
        written.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_key_or_a_folder() {
        let location = |text: &str| Location::parse(text).unwrap();
        let keys = || -> Vec<String> {
            [
                "data/a.csv",
                "data/a.csv.old",
                "data/b/",
                "data/b/1.csv",
                "data/b/2.csv",
            ]
            .map(str::to_owned)
            .into()
        };
        assert_eq!(
            location("s3://x/data/a.csv").meant(keys(), Reach::Folder),
            ["data/a.csv"]
        );
        assert_eq!(
            location("s3://x/data/b/").meant(keys(), Reach::Folder),
            ["data/b/1.csv", "data/b/2.csv"]
        );
        assert_eq!(
            location("s3://x/data/b").meant(keys(), Reach::Folder),
            ["data/b/1.csv", "data/b/2.csv"]
        );
        assert!(
            location("s3://x/dat")
                .meant(keys(), Reach::Folder)
                .is_empty()
        );
        assert_eq!(location("s3://x/dat").meant(keys(), Reach::Prefix).len(), 4);
        assert_eq!(
            location("s3://x/data/a.csv").meant(keys(), Reach::Prefix),
            ["data/a.csv"]
        );
        for wrong in ["data/a.csv", "s3://x", "s3:///a", "https://x/a"] {
            assert_eq!(Location::parse(wrong), None, "{wrong}");
        }
    }
}
