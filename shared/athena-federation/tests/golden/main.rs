//! Messages that others wrote: each is read, written anew in its version, and compared member by
//! member in order; Arrow messages have to have the same framing and the same values.
//!
//! The reference implementation's own messages are read from the folder in
//! `ATHENA_FEDERATION_GOLDEN`, by default `../shared/data/athena-federation` beside the checkout. They
//! are not part of this crate; where they are missing, only this crate's own are compared.

#![allow(clippy::unwrap_used, reason = "tests")]

mod answers;
mod json;

use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use athena_federation::{
    Block, SchemaMessage, SerDe,
    message::{FunctionException, Request, Response},
};
use indexmap::IndexMap;

use crate::json::{Json, compare_framing, json, name};

/// What messages written by newer implementations have besides.
const UNKNOWN: [&str; 1] = ["newField"];

#[test]
fn own_messages_are_read_and_written() {
    let mut compared = 0;
    for version in SerDe::ALL {
        let path = format!(
            "{}/tests/messages/v{}.jsonl",
            env!("CARGO_MANIFEST_DIR"),
            version.number()
        );
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let written = round_trip(line, version);
            compare(&json(line), &json(&written), &path);
            // Our own Arrow messages are the same to the byte, too.
            assert_eq!(line, written, "{path}");
            compared += 1;
        }
    }
    assert_eq!(compared, 2 * 18 + 2 * 20);
}

#[test]
fn the_reference_messages_are_read_and_written() {
    let Some(folder) = reference() else {
        return;
    };
    let mut compared = 0;
    for version in SerDe::ALL {
        for path in files(&folder.join(format!("v{}", version.number()))) {
            compare_file(&path, version);
            compared += 1;
        }
        for path in files(&folder) {
            compare_file(&path, version);
            compared += 1;
        }
    }
    assert!(compared > 0, "{} has no messages", folder.display());
    eprintln!("{compared} messages of the reference implementation compared");
}

/// The folder of the reference implementation's messages, if it is there.
fn reference() -> Option<PathBuf> {
    let folder = std::env::var_os("ATHENA_FEDERATION_GOLDEN").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/athena-federation"),
        PathBuf::from,
    );
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!(
        "{} is not there: only this crate's own messages are compared; set ATHENA_FEDERATION_GOLDEN",
        folder.display()
    );
    None
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect()
}

fn compare_file(path: &Path, version: SerDe) {
    let text = std::fs::read_to_string(path).unwrap();
    let place = path.display().to_string();
    let written = round_trip(&text, version);
    compare(&json(&text), &json(&written), &place);
}

/// Reads `text`, writes what was read anew as `version` has it.
fn round_trip(text: &str, version: SerDe) -> String {
    let written = match &json(text) {
        Json::Object(members) if members.contains_key("errorType") => {
            let error: FunctionException = serde_json::from_str(text).unwrap();
            serde_json::to_vec(&error).unwrap()
        }
        Json::Object(members) if name(members).ends_with("Request") => {
            let request = Request::from_json(text.as_bytes()).unwrap();
            request.in_version(version).unwrap().to_json().unwrap()
        }
        Json::Object(_) => {
            let response = Response::from_json(text.as_bytes()).unwrap();
            response.in_version(version).unwrap().to_json().unwrap()
        }
        other => panic!("not a message: {other:?}"),
    };
    String::from_utf8(written).unwrap()
}

fn compare(theirs: &Json, ours: &Json, place: &str) {
    match (theirs, ours) {
        (Json::Object(theirs), Json::Object(ours)) if theirs.contains_key("aId") => {
            assert_eq!(theirs["aId"], ours["aId"], "{place}");
            assert!(theirs.keys().eq(ours.keys()), "{place}");
            compare_framing(&theirs["schema"], &ours["schema"], place);
            compare_framing(&theirs["records"], &ours["records"], place);
            assert_eq!(batch(theirs), batch(ours), "{place}");
        }
        (Json::Object(theirs), Json::Object(ours)) => {
            let known = theirs
                .iter()
                .filter(|(name, _)| !UNKNOWN.contains(&name.as_str()));
            let names: Vec<_> = known.clone().map(|(name, _)| name).collect();
            assert_eq!(names, ours.keys().collect::<Vec<_>>(), "{place}");
            for ((name, theirs), ours) in known.zip(ours.values()) {
                let place = format!("{place} {name}");
                if name == "schema" || name == "outputSchema" {
                    compare_framing(theirs, ours, &place);
                    assert_eq!(schema(theirs), schema(ours), "{place}");
                } else {
                    compare(theirs, ours, &place);
                }
            }
        }
        (Json::Array(theirs), Json::Array(ours)) => {
            assert_eq!(theirs.len(), ours.len(), "{place}");
            for (theirs, ours) in theirs.iter().zip(ours) {
                compare(theirs, ours, place);
            }
        }
        _ => assert_eq!(theirs, ours, "{place}"),
    }
}

fn text(value: &Json) -> String {
    match value {
        Json::Text(text) => text.clone(),
        other => panic!("{other:?} is no text"),
    }
}

fn schema(message: &Json) -> arrow_schema::SchemaRef {
    let message: SchemaMessage = serde_json::from_value(text(message).into()).unwrap();
    message.schema().unwrap()
}

fn batch(block: &IndexMap<String, Json>) -> RecordBatch {
    let block = serde_json::json!({
        "aId": "", "schema": text(&block["schema"]), "records": text(&block["records"]),
    });
    serde_json::from_value::<Block>(block)
        .unwrap()
        .batch()
        .unwrap()
}
