//! What is counted, by adapter.

use shared::{
    config::backend::Adapter,
    metrics::{self, Unit},
    operations::PullProgress,
};

/// What one invocation did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Measured {
    pub(crate) products: u64,
    pub(crate) rejected: u64,
    pub(crate) pages: u64,
    pub(crate) throttled: u64,
}

impl Measured {
    /// How far a part was.
    pub(crate) fn before(progress: &PullProgress) -> Self {
        Self {
            products: progress.products,
            rejected: progress.rejected,
            pages: progress.pages,
            throttled: 0,
        }
    }

    /// What was done since, if the part is known to be any further.
    pub(crate) fn after(self, progress: Option<&PullProgress>, throttled: u64) -> Self {
        let done = |after: fn(&PullProgress) -> u64, before: u64| {
            progress.map_or(0, |progress| after(progress).saturating_sub(before))
        };
        Self {
            products: done(|progress| progress.products, self.products),
            rejected: done(|progress| progress.rejected, self.rejected),
            pages: done(|progress| progress.pages, self.pages),
            throttled,
        }
    }
}

/// Tells CloudWatch.
pub(crate) fn emit(adapter: Adapter, measured: &Measured) {
    let data = [
        count("ProductsPulled", measured.products),
        count("ProductsRejected", measured.rejected),
        count("PagesPulled", measured.pages),
        count("BackendThrottled", measured.throttled),
    ];
    metrics::emit("catalog-pull", &[("adapter", adapter.name())], &data);
}

/// Numbers of products are far below 2^53: exact as f64.
#[allow(clippy::cast_precision_loss)]
fn count(name: &'static str, things: u64) -> (&'static str, Unit, f64) {
    (name, Unit::Count, things as f64)
}
