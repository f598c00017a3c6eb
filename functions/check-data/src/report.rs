//! The report of one check, as it is stored: everything a person needs to mend the source.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use shared::config::DatasetType;

use crate::{
    duplicates::WINDOW,
    objects::Object,
    reason::Reason,
    rejected::MAX_ROWS,
    tally::{Ids, Tally},
    verdict::Problem,
};

/// Objects named one by one.
const MAX_OBJECTS: usize = 1_000;

/// One check, `reports/check-data/<dataset>/<run>.json`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    /// What was checked.
    pub(crate) dataset: DatasetType,
    /// The workflow's execution that asked for it.
    pub(crate) run: String,
    /// When, in UTC.
    pub(crate) checked_at: String,
    /// Whether it may be imported.
    pub(crate) passed: bool,
    /// What a person should know.
    pub(crate) problems: Vec<Problem>,
    /// Where the rows came from.
    pub(crate) source: String,
    /// What is to be imported: the source, or the copy of its good rows.
    pub(crate) location: String,
    /// Rows that are to be imported.
    pub(crate) rows: u64,
    /// Rows that are not, by reason.
    pub(crate) rejected: BTreeMap<Reason, u64>,
    /// Where the rejected rows are; absent without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rejected_rows: Option<RejectedFile>,
    /// Users in good rows.
    pub(crate) users: Count,
    /// Items in good rows.
    pub(crate) items: Count,
    /// The first and the last interaction, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time_span: Option<[String; 2]>,
    /// Good rows by event type; empty but for interactions.
    pub(crate) event_mix: BTreeMap<String, u64>,
    /// With how many rows before it each row was compared.
    pub(crate) duplicates_compared_with: String,
    /// The objects read, the first thousand.
    pub(crate) objects: Vec<ObjectRead>,
}

/// The file of rejected rows.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RejectedFile {
    /// Its key in the data bucket.
    pub(crate) key: String,
    /// Rows in it; the first ones when there are more.
    pub(crate) rows: u64,
    /// Whether it has all.
    pub(crate) complete: bool,
}

impl RejectedFile {
    /// The file under `key` with `rows` rows.
    pub(crate) fn new(key: String, rows: u64) -> Self {
        Self {
            key,
            rows,
            complete: rows < MAX_ROWS,
        }
    }
}

/// Different ids.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Count {
    /// How many.
    different: u64,
    /// How many come in two rows or more.
    repeated: u64,
    /// Whether the numbers are counted, not estimated.
    exact: bool,
}

impl From<&Ids> for Count {
    fn from(ids: &Ids) -> Self {
        Self {
            different: ids.distinct.count(),
            repeated: ids.distinct.repeated(),
            exact: ids.distinct.is_exact(),
        }
    }
}

/// One object.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ObjectRead {
    key: String,
    bytes: u64,
    rows: u64,
}

/// The objects read, with the rows of each.
pub(crate) fn objects(objects: &[Object], rows: &[u64]) -> Vec<ObjectRead> {
    let read = objects.iter().zip(rows).take(MAX_OBJECTS);
    read.map(|(object, rows)| ObjectRead {
        key: object.key.clone(),
        bytes: object.bytes,
        rows: *rows,
    })
    .collect()
}

/// The span of `tally` in UTC.
pub(crate) fn time_span(tally: &Tally) -> Option<[String; 2]> {
    tally.span.map(|(first, last)| [utc(first), utc(last)])
}

/// `seconds` since 1970 as `2026-11-23T06:31:26Z`; as a number when no calendar has them.
pub(crate) fn utc(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

/// How far back duplicates were looked for.
pub(crate) fn compared_with(all: bool) -> String {
    if all {
        "all rows".to_owned()
    } else {
        format!("at least the {WINDOW} rows before each")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::tests::interactions;

    #[test]
    fn times_are_readable() {
        let tally = interactions(&[("u", "i", "1291191960", "view")]);
        let time = "2010-12-01T08:26:00Z".to_owned();
        assert_eq!(time_span(&tally), Some([time.clone(), time]));
    }

    #[test]
    fn reasons_are_keys_in_words() {
        let rejected = BTreeMap::from([(Reason::TimeBefore1970, 2), (Reason::Duplicate, 1)]);
        let json = serde_json::to_value(rejected).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"time-before-1970": 2, "duplicate": 1})
        );
        assert!(json.get(Reason::TimeBefore1970.name()).is_some());
    }
}
