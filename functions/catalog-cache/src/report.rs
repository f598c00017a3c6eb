//! What the steps did, as metrics.

use shared::metrics::{Unit, emit};

use crate::{sweep::Swept, written::Written};

/// Of `write` and `change`.
pub(crate) fn written(step: &str, written: &Written) {
    let data = [
        count("ProductsRead", written.read),
        count("ProductsWritten", written.written),
        count("ProductsRenewed", written.renewed),
        count("ProductsUnchanged", written.unchanged),
        count("ProductsWithdrawn", written.withdrawn),
        count("ProductsOlder", written.older),
        count("LinesRejected", written.rejected.values().sum()),
        count("ProductsNew", written.new),
        count("ProductsAnnounced", written.announced),
        count("ProductsUnannounced", written.unannounced.values().sum()),
    ];
    emit("catalog-cache", &[("step", step)], &data);
}

/// Of `sweep`.
pub(crate) fn swept(swept: &Swept) {
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
