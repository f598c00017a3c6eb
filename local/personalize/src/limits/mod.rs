//! What the service's own models say about requests: required members, lengths, ranges, patterns.
//! Checked before an operation sees a request; what the models cannot say is the operation's part.
//! `limits.json` is written by `tests/conformance/limits.py`.

mod check;
mod path;

use std::{collections::BTreeMap, sync::LazyLock};

use path::Path;
use regex_lite::Regex;
use serde::Deserialize;

use crate::{
    fault::{Fault, FaultKind},
    input::Input,
};

/// The limits of one API.
#[derive(Debug, Deserialize)]
struct Api {
    operations: BTreeMap<String, Operation>,
    shapes: BTreeMap<String, Shape>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    /// The shape of the request.
    input: String,
    /// Whether `InvalidInputException` is one of its errors.
    invalid_input: bool,
}

/// A type of values, as in the service model.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shape {
    r#type: String,
    min: Option<i64>,
    max: Option<i64>,
    /// Of the whole text.
    #[serde(deserialize_with = "whole")]
    pattern: Option<Regex>,
    r#enum: Vec<String>,
    required: Vec<String>,
    members: BTreeMap<String, String>,
    /// The shape of a list's elements.
    member: Option<String>,
    /// The shapes of a map's keys and values.
    key: Option<String>,
    value: Option<String>,
}

/// A pattern that must fit the whole text, as the service takes it.
fn whole<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Regex>, D::Error> {
    let pattern = String::deserialize(deserializer)?;
    let regex = Regex::new(&format!("^(?:{pattern})$"));
    regex.map(Some).map_err(serde::de::Error::custom)
}

/// The three APIs; a test says that all of it can be read.
static APIS: LazyLock<Vec<Api>> =
    LazyLock::new(|| serde_json::from_str(include_str!("limits.json")).unwrap_or_default());

/// Whether a request is one that the models allow.
///
/// # Errors
/// `InvalidInputException` with the path of the member; `ValidationException` from operations that
/// do not have the former.
pub(crate) fn check(operation: &str, input: &Input) -> Result<(), Fault> {
    for api in &*APIS {
        if let Some(found) = api.operations.get(operation) {
            let checked =
                check::structure(&api.shapes, &found.input, &Path::Request, input.members());
            return checked.map_err(|fault| match found.invalid_input {
                true => fault,
                false => Fault::new(FaultKind::Validation, fault.message),
            });
        }
    }
    Ok(())
}

/// The names of all operations.
#[cfg(test)]
pub(crate) fn operations() -> impl Iterator<Item = &'static str> {
    APIS.iter()
        .flat_map(|api| api.operations.keys().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(operation: &str, body: &str) -> Option<Fault> {
        check(operation, &Input::parse(body.as_bytes()).unwrap()).err()
    }

    #[test]
    fn the_models_of_the_three_apis_are_read() {
        let counts: Vec<usize> = APIS.iter().map(|api| api.operations.len()).collect();
        assert_eq!(counts, [71, 3, 5]);
        for api in &*APIS {
            for shape in api.shapes.values() {
                let parts = shape.members.values().chain(&shape.member);
                for part in parts.chain(&shape.key).chain(&shape.value) {
                    assert!(api.shapes.contains_key(part), "{part}");
                }
            }
        }
    }

    #[test]
    fn violations_are_named_by_their_path() {
        let tags = |tag: &str| {
            format!(r#"{{"name":"shop","tags":[{{"tagKey":"a","tagValue":"b"}},{tag}]}}"#)
        };
        for (operation, body, says) in [
            (
                "CreateDatasetGroup",
                "{}".to_owned(),
                "'name': this member is required",
            ),
            (
                "CreateDatasetGroup",
                r#"{"name":"a b"}"#.to_owned(),
                "'name': must match",
            ),
            (
                "CreateDatasetGroup",
                r#"{"name":7}"#.to_owned(),
                "'name': must be a string",
            ),
            (
                "CreateDatasetGroup",
                tags(r#"{"tagKey":"a"}"#),
                "'tags[1].tagValue'",
            ),
            (
                "CreateDatasetGroup",
                tags("7"),
                "'tags[1]': must be an object",
            ),
            (
                "CreateDatasetGroup",
                r#"{"name":"shop","domain":"GARDEN"}"#.to_owned(),
                "'domain': must be one of ECOMMERCE",
            ),
            (
                "ListCampaigns",
                r#"{"maxResults":101}"#.to_owned(),
                "'maxResults': must be at most 100",
            ),
            (
                "PutEvents",
                r#"{"trackingId":"t","sessionId":"s","eventList":[]}"#.to_owned(),
                "'eventList'",
            ),
            (
                "GetRecommendations",
                r#"{"filterValues":{"a b":"x"}}"#.to_owned(),
                "'filterValues.a b'",
            ),
        ] {
            let fault = complaint(operation, &body).unwrap();
            assert_eq!(fault.kind, FaultKind::InvalidInput);
            assert!(fault.message.contains(says), "{body}: {fault}");
        }
        assert_eq!(
            complaint(
                "CreateDatasetGroup",
                &tags(r#"{"tagKey":"c","tagValue":""}"#)
            ),
            None
        );
        let fault = complaint("ListSchemas", r#"{"maxResults":0}"#).unwrap();
        assert_eq!(fault.kind, FaultKind::Validation);
    }
}
