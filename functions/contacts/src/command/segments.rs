//! Segments, exported as lists of endpoints, become lists of users.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use indicatif::ProgressBar;
use serde::Serialize;
use serde_json::Value;

use super::{CommandError, arguments::Import, endpoints::Output, exported};
use crate::line::Endpoint;

const FOLDER: &str = "messages/audience";

/// What became of a segment.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Report {
    pub(super) name: String,
    /// Below the directory that was written.
    pub(super) file: String,
    pub(super) users: usize,
    /// Lines that name nobody.
    pub(super) rejected: u64,
}

/// Converts the segments of `import`.
pub(super) fn convert(import: &Import, bar: &ProgressBar) -> Result<Vec<Report>, CommandError> {
    let Some(segments) = &import.segments else {
        return Ok(Vec::new());
    };
    let folder = import.out.join(FOLDER);
    fs::create_dir_all(&folder).map_err(CommandError::of("writing", &folder))?;
    let segments = exported::entries(segments)?.into_iter();
    segments
        .map(|segment| {
            let name = exported::name(&segment);
            bar.set_message(format!("segment {name}"));
            one(&segment, &folder, name)
        })
        .collect()
}

/// A segment's users are in memory: as ids, some hundred megabytes for ten million.
fn one(segment: &Path, folder: &Path, name: String) -> Result<Report, CommandError> {
    let mut users = BTreeSet::new();
    let mut rejected = 0;
    for file in files(segment)? {
        exported::lines(&file, |text| {
            match user(text) {
                Some(user) => drop(users.insert(user)),
                None => rejected += 1,
            }
            Ok(())
        })?;
    }
    let file = format!("{name}.csv");
    let mut output = Output::new(folder.join(&file))?;
    output.bytes(b"user_id")?;
    for user in &users {
        output.bytes(quoted(user).as_bytes())?;
    }
    output.end()?;
    Ok(Report {
        name,
        file: format!("{FOLDER}/{file}"),
        users: users.len(),
        rejected,
    })
}

fn files(segment: &Path) -> Result<Vec<PathBuf>, CommandError> {
    if segment.is_dir() {
        return exported::entries(segment);
    }
    Ok(vec![segment.to_owned()])
}

fn user(text: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(text).ok()?;
    Endpoint::of(value).ok()?.user().ok()
}

/// A field of CSV.
fn quoted(field: &str) -> String {
    format!("\"{}\"", field.replace('"', "\"\""))
}
