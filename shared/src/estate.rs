//! The declared estate and its part of the `Operations` table, opened together: what most steps
//! begin with. They read it anew at each invocation, so that an uploaded change counts at once.

use crate::{
    config::{self, ConfigError, EstateConfig, Versioned},
    direct::{Access, Bucket, DynamoDb},
    environment::{self, MissingVariable},
    operations::Operations,
};

/// Where the configuration is when `CONFIG_KEY` is not set.
pub const DEFAULT_CONFIG_KEY: &str = "config/personalization.yaml";

/// Where an estate is declared and where its states are kept.
#[derive(Debug, Clone)]
pub struct EstateSource {
    dynamodb: DynamoDb,
    bucket: Bucket,
    key: String,
    table: String,
}

/// One estate: what is declared, and what is known of it.
#[derive(Debug, Clone)]
pub struct Estate {
    /// The declaration, found sound.
    pub config: EstateConfig,
    /// The estate's part of the table.
    pub operations: Operations,
}

impl EstateSource {
    /// Reads `DATA_BUCKET`, `CONFIG_KEY` (default [`DEFAULT_CONFIG_KEY`]) and `OPERATIONS_TABLE`.
    ///
    /// # Errors
    /// [`MissingVariable`] when the bucket or the table is not set.
    pub fn from_environment(aws: impl Into<Access>) -> Result<Self, MissingVariable> {
        let access = aws.into();
        Ok(Self {
            dynamodb: DynamoDb::new(&access),
            bucket: Bucket::new(&access, environment::required("DATA_BUCKET")?),
            key: environment::required("CONFIG_KEY").unwrap_or_else(|_| DEFAULT_CONFIG_KEY.into()),
            table: environment::required("OPERATIONS_TABLE")?,
        })
    }

    /// Reads the declaration. Costs one `s3:GetObject`; the table is not asked yet.
    ///
    /// # Errors
    /// As [`config::load`].
    pub async fn open(&self) -> Result<Estate, ConfigError> {
        let config = config::load(&self.bucket, &self.key).await?.config;
        let operations = self.operations(&config);
        Ok(Estate { config, operations })
    }

    /// Reads the declaration unless S3 still keeps the version `etag`; then `None`.
    /// For functions that answer requests and keep what they read.
    ///
    /// # Errors
    /// As [`config::load`].
    pub async fn changed_since(
        &self,
        etag: Option<&str>,
    ) -> Result<Option<Versioned>, ConfigError> {
        match etag {
            Some(etag) => config::load_if_changed(&self.bucket, &self.key, etag).await,
            None => config::load(&self.bucket, &self.key).await.map(Some),
        }
    }

    /// The part of the table that belongs to the estate `config` declares.
    #[must_use]
    pub fn operations(&self, config: &EstateConfig) -> Operations {
        Operations::new(
            self.dynamodb.clone(),
            self.table.clone(),
            config.estate.clone(),
        )
    }
}
