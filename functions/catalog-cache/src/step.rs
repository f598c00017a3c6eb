//! One event, one step.

use aws_config::SdkConfig;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{environment, estate::EstateSource};

use crate::{
    announce::{self, Announcer, Personalize},
    error::CacheError,
    pages::Bucket,
    pull::{
        Mode, PULLS, Pull, folder_of, is_of_changes, is_pull, latest, of_all, page_key, pages,
        run_of, within_raw,
    },
    report,
    sweep::{Swept, sweep},
    table::Table,
    terms::Terms,
    write::Writer,
    written::Written,
};

/// What the workflow, or the data bucket's event, asks for.
#[derive(Debug, Deserialize)]
#[serde(tag = "step", rename_all = "camelCase")]
pub(crate) enum Event {
    /// The pages of a pull.
    List {
        /// Its folder, or where pulls are: then the latest counts.
        prefix: Option<String>,
        /// What it has, when its folder does not say so.
        mode: Option<Mode>,
    },
    /// Writes a page, or some.
    Write {
        /// Its key, or that of the first.
        page: String,
        /// The key of the last one.
        through: Option<String>,
    },
    /// Writes a page of a single product.
    Change {
        /// Its key.
        page: String,
    },
    /// Withdraws what the pull does not list.
    Sweep {
        /// The pull's folder.
        prefix: String,
    },
}

/// What the workflow gets.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    /// Of `list`.
    Pull(Pull),
    /// Of `write` and `change`.
    Written(Box<Written>),
    /// Of `sweep`.
    Swept(Swept),
}

/// The function.
pub(crate) struct CatalogCache {
    bucket: Bucket,
    table: Table,
    source: EstateSource,
    personalize: aws_sdk_personalizeevents::Client,
    limit: u64,
}

impl CatalogCache {
    /// Makes the clients; asks nothing yet.
    ///
    /// # Errors
    /// When a variable is missing, or is no number where it has to be one.
    pub(crate) fn from_environment(config: &SdkConfig) -> Result<Self, CacheError> {
        let s3 = aws_sdk_s3::Client::new(config);
        Ok(Self {
            bucket: Bucket::new(s3, environment::required("DATA_BUCKET")?),
            table: Table::new(config, environment::required("CATALOG_TABLE")?),
            source: EstateSource::from_environment(config)?,
            personalize: aws_sdk_personalizeevents::Client::new(config),
            limit: announce::limit(&environment::or("ANNOUNCE_LIMIT", ""))?,
        })
    }

    /// Does one step.
    pub(crate) async fn run(&self, event: Event) -> Result<Answer, CacheError> {
        match event {
            Event::List { prefix, mode } => {
                let prefix = within_raw(prefix.as_deref().unwrap_or(PULLS))?;
                let mut pull = self.list(prefix).await?;
                pull.mode = mode.unwrap_or(pull.mode);
                Ok(Answer::Pull(pull))
            }
            Event::Write { page, through } => {
                let pages = self.span(page_key(page, false)?, through).await?;
                let confirm = pages.iter().any(|page| is_of_changes(page));
                let written = self.write(pages, confirm).await?;
                report::written("write", &written);
                Ok(Answer::Written(Box::new(written)))
            }
            Event::Change { page } => {
                let written = self.write(vec![page_key(page, true)?], true).await?;
                report::written("change", &written);
                Ok(Answer::Written(Box::new(written)))
            }
            Event::Sweep { prefix } => {
                let swept = sweep(&self.bucket, &self.table, &of_all(&prefix)?).await?;
                report::swept(&swept);
                Ok(Answer::Swept(swept))
            }
        }
    }

    async fn list(&self, prefix: String) -> Result<Pull, CacheError> {
        let pull = if is_pull(&prefix) {
            Some(prefix.clone())
        } else {
            latest(self.bucket.folders(&prefix).await?)
        };
        let Some(pull) = pull else {
            return Ok(Pull::new(prefix, &[]));
        };
        let pages = pages(self.bucket.keys(&pull).await?);
        Ok(Pull::new(pull, &pages))
    }

    /// The keys of the pages from `page` on, `through` the last.
    async fn span(&self, page: String, through: Option<String>) -> Result<Vec<String>, CacheError> {
        let Some(through) = through.filter(|through| *through != page) else {
            return Ok(vec![page]);
        };
        let mut keys = pages(self.bucket.keys(folder_of(&page)).await?);
        keys.retain(|key| (&page..=&through).contains(&key));
        Ok(keys)
    }

    /// Writes the pages `keys` of one pull. With `confirm` a product is written though it be unchanged:
    /// pages of changes may say elsewhere, and of before, that it left.
    async fn write(&self, keys: Vec<String>, confirm: bool) -> Result<Written, CacheError> {
        let estate = self.source.open().await?;
        let backend = estate.config.backend.as_ref();
        let catalog = backend.and_then(|backend| backend.catalog.as_ref());
        let expire_after = catalog.and_then(|catalog| catalog.expire_after);
        let run = keys.first().map(|key| run_of(key)).unwrap_or_default();
        let personalize = Personalize::new(&self.personalize, &estate, run);
        let mut writer = Writer {
            products: &self.table,
            announcer: Announcer::new(personalize, self.limit),
            terms: Terms {
                now: Timestamp::now().as_second(),
                expire_after: expire_after.map(shared::config::Age::seconds),
                confirm,
            },
        };
        let mut written = Written::default();
        for key in &keys {
            let page = self.bucket.page(key).await?;
            written.add(writer.write(page).await?);
        }
        Ok(written)
    }
}
