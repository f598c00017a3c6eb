//! What each field asks of the service. Nothing of a caller becomes part of a path but an id that is one.

use serde_json::{Value, json};

use crate::error::ExperimentsError;

/// The longest id; the service's own rule.
const ID_MAX: usize = 64;

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Reads.
    Get,
    /// Computes, and changes nothing.
    Compute,
    /// Changes something.
    Post,
    /// Replaces something, as often as it is sent.
    Put,
}

/// A request to the service.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    /// What it does.
    pub(crate) verb: Verb,
    /// The path.
    pub(crate) path: String,
    /// What is sent; nothing with a GET.
    pub(crate) body: Option<Value>,
}

impl Verb {
    /// Whether it may be sent again when nobody knows what became of it.
    pub(crate) fn is_repeatable(self) -> bool {
        self != Self::Post
    }
}

/// The request for `field` with `arguments`.
///
/// # Errors
/// When the field or an argument is none.
pub(crate) fn call(field: &str, arguments: &Value) -> Result<Call, ExperimentsError> {
    let of = |step: &str| id(arguments).map(|id| format!("/v1/experiments/{id}{step}"));
    match field {
        "experiments" => Ok(get("/v1/experiments".to_owned())),
        "experiment" => Ok(get(of("")?)),
        "experimentReport" => Ok(get(of("/report")?)),
        "holdOut" => Ok(get("/v1/hold-out".to_owned())),
        "holdOutResults" => Ok(get("/v1/hold-out/results".to_owned())),
        "holdOutReport" => Ok(get("/v1/hold-out/report".to_owned())),
        "setHoldOut" => {
            let mut to = json!({"salt": arguments["salt"], "share": arguments["share"]});
            if let Some(event) = arguments["event"].as_str() {
                to["event"] = event.into();
            }
            Ok(Call {
                verb: Verb::Put,
                ..post("/v1/hold-out".to_owned(), json!({"holdOut": to}))
            })
        }
        "experimentResults" => Ok(get(of("/results")?)),
        "planExperiment" => Ok(Call {
            verb: Verb::Compute,
            ..post("/v1/plan".to_owned(), input(arguments)?)
        }),
        "defineExperiment" => Ok(post("/v1/experiments".to_owned(), input(arguments)?)),
        "startExperiment" => Ok(post(of("/start")?, json!({}))),
        "pauseExperiment" => Ok(post(of("/pause")?, json!({}))),
        "resumeExperiment" => Ok(post(of("/resume")?, json!({}))),
        "stopExperiment" => Ok(post(of("/stop")?, json!({}))),
        "rampExperiment" => Ok(post(of("/ramp")?, json!({"ramp": arguments["ramp"]}))),
        "decideExperiment" => Ok(post(of("/decide")?, json!({"winner": arguments["winner"]}))),
        other => Err(ExperimentsError::Field(other.to_owned())),
    }
}

fn get(path: String) -> Call {
    Call {
        verb: Verb::Get,
        path,
        body: None,
    }
}

fn post(path: String, body: Value) -> Call {
    Call {
        verb: Verb::Post,
        path,
        body: Some(body),
    }
}

fn id(arguments: &Value) -> Result<&str, ExperimentsError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let id = arguments["id"].as_str().unwrap_or_default();
    // Two dots alone are a step up in a path.
    let dots = id.chars().all(|c| c == '.');
    if dots || id.len() > ID_MAX || !id.chars().all(plain) {
        return Err(ExperimentsError::Argument {
            argument: "id",
            problem: format!("1 to {ID_MAX} letters, digits, '-', '_' and '.'"),
        });
    }
    Ok(id)
}

/// An `AWSJSON` argument: AppSync hands on the text, some emulators what is in it.
fn input(arguments: &Value) -> Result<Value, ExperimentsError> {
    let wrong = |problem: String| ExperimentsError::Argument {
        argument: "input",
        problem,
    };
    let input = match &arguments["input"] {
        Value::String(text) => {
            serde_json::from_str(text).map_err(|error| wrong(format!("no JSON: {error}")))?
        }
        other => other.clone(),
    };
    match input.is_object() {
        true => Ok(input),
        false => Err(wrong("a JSON object is wanted".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_requests() {
        let ramp = call("rampExperiment", &json!({"id": "a", "ramp": 500})).unwrap();
        assert_eq!(ramp.path, "/v1/experiments/a/ramp");
        assert_eq!(ramp.body, Some(json!({"ramp": 500})));
        let defined = call("defineExperiment", &json!({"input": "{\"id\": \"a\"}"})).unwrap();
        assert_eq!(defined.body, Some(json!({"id": "a"})));
        assert_eq!(call("experiments", &json!({})).unwrap().verb, Verb::Get);
        let held = json!({"salt": "quiet", "share": 200, "event": null});
        let held = call("setHoldOut", &held).unwrap();
        let to = json!({"salt": "quiet", "share": 200});
        assert_eq!(held.body, Some(json!({ "holdOut": to })));
        let report = call("holdOutReport", &json!({})).unwrap();
        assert_eq!(report.path, "/v1/hold-out/report");
    }

    #[test]
    fn no_argument_leads_elsewhere() {
        for id in ["", ".", "..", "a/b", "a?b", "é", &"a".repeat(65)] {
            let refused = call("startExperiment", &json!({"id": id}));
            assert!(refused.is_err(), "{id}");
        }
        assert!(call("defineExperiment", &json!({"input": "[]"})).is_err());
        assert!(call("dropTables", &json!({})).is_err());
    }
}
