//! The quotas of Personalize that this server keeps, so that a plan that does not fit is found before
//! it meets AWS. The numbers are in `quotas.json`, the service's defaults; a file given with
//! `--quotas` takes the place of some or all of them.

pub(crate) mod throttle;

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;
use serde_json::Value;

use crate::{error::Error, fault::Fault};

/// The service's own numbers.
pub(crate) const DEFAULTS: &str = include_str!("quotas.json");

/// All quotas.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Quotas {
    /// How many there may be.
    pub(crate) counts: Counts,
    /// How large the input of a job may be.
    pub(crate) batch: Batch,
    /// Requests a second of an account in a region, by operation.
    rates: BTreeMap<String, f64>,
    /// Requests a second of one campaign or recommender.
    rate_per_campaign: f64,
}

/// How many resources there may be: of a region, or of a dataset group.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Counts {
    pub(crate) schemas_in_region: usize,
    pub(crate) dataset_groups_in_region: usize,
    pub(crate) pending_solution_versions_in_region: usize,
    pub(crate) pending_import_jobs_in_region: usize,
    pub(crate) pending_export_jobs_in_region: usize,
    pub(crate) pending_batch_inference_jobs_in_region: usize,
    pub(crate) pending_batch_segment_jobs_in_region: usize,
    pub(crate) pending_data_deletion_jobs_in_region: usize,
    pub(crate) solutions_in_group: usize,
    pub(crate) campaigns_in_group: usize,
    pub(crate) recommenders_in_group: usize,
    pub(crate) filters_in_group: usize,
    pub(crate) metrics_in_attribution: usize,
}

/// How large the input of a job may be.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Batch {
    /// Of a batch job.
    pub(crate) bytes: u64,
    /// Lines of a batch job.
    pub(crate) records: usize,
    /// Of a data deletion job.
    pub(crate) deletion_bytes: u64,
}

impl Quotas {
    /// The service's, with those of a file in their place.
    ///
    /// # Errors
    /// When the file cannot be read or has something that is no quota.
    pub(crate) fn load(path: Option<&Path>) -> Result<Self, Error> {
        let own = match path {
            Some(path) => fs::read_to_string(path).map_err(|error| error.to_string()),
            None => Ok("{}".to_owned()),
        };
        own.and_then(|own| Self::with(&own))
            .map_err(|problem| Error::Quotas {
                path: path.map_or_else(Default::default, Path::to_owned),
                problem,
            })
    }

    fn with(own: &str) -> Result<Self, String> {
        let read = |text| serde_json::from_str::<Value>(text).map_err(|error| error.to_string());
        let mut quotas = read(DEFAULTS)?;
        merge(&mut quotas, read(own)?);
        serde_json::from_value(quotas).map_err(|error| error.to_string())
    }
}

/// Puts `over` in the place of what is in `base`, member by member.
fn merge(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (name, value) in over {
                merge(base.entry(name).or_insert(Value::Null), value);
            }
        }
        (base, over) => *base = over,
    }
}

/// Whether there is room for one more.
///
/// # Errors
/// `LimitExceededException`.
pub(crate) fn check(count: usize, most: usize, what: &str) -> Result<(), Fault> {
    if count < most {
        Ok(())
    } else {
        Err(Fault::limit(format!(
            "There are {count} {what} and at most {most} are allowed"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let quotas = Quotas::with(r#"{"counts":{"campaignsInGroup":2}}"#).unwrap();
        assert_eq!(quotas.counts.campaigns_in_group, 2);
        assert_eq!(quotas.counts.schemas_in_region, 500);
        for wrong in ["{", r#"{"counts":{"campaigns":2}}"#, r#"{"counts":7}"#] {
            assert!(Quotas::with(wrong).is_err(), "{wrong}");
        }
    }
}
