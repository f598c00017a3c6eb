//! One event, one step.

use aws_config::SdkConfig;
use serde::{Deserialize, Serialize};
use shared::{
    environment::{self, MissingVariable},
    metrics::{Unit, emit},
};

use crate::{
    error::CacheError,
    pages::Bucket,
    pull::{PULLS, Pull, latest, pages, within_raw},
    sweep::{Swept, sweep},
    table::Table,
    write::{Written, write},
};

/// What the workflow asks for.
#[derive(Debug, Deserialize)]
#[serde(tag = "step", rename_all = "camelCase")]
pub(crate) enum Event {
    /// The latest pull's pages.
    List {
        /// Where pulls are.
        prefix: Option<String>,
    },
    /// Writes one page.
    Write {
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
    /// Of `write`.
    Written(Written),
    /// Of `sweep`.
    Swept(Swept),
}

/// The function.
#[derive(Debug)]
pub(crate) struct CatalogCache {
    bucket: Bucket,
    table: Table,
}

impl CatalogCache {
    /// Makes the clients; asks nothing yet.
    pub(crate) fn from_environment(config: &SdkConfig) -> Result<Self, MissingVariable> {
        let s3 = aws_sdk_s3::Client::new(config);
        Ok(Self {
            bucket: Bucket::new(s3, environment::required("DATA_BUCKET")?),
            table: Table::new(config, environment::required("CATALOG_TABLE")?),
        })
    }

    /// Does one step.
    pub(crate) async fn run(&self, event: Event) -> Result<Answer, CacheError> {
        match event {
            Event::List { prefix } => {
                let pulls = within_raw(prefix.as_deref().unwrap_or(PULLS))?;
                Ok(Answer::Pull(self.list(pulls).await?))
            }
            Event::Write { page } => {
                if !page.starts_with("raw/") {
                    return Err(CacheError::OutsideRaw(page));
                }
                let written = write(&self.bucket, &self.table, page).await?;
                report_written(&written);
                Ok(Answer::Written(written))
            }
            Event::Sweep { prefix } => {
                let swept = sweep(&self.bucket, &self.table, &within_raw(&prefix)?).await?;
                report_swept(&swept);
                Ok(Answer::Swept(swept))
            }
        }
    }

    async fn list(&self, pulls: String) -> Result<Pull, CacheError> {
        let Some(prefix) = latest(self.bucket.folders(&pulls).await?) else {
            return Ok(Pull {
                prefix: pulls,
                pages: Vec::new(),
            });
        };
        let pages = pages(self.bucket.keys(&prefix).await?);
        Ok(Pull { prefix, pages })
    }
}

fn report_written(written: &Written) {
    let data = [
        count("ProductsRead", written.read),
        count("ProductsWritten", written.written),
        count("ProductsUnchanged", written.unchanged),
        count("LinesRejected", written.rejected.values().sum()),
    ];
    emit("catalog-cache", &[("step", "write")], &data);
}

fn report_swept(swept: &Swept) {
    let data = [
        count("ProductsWithdrawn", swept.withdrawn),
        count("ProductsKept", swept.kept),
    ];
    emit("catalog-cache", &[("step", "sweep")], &data);
}

/// Numbers of products are far below 2^53: exact as f64.
#[allow(clippy::cast_precision_loss)]
fn count(name: &'static str, things: u64) -> (&'static str, Unit, f64) {
    (name, Unit::Count, things as f64)
}
