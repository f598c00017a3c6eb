//! Where a pull's pages and its progress are kept.

use jiff::Timestamp;
use shared::{
    direct::Bucket,
    operations::{Operations, PullPlan, PullProgress},
};

use crate::{adapter::Mode, error::PullError};

const LINES: &str = "application/x-ndjson";

/// Where the pages of one pull go.
pub(crate) trait Store {
    /// Writes the lines of a page, in place of what is there.
    async fn page(&self, part: &str, page: u64, lines: &[u8]) -> Result<(), PullError>;

    /// Writes the lines about what was rejected in it.
    async fn rejects(&self, part: &str, page: u64, lines: &[u8]) -> Result<(), PullError>;

    /// Keeps how far a part is.
    async fn keep(&self, progress: &PullProgress) -> Result<(), PullError>;
}

/// The data bucket and the Operations table.
pub(crate) struct Kept<'a> {
    pub(crate) bucket: &'a Bucket,
    pub(crate) operations: &'a Operations,
    pub(crate) plan: &'a PullPlan,
}

impl Store for Kept<'_> {
    async fn page(&self, part: &str, page: u64, lines: &[u8]) -> Result<(), PullError> {
        let folder = folder(mode(self.plan), &self.plan.pull);
        let key = format!("{folder}{part}/page-{page:05}.jsonl");
        Ok(self.bucket.put(&key, LINES, lines.to_vec()).await?)
    }

    async fn rejects(&self, part: &str, page: u64, lines: &[u8]) -> Result<(), PullError> {
        let key = format!("{}{part}-page-{page:05}.jsonl", rejected(&self.plan.pull));
        Ok(self.bucket.put(&key, LINES, lines.to_vec()).await?)
    }

    async fn keep(&self, progress: &PullProgress) -> Result<(), PullError> {
        let now = Timestamp::now().as_second();
        let kept = self
            .operations
            .put_pull_progress(&self.plan.run, progress, now);
        Ok(kept.await?)
    }
}

/// Where the pages of a pull are.
pub(crate) fn folder(mode: Mode, pull: &str) -> String {
    match mode {
        Mode::Full => format!("raw/products/{pull}/"),
        Mode::Incremental => format!("raw/changes/{pull}/"),
    }
}

/// Where what was rejected in a pull is.
fn rejected(pull: &str) -> String {
    format!("rejected/catalog-pull/{pull}/")
}

/// Writes the one line of a product that was pulled for itself; gives its key.
pub(crate) async fn single(
    bucket: &Bucket,
    pull: &str,
    name: &str,
    lines: &[u8],
) -> Result<String, PullError> {
    let key = format!("raw/single/{pull}-{name}.jsonl");
    bucket.put(&key, LINES, lines.to_vec()).await?;
    Ok(key)
}

/// Writes why a product that was pulled for itself was rejected.
pub(crate) async fn single_reject(
    bucket: &Bucket,
    pull: &str,
    name: &str,
    lines: &[u8],
) -> Result<(), PullError> {
    let key = format!("{}single-{name}.jsonl", rejected(pull));
    Ok(bucket.put(&key, LINES, lines.to_vec()).await?)
}

/// What a plan lists.
pub(crate) fn mode(plan: &PullPlan) -> Mode {
    if plan.full {
        Mode::Full
    } else {
        Mode::Incremental
    }
}
