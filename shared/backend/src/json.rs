//! JSON as shops write it: mostly valid.
//!
//! One product with a broken text must not take its page with it. Bytes that are no UTF-8, half of a
//! surrogate pair (a text cut in the middle of an emoji) and numbers that JSON does not have (`NaN`,
//! `Infinity`) are replaced, and the document is marked, so that the records they are in can be refused.

use std::borrow::Cow;

use serde_json::Value;

use crate::{answer::Json, error::BackendError};

/// What stands for text that is none.
pub(crate) const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// Reads `body`, repaired where it has to be.
pub(crate) fn parse(body: &[u8]) -> Result<Json, BackendError> {
    let text = String::from_utf8_lossy(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body));
    let lossy = matches!(text, Cow::Owned(_));
    let error = match serde_json::from_str(&text) {
        Ok(value) => {
            return Ok(Json {
                value,
                repaired: lossy,
            });
        }
        Err(error) => error,
    };
    let value: Option<Value> = repaired(&text).and_then(|text| serde_json::from_str(&text).ok());
    match value {
        Some(value) => Ok(Json {
            value,
            repaired: true,
        }),
        None => Err(BackendError::Unreadable(format!("no JSON: {error}"))),
    }
}

/// Whether a repaired text is in `value`.
pub(crate) fn has_replacement(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(REPLACEMENT),
        Value::Array(values) => values.iter().any(has_replacement),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains(REPLACEMENT) || has_replacement(value)),
        _ => false,
    }
}

/// `text` with halves of surrogate pairs and numbers that are none replaced; `None` when it has none.
fn repaired(text: &str) -> Option<String> {
    let mut repaired = String::with_capacity(text.len());
    let (mut rest, mut in_string, mut changed) = (text, false, false);
    while let Some(first) = rest.chars().next() {
        let (taken, instead) = if in_string {
            in_text(rest)
        } else {
            between_texts(rest)
        };
        in_string ^= first == '"';
        changed |= instead.is_some();
        repaired.push_str(instead.unwrap_or(&rest[..taken]));
        rest = &rest[taken..];
    }
    changed.then_some(repaired)
}

/// How much of a string's `rest` belongs together, and what is to stand there instead.
fn in_text(rest: &str) -> (usize, Option<&'static str>) {
    if !rest.starts_with('\\') {
        return (rest.chars().next().map_or(1, char::len_utf8), None);
    }
    match surrogate(rest) {
        Some(0xD800..=0xDBFF) if matches!(rest.get(6..).and_then(surrogate), Some(0xDC00..)) => {
            (12, None)
        }
        Some(_) => (6, Some("\\ufffd")),
        // The escaped character goes with its backslash: `\"` ends no string.
        None => (1 + rest[1..].chars().next().map_or(0, char::len_utf8), None),
    }
}

/// The same outside of strings.
fn between_texts(rest: &str) -> (usize, Option<&'static str>) {
    let known = ["NaN", "-NaN", "Infinity", "-Infinity"];
    match known.into_iter().find(|word| rest.starts_with(word)) {
        Some(word) => (word.len(), Some("null")),
        None => (rest.chars().next().map_or(1, char::len_utf8), None),
    }
}

/// The half of a surrogate pair that `text` begins with.
fn surrogate(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let unit = u16::from_str_radix(digits, 16).ok()?;
    (0xD800..=0xDFFF).contains(&unit).then_some(unit)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: &[u8]) -> (Value, bool) {
        let json = parse(body).unwrap();
        (json.value, json.repaired)
    }

    #[test]
    fn a_sound_document_is_left_alone() {
        let body = r#"{"a":"NaN \ud83d\ude00 \\ud83d \"","b":[1,null]}"#;
        let expected = json!({"a": "NaN 😀 \\ud83d \"", "b": [1, null]});
        assert_eq!(read(body.as_bytes()), (expected, false));
        assert_eq!(read(b"\xEF\xBB\xBF[]"), (json!([]), false));
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        let (value, repaired) = read(b"[{\"t\":\"caf\xE9\"},{\"t\":\"fine\"}]");
        assert!(repaired && has_replacement(&value[0]) && !has_replacement(&value[1]));
    }

    #[test]
    fn half_an_emoji_and_no_number_are_replaced() {
        let body = r#"[{"t":"cut \ud83d"},{"t":"\ude00 cut \" \ud83d\ud83d\ude00"},{"p":NaN},{"p":-Infinity}]"#;
        let expected = json!([{"t": "cut \u{fffd}"}, {"t": "\u{fffd} cut \" \u{fffd}😀"}, {"p": null}, {"p": null}]);
        assert_eq!(read(body.as_bytes()), (expected, true));
    }

    #[test]
    fn what_is_no_document_is_an_error_with_its_place() {
        for body in ["", "<html>", "[1", "[NaN", "{\"a\":\"\\ud8\"}", "\"\\"] {
            let error = parse(body.as_bytes()).unwrap_err().to_string();
            assert!(
                error.contains("no JSON") && error.contains("line 1"),
                "{error}"
            );
        }
    }
}
