//! The quotas of Personalize that a local server keeps, so that a plan that does not fit is found
//! before it meets AWS. Defaults of the service; those that AWS raises on request are raised there only.

use crate::fault::Fault;

/// Dataset groups of a region.
pub(super) const DATASET_GROUPS: usize = 5;
/// Schemas of a region.
pub(super) const SCHEMAS: usize = 500;
/// Solutions of a dataset group.
pub(super) const SOLUTIONS: usize = 10;
/// Campaigns of a dataset group.
pub(super) const CAMPAIGNS: usize = 5;
/// Filters of a dataset group.
pub(super) const FILTERS: usize = 30;
/// Solution versions of a region that are being trained.
pub(super) const PENDING_VERSIONS: usize = 20;
/// Import jobs of a region that are under way.
pub(super) const PENDING_IMPORTS: usize = 5;

/// Whether there is room for one more.
///
/// # Errors
/// `LimitExceededException`.
pub(super) fn check(count: usize, most: usize, what: &str) -> Result<(), Fault> {
    if count < most {
        Ok(())
    } else {
        Err(Fault::limit(format!(
            "There are {count} {what} and at most {most} are allowed"
        )))
    }
}
