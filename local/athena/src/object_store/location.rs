//! Places in S3, as people write them.

use std::fmt;

use datafusion::object_store::{Result, path::Path};

/// `s3://<bucket>/<key or prefix>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    /// The bucket.
    pub(crate) bucket: String,
    /// A key, or the beginning of keys.
    pub(crate) key: String,
}

impl Location {
    /// Reads a location.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("s3://")?;
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        (!bucket.is_empty()).then(|| Self {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
        })
    }

    /// A key as a path of the store.
    ///
    /// # Errors
    /// When the key has empty parts, which paths cannot have.
    pub(crate) fn path(&self) -> Result<Path> {
        Ok(Path::parse(&self.key)?)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "s3://{}/{}", self.bucket, self.key)
    }
}
