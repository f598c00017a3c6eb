//! The report of one check, as it is stored: everything a person needs to mend the source.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use shared::{config::DatasetType, operations::ImportMode};

use crate::{
    check::Check,
    duplicates::WINDOW,
    objects::Object,
    pass::Outcome,
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
    /// What it was checked for.
    pub(crate) import_mode: ImportMode,
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
    /// Good rows with an item that the items dataset lacks; absent when they were not compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unknown_items: Option<u64>,
    /// The first and the last interaction, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time_span: Option<[String; 2]>,
    /// Good rows by day, month or year; of interactions.
    pub(crate) over_time: Vec<(String, u64)>,
    /// How many users have how many good rows; of interactions.
    pub(crate) rows_per_user: Vec<(String, u64)>,
    /// Good rows by event type; empty but for interactions.
    pub(crate) event_mix: BTreeMap<String, u64>,
    /// What it was compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_import: Option<LastImport>,
    /// With how many rows before it each row was compared.
    pub(crate) duplicates_compared_with: String,
    /// The objects read, the first thousand.
    pub(crate) objects: Vec<ObjectRead>,
}

/// The last good import, as far as a report shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LastImport {
    /// When, in UTC.
    pub(crate) imported_at: String,
    /// Its rows.
    pub(crate) rows: u64,
    /// Its rows by event type.
    pub(crate) event_mix: BTreeMap<String, u64>,
}

impl Report {
    /// What `check` found; takes the problems and the event types out of `found`.
    pub(crate) fn new(
        check: &Check<'_>,
        found: &mut Outcome,
        rejected_rows: Option<RejectedFile>,
        location: String,
    ) -> Self {
        let tally = &found.tally;
        let interactions = check.dataset == DatasetType::Interactions;
        Self {
            dataset: check.dataset,
            import_mode: check.mode,
            run: check.run.clone(),
            checked_at: utc(check.now),
            passed: found.problems.passed(),
            source: check.location.clone(),
            location,
            rows: tally.good,
            rejected: tally.rejected.clone(),
            rejected_rows,
            users: (&tally.users).into(),
            items: (&tally.items).into(),
            unknown_items: tally.catalogue.unknown_rows(),
            time_span: time_span(tally),
            over_time: tally.timeline.periods(),
            rows_per_user: if interactions {
                rows_per_user(&tally.users)
            } else {
                Vec::new()
            },
            event_mix: tally.events.clone(),
            last_import: check.last.as_ref().map(|last| LastImport {
                imported_at: utc(last.imported_at),
                rows: last.rows,
                event_mix: last.event_mix.clone(),
            }),
            duplicates_compared_with: compared_with(found.compared_all),
            objects: objects(&check.source.objects, &found.rows),
            problems: std::mem::take(&mut found.problems).into_list(),
        }
    }

    /// The key of the report as a file of this kind.
    pub(crate) fn key(&self, extension: &str) -> String {
        format!(
            "reports/check-data/{}/{}.{extension}",
            self.dataset.name(),
            self.run
        )
    }

    /// Rows that broke a rule.
    pub(crate) fn rejections(&self) -> u64 {
        self.rejected.values().sum()
    }
}

/// How many users have one row, two, up to four, and so on.
fn rows_per_user(users: &Ids) -> Vec<(String, u64)> {
    let mut least = 1;
    let groups = users.distinct.groups().into_iter().map(|(most, users)| {
        let name = match most {
            u32::MAX => format!("{least} and more"),
            most if most == least => most.to_string(),
            most => format!("{least} to {most}"),
        };
        least = most.saturating_add(1);
        (name, users)
    });
    groups.collect()
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
    pub(crate) different: u64,
    /// How many come in two rows or more.
    repeated: u64,
    /// Whether the numbers are counted, not estimated.
    pub(crate) exact: bool,
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
    pub(crate) key: String,
    pub(crate) bytes: u64,
    pub(crate) rows: u64,
}

/// The objects read, with the rows of each.
fn objects(objects: &[Object], rows: &[u64]) -> Vec<ObjectRead> {
    let read = objects.iter().zip(rows).take(MAX_OBJECTS);
    read.map(|(object, rows)| ObjectRead {
        key: object.key.clone(),
        bytes: object.bytes,
        rows: *rows,
    })
    .collect()
}

/// The span of `tally` in UTC.
fn time_span(tally: &Tally) -> Option<[String; 2]> {
    tally.span.map(|(first, last)| [utc(first), utc(last)])
}

/// `seconds` since 1970 as `2026-11-23T06:31:26Z`; as a number when no calendar has them.
fn utc(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

/// Now, in seconds since 1970.
pub(crate) fn now() -> i64 {
    Timestamp::now().as_second()
}

/// How far back duplicates were looked for.
fn compared_with(all: bool) -> String {
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
    fn users_are_grouped_by_their_rows() {
        let tally = interactions(&[
            ("u", "i", "1", "view"),
            ("v", "i", "1", "view"),
            ("v", "i", "2", "view"),
            ("v", "i", "3", "view"),
        ]);
        let groups = rows_per_user(&tally.users);
        let shown = |index: usize| (groups[index].0.as_str(), groups[index].1);
        assert_eq!(
            [shown(0), shown(1), shown(2)],
            [("1", 1), ("2", 0), ("3 to 4", 1)]
        );
        assert_eq!(shown(7), ("100 and more", 0));
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
