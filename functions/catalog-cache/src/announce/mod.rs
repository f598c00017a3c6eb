//! New products are told to Personalize one by one, so that they can be recommended within minutes; too
//! many at once, and what Personalize does not take, are left to the next import, which brings them.
//!
//! Nothing here stops a page from being written: what was not told is counted with its reason.

mod columns;
mod service;

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;
use shared::{
    aws::AwsError,
    fault::{Fault, FaultKind},
    metadata::{BATCH, PAUSE, RefusedRow, Row},
};
use tokio::time::{Instant, sleep, sleep_until};

use crate::{error::CacheError, product::Product};

pub(crate) use columns::Columns;
pub(crate) use service::Personalize;

/// How many new products a run tells, when `ANNOUNCE_LIMIT` does not say. More are an assortment, not
/// news: at ten calls a second a first fill would take longer than the import that brings it anyway.
const LIMIT: u64 = 1_000;

/// Between two tries of a call that Personalize throttles, beyond those of the client; in all a quarter
/// of a minute, so that a single product is told within a minute or not at all.
const PAUSES: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// Why a new product is left to the next import. The names are those of the answer's `unannounced`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Unannounced {
    /// `ANNOUNCE_LIMIT` is 0.
    TurnedOff,
    /// The estate declares no items dataset, or it is not made.
    NoItemsDataset,
    /// Nothing was ever imported into it: the first import brings everything.
    NotImported,
    /// The run has told as many as it may.
    OverLimit,
    /// Personalize does not take this one.
    Refused,
    /// Personalize does not answer, or takes none.
    Failed,
}

/// What became of some new products.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Personalize has them.
    pub(crate) announced: u64,
    /// The next import brings them.
    pub(crate) left: BTreeMap<Unannounced, u64>,
}

/// Tells new products, for who writes a page.
pub(crate) trait Announce {
    /// Tells `products`.
    ///
    /// # Errors
    /// When it cannot be found out whether and whom to tell.
    async fn announce(&mut self, products: &[&Product]) -> Result<Told, CacheError>;
}

/// Where new products are told.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// The items dataset.
    pub(crate) dataset_arn: String,
    /// Its columns.
    pub(crate) columns: Columns,
}

/// Personalize, and what the run has told it.
pub(crate) trait Service {
    /// Where to tell, or why not.
    async fn target(&self) -> Result<Result<Target, Unannounced>, CacheError>;

    /// Counts `items` more; gives how many the run has in all.
    async fn count(&self, items: u64) -> Result<u64, CacheError>;

    /// Sends at most [`BATCH`] rows.
    async fn put(&self, dataset_arn: &str, rows: &[Row]) -> Result<Vec<RefusedRow>, AwsError>;
}

/// Tells new products of one page.
pub(crate) struct Announcer<S> {
    service: S,
    limit: u64,
    /// Where to tell, or why not; nothing before it was asked for: most pages have nothing new.
    target: Option<Result<Target, Unannounced>>,
    /// When the next call may begin.
    next: Instant,
}

/// The limit that `text` says; empty for the usual one.
///
/// # Errors
/// When it is no number.
pub(crate) fn limit(text: &str) -> Result<u64, CacheError> {
    if text.is_empty() {
        return Ok(LIMIT);
    }
    let limit = text.parse();
    limit.map_err(|_| CacheError::Limit(text.to_owned()))
}

impl<S: Service> Announcer<S> {
    /// Tells `service` of `limit` products a run.
    pub(crate) fn new(service: S, limit: u64) -> Self {
        Self {
            service,
            limit,
            target: None,
            next: Instant::now(),
        }
    }

    /// Where to tell, or why not.
    async fn target(&mut self) -> Result<Result<Target, Unannounced>, CacheError> {
        if let Some(known) = &self.target {
            return Ok(known.clone());
        }
        let found = if self.limit == 0 {
            Err(Unannounced::TurnedOff)
        } else {
            self.service.target().await?
        };
        self.target = Some(found.clone());
        Ok(found)
    }

    /// How many of `products` more the run may tell.
    async fn allowed(&mut self, products: usize) -> Result<usize, CacheError> {
        let more = count(products);
        let told = self.service.count(more).await?.saturating_sub(more);
        let allowed = self.limit.saturating_sub(told).min(more);
        if allowed < more {
            self.target = Some(Err(Unannounced::OverLimit));
        }
        Ok(usize::try_from(allowed).unwrap_or(products))
    }

    /// Sends one batch, patiently while Personalize throttles.
    async fn send(&mut self, dataset_arn: &str, rows: &[Row]) -> Result<Vec<RefusedRow>, AwsError> {
        let mut pauses = PAUSES.into_iter();
        loop {
            sleep_until(self.next).await;
            self.next = Instant::now() + PAUSE;
            let answer = self.service.put(dataset_arn, rows).await;
            match answer {
                Err(error) if error.kind() == FaultKind::Retryable => match pauses.next() {
                    Some(pause) => sleep(pause).await,
                    None => return Err(error),
                },
                other => return other,
            }
        }
    }
}

impl<S: Service> Announce for Announcer<S> {
    async fn announce(&mut self, products: &[&Product]) -> Result<Told, CacheError> {
        let mut told = Told::default();
        if products.is_empty() {
            return Ok(told);
        }
        let target = match self.target().await? {
            Ok(target) => target,
            Err(why) => {
                told.leave(why, products.len());
                return Ok(told);
            }
        };
        let allowed = self.allowed(products.len()).await?;
        let (now, later) = products.split_at(allowed);
        told.leave(Unannounced::OverLimit, later.len());
        let rows: Vec<Row> = now
            .iter()
            .map(|product| target.columns.row(product))
            .collect();
        let mut batches = rows.chunks(BATCH);
        for batch in batches.by_ref() {
            match self.send(&target.dataset_arn, batch).await {
                Ok(refused) => told.sent(batch.len(), &refused),
                Err(error) => {
                    tracing::warn!(%error, "new products are left to the next import");
                    told.leave(Unannounced::Failed, batch.len());
                    self.target = Some(Err(Unannounced::Failed));
                    break;
                }
            }
        }
        told.leave(Unannounced::Failed, batches.map(<[Row]>::len).sum());
        Ok(told)
    }
}

impl Told {
    fn leave(&mut self, why: Unannounced, products: usize) {
        if products > 0 {
            *self.left.entry(why).or_default() += count(products);
        }
    }

    fn sent(&mut self, rows: usize, refused: &[RefusedRow]) {
        for row in refused {
            tracing::warn!(why = row.why, "Personalize does not take a new product");
        }
        self.announced += count(rows - refused.len());
        self.leave(Unannounced::Refused, refused.len());
    }
}

fn count(things: usize) -> u64 {
    u64::try_from(things).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
