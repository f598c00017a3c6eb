//! Adapter to Personalize, and to what is known of the estate.

use aws_sdk_personalizeevents::Client;
use jiff::Timestamp;
use shared::{
    arn::Kind,
    aws::AwsError,
    config::DatasetType,
    estate::Estate,
    metadata::{self, RefusedRow, Row},
    operations::ImportMode,
};

use super::{Columns, Service, Target, Unannounced};
use crate::error::CacheError;

/// Personalize, for the pages of one run.
pub(crate) struct Personalize<'a> {
    client: &'a Client,
    estate: &'a Estate,
    run: String,
}

impl<'a> Personalize<'a> {
    /// The items dataset of `estate`; `run` names what counts together.
    pub(crate) fn new(client: &'a Client, estate: &'a Estate, run: String) -> Self {
        Self {
            client,
            estate,
            run,
        }
    }

    async fn was_imported(&self) -> Result<bool, CacheError> {
        for mode in [ImportMode::Full, ImportMode::Incremental] {
            let operations = &self.estate.operations;
            let import = operations.good_import(DatasetType::Items, mode).await?;
            if import.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Service for Personalize<'_> {
    async fn target(&self) -> Result<Result<Target, Unannounced>, CacheError> {
        let (config, operations) = (&self.estate.config, &self.estate.operations);
        let declared = config.datasets.items.as_ref();
        let schema = declared.and_then(|declared| config.schema_of(declared));
        let (Some(declared), Some(schema)) = (declared, schema) else {
            return Ok(Err(Unannounced::NoItemsDataset));
        };
        let Some(state) = operations.resource(Kind::Dataset, &declared.name).await? else {
            return Ok(Err(Unannounced::NoItemsDataset));
        };
        if !self.was_imported().await? {
            return Ok(Err(Unannounced::NotImported));
        }
        Ok(Ok(Target {
            dataset_arn: state.arn,
            columns: Columns::of(schema, Timestamp::now().as_second()),
        }))
    }

    async fn count(&self, items: u64) -> Result<u64, CacheError> {
        let operations = &self.estate.operations;
        let now = Timestamp::now().as_second();
        Ok(operations.count_announced(&self.run, items, now).await?)
    }

    async fn put(&self, dataset_arn: &str, rows: &[Row]) -> Result<Vec<RefusedRow>, AwsError> {
        metadata::put(self.client, DatasetType::Items, dataset_arn, rows).await
    }
}
