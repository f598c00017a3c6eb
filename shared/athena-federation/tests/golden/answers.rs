//! Requests that others wrote, answered by a server: the answers have the members of theirs, in order,
//! and Arrow messages as the request's version has them.

use std::{path::Path, sync::Arc};

use arrow_array::{RecordBatch, new_null_array};
use arrow_schema::{DataType, Field, Schema};
use athena_federation::{
    Block, SerDe, SourceError,
    message::{Request, TableName},
    server::{Read, Rows, Server, Source, SpillSpace, Table},
    spill::{LocalKeys, MemoryStore},
};
use indexmap::IndexMap;

use crate::json::{Json, compare_framing, json, name};

/// A table of one row without values.
struct Blank;

impl Source for Blank {
    fn kind(&self) -> &str {
        "blank"
    }

    async fn schemas(&self) -> Result<Vec<String>, SourceError> {
        Ok(vec!["test-schema".into()])
    }

    async fn tables(&self, _schema: &str) -> Result<Vec<String>, SourceError> {
        Ok(vec!["table1".into(), "table5".into()])
    }

    async fn table(&self, _name: &TableName) -> Result<Table, SourceError> {
        let day = Field::new("day", DataType::Int32, true);
        Ok(Table::new(Arc::new(Schema::new(vec![day]))))
    }

    async fn read(&self, read: &Read, rows: &mut Rows) -> Result<(), SourceError> {
        let fields = read.columns.fields().iter();
        let columns = fields
            .map(|field| new_null_array(field.data_type(), 1))
            .collect();
        let batch = RecordBatch::try_new(read.columns.clone(), columns);
        rows.push(batch.map_err(SourceError::failed)?).await
    }
}

#[tokio::test]
async fn own_requests_are_answered() {
    for version in SerDe::ALL {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/messages");
        let path = format!("{folder}/v{}.jsonl", version.number());
        let text = std::fs::read_to_string(path).unwrap();
        let messages: Vec<_> = text.lines().map(|line| (line, json(line))).collect();
        let mut answered = 0;
        for (request, _) in messages.iter().filter(|(line, _)| is_request(line)) {
            let Some(ours) = answer(request).await else {
                continue;
            };
            let theirs = messages
                .iter()
                .find(|(_, theirs)| kind(theirs) == kind(&ours));
            compare_shape(&theirs.unwrap().1, &ours, kind(&ours), tells(request));
            answered += 1;
        }
        assert_eq!(answered, if version >= SerDe::V4 { 8 } else { 7 });
    }
}

#[tokio::test]
async fn the_reference_requests_are_answered() {
    let Some(folder) = crate::reference() else {
        return;
    };
    let mut answered = 0;
    for part in ["", "v2", "v3", "v4", "v5"] {
        for path in crate::files(&folder.join(part)) {
            let request = std::fs::read_to_string(&path).unwrap();
            if is_request(&request) {
                answered += u32::from(compare_answer(&path, &request).await);
            }
        }
    }
    eprintln!("{answered} requests of the reference implementation answered");
    assert!(answered > 0);
}

async fn compare_answer(path: &Path, request: &str) -> bool {
    let Some(ours) = answer(request).await else {
        return false;
    };
    let theirs = path.with_file_name(format!("{}.json", kind(&ours)));
    if let Ok(theirs) = std::fs::read_to_string(theirs) {
        compare_shape(
            &json(&theirs),
            &ours,
            &path.display().to_string(),
            tells(request),
        );
    }
    true
}

/// The answer to `request`; `None` for what no source here takes, which is refused.
async fn answer(request: &str) -> Option<Json> {
    // The places that the messages name.
    let parsed = Request::from_json(request.as_bytes()).unwrap();
    let (bucket, prefix) = match &parsed {
        Request::ReadRecords(read) => {
            let place = &read.split.spill_location;
            (
                place.bucket.clone(),
                place.key.split('/').next().unwrap().to_owned(),
            )
        }
        _ => ("spilled".to_owned(), "spill".to_owned()),
    };
    // A token is the server's own.
    let request = request.replace("\"test-continuation-token\"", "null");
    let spill = SpillSpace::new(MemoryStore::default(), LocalKeys, bucket, prefix);
    match Server::new(Blank, spill).answer(request.as_bytes()).await {
        Ok(answer) => Some(json(&String::from_utf8(answer.body).unwrap())),
        Err(error) => {
            let refused = match parsed {
                Request::UserDefinedFunction(_) => "has no function",
                _ => "takes no queries in a language of its own",
            };
            assert!(error.to_string().contains(refused), "{error}");
            None
        }
    }
}

fn is_request(text: &str) -> bool {
    matches!(&json(text), Json::Object(members)
        if members.contains_key("@type") && name(members).ends_with("Request"))
}

fn kind(message: &Json) -> &str {
    match message {
        Json::Object(members) => name(members),
        other => panic!("not a message: {other:?}"),
    }
}

/// Whether the request tells how Arrow messages in the answer have to be.
fn tells(request: &str) -> bool {
    Request::from_json(request.as_bytes())
        .unwrap()
        .version()
        .is_some()
}

/// Compares names and order of members, not what is in them.
fn compare_shape(theirs: &Json, ours: &Json, place: &str, framed: bool) {
    match (theirs, ours) {
        (Json::Object(theirs), Json::Object(ours)) => {
            // These have names of the source's own.
            if place.ends_with("properties") || place.ends_with("capabilities") {
                return;
            }
            assert!(theirs.keys().eq(ours.keys()), "{place}: {:?}", ours.keys());
            for ((name, theirs), ours) in theirs.iter().zip(ours.values()) {
                let place = format!("{place} {name}");
                if framed && matches!(name.as_str(), "schema" | "records") && is_text(theirs) {
                    compare_framing(theirs, ours, &place);
                }
                compare_shape(theirs, ours, &place, framed);
            }
            readable(ours);
        }
        (Json::Array(theirs), Json::Array(ours)) => {
            for (theirs, ours) in theirs.iter().zip(ours) {
                compare_shape(theirs, ours, place, framed);
            }
        }
        (Json::Text(_), Json::Null) | (Json::Null, Json::Text(_)) => {}
        (theirs, ours) => {
            let same = std::mem::discriminant(theirs) == std::mem::discriminant(ours);
            assert!(same, "{place}: {theirs:?} and {ours:?}");
        }
    }
}

fn is_text(value: &Json) -> bool {
    matches!(value, Json::Text(_))
}

/// Rows that are answered can be read.
fn readable(members: &IndexMap<String, Json>) {
    if let [Some(Json::Text(schema)), Some(Json::Text(records))] =
        ["schema", "records"].map(|name| members.get(name))
    {
        let block = serde_json::json!({"aId": "", "schema": schema, "records": records});
        let block: Block = serde_json::from_value(block).unwrap();
        assert_eq!(block.batch().unwrap().num_rows(), 1);
    }
}
