//! JSON whose members keep their order.

use indexmap::IndexMap;
use serde::Deserialize;

/// JSON whose members keep their order.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Json {
    Object(IndexMap<String, Json>),
    Array(Vec<Json>),
    Text(String),
    Number(serde_json::Number),
    Bool(bool),
    Null,
}

/// The name of a message.
pub(crate) fn name(members: &IndexMap<String, Json>) -> &str {
    match members.first() {
        Some((name, Json::Text(kind))) if name == "@type" => kind,
        first => panic!("a message begins with its type, not with {first:?}"),
    }
}

/// `text` as JSON.
pub(crate) fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

/// Both have the continuation mark, or neither; both are empty, or neither is.
pub(crate) fn compare_framing(theirs: &Json, ours: &Json, place: &str) {
    let mark = |message: &Json| match message {
        Json::Text(text) => (text.is_empty(), text.starts_with("/////")),
        other => panic!("{place}: {other:?} is no Arrow message"),
    };
    assert_eq!(mark(theirs), mark(ours), "{place}");
}
