//! From text, or from S3, to a configuration that holds together.

use crate::{
    aws::AwsError,
    config::{EstateConfig, validate::problems},
    direct::{Bucket, Object},
    fault::{Fault, FaultKind},
};

/// The largest configuration read: it is written by hand.
const MAX_BYTES: usize = 1024 * 1024;

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not YAML, or not of the declared shape.
    #[error("{origin}: at `{path}`: {message}")]
    Shape {
        /// The file or S3 key.
        origin: String,
        /// Where in the file, as `placements.home.limit`.
        path: String,
        /// What is wrong there.
        message: String,
    },
    /// Of the right shape, but contradicting itself or Personalize's rules.
    #[error("{origin} has {} problem(s):\n  {}", problems.len(), problems.join("\n  "))]
    Unsound {
        /// The file or S3 key.
        origin: String,
        /// One line each: path, what is wrong, what would be right.
        problems: Vec<String>,
    },
    /// Larger than anything written by hand.
    #[error("{origin} has {bytes} bytes; at most {MAX_BYTES} are read")]
    TooLarge {
        /// The file or S3 key.
        origin: String,
        /// Its size.
        bytes: usize,
    },
    /// S3 did not give it.
    #[error("cannot read the configuration s3://{bucket}/{key}: {source}; upload config/ to it")]
    Unreadable {
        /// The data bucket.
        bucket: String,
        /// The key in it.
        key: String,
        /// S3's answer.
        source: AwsError,
    },
}

impl Fault for ConfigError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Unreadable { source, .. } => source.kind(),
            _ => FaultKind::InvalidInput,
        }
    }
}

/// Reads a configuration from text; `origin` names it in messages.
///
/// # Errors
/// [`ConfigError::Shape`] names the path of the first key or value of the wrong shape;
/// [`ConfigError::Unsound`] lists every contradiction, not only the first.
pub fn parse(origin: &str, text: &str) -> Result<EstateConfig, ConfigError> {
    if text.len() > MAX_BYTES {
        return Err(ConfigError::TooLarge {
            origin: origin.to_owned(),
            bytes: text.len(),
        });
    }
    let shape = |path: String, message: String| ConfigError::Shape {
        origin: origin.to_owned(),
        path,
        message,
    };
    // By way of a JSON value, so that an error can name its path and not only its line.
    let tree: serde_json::Value = serde_saphyr::from_str(text)
        .map_err(|error| shape(".".to_owned(), format!("not YAML: {error}")))?;
    let config: EstateConfig = serde_path_to_error::deserialize(tree)
        .map_err(|error| shape(error.path().to_string(), error.inner().to_string()))?;
    let problems = problems(&config);
    if problems.is_empty() {
        Ok(config)
    } else {
        Err(ConfigError::Unsound {
            origin: origin.to_owned(),
            problems,
        })
    }
}

/// A configuration and the version of it that S3 keeps.
#[derive(Debug)]
pub struct Versioned {
    /// What is declared.
    pub config: EstateConfig,
    /// S3's name for exactly these bytes.
    pub etag: Option<String>,
}

/// Reads the configuration from the data bucket.
///
/// # Errors
/// [`ConfigError::Unreadable`] with S3's answer, or as [`parse`].
pub async fn load(bucket: &Bucket, key: &str) -> Result<Versioned, ConfigError> {
    let object = bucket.get(key).await;
    versioned(
        bucket,
        key,
        object.map_err(|source| unreadable(bucket, key, source))?,
    )
}

/// Reads the configuration unless S3 still keeps the version `etag`; then `None`.
///
/// # Errors
/// As [`load`].
pub async fn load_if_changed(
    bucket: &Bucket,
    key: &str,
    etag: &str,
) -> Result<Option<Versioned>, ConfigError> {
    let object = bucket.changed(key, etag).await;
    let object = object.map_err(|source| unreadable(bucket, key, source))?;
    let versioned = |object| versioned(bucket, key, object);
    object.map(versioned).transpose()
}

fn versioned(bucket: &Bucket, key: &str, object: Object) -> Result<Versioned, ConfigError> {
    let origin = format!("s3://{}/{key}", bucket.name());
    let config = parse(&origin, &String::from_utf8_lossy(&object.bytes))?;
    Ok(Versioned {
        config,
        etag: object.etag,
    })
}

fn unreadable(bucket: &Bucket, key: &str, source: AwsError) -> ConfigError {
    ConfigError::Unreadable {
        bucket: bucket.name().to_owned(),
        key: key.to_owned(),
        source,
    }
}
