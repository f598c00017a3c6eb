//! One field: who asks, what is asked, what GraphQL gets.

use serde::Deserialize;
use serde_json::{Value, json};
use shared::{
    caller::Caller,
    metrics::{self, Unit},
};

use crate::{call::call, error::ExperimentsError, http::Service};

/// Who may ask besides backends.
const ADMINS: &str = "admins";

/// One field of a GraphQL operation (AppSync developer guide, "Direct Lambda resolver").
#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    #[serde(default)]
    arguments: Value,
    #[serde(default)]
    identity: Value,
    info: Info,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    field_name: String,
}

/// The function.
#[derive(Debug)]
pub(crate) struct Experiments {
    pub(crate) service: Service,
    /// Where a token has the user's id.
    pub(crate) claim: String,
}

impl Experiments {
    /// The field's value.
    pub(crate) async fn answer(&self, event: Event) -> Result<Value, ExperimentsError> {
        let field = event.info.field_name.clone();
        let answer = self.ask(event).await;
        let data = [
            ("Requests", Unit::Count, 1.0),
            (
                "Failures",
                Unit::Count,
                f64::from(u8::from(answer.is_err())),
            ),
        ];
        metrics::emit("experiments", &[("field", &field)], &data);
        answer
    }

    async fn ask(&self, event: Event) -> Result<Value, ExperimentsError> {
        let caller = Caller::new(&event.identity, &self.claim)?;
        caller.administrates(ADMINS)?;
        let field = &event.info.field_name;
        let call = call(field, &event.arguments)?;
        Ok(shown(field, self.service.ask(&call).await?))
    }
}

/// What GraphQL shows of the service's answer: the fields of the schema, and under `json` all of it, as
/// the text that `AWSJSON` is.
fn shown(field: &str, answer: Value) -> Value {
    match field {
        "experiments" => {
            let experiments = answer["experiments"].as_array().cloned();
            experiments
                .unwrap_or_default()
                .into_iter()
                .map(experiment)
                .collect()
        }
        "experimentResults" => results(answer),
        "planExperiment" => answer,
        "experimentReport" | "holdOutReport" => json!({ "html": answer }),
        "holdOut" | "setHoldOut" => answer["holdOut"].clone(),
        "holdOutResults" => with_json(answer),
        _ => experiment(answer),
    }
}

fn experiment(answer: Value) -> Value {
    let mut answer = with_json(answer);
    answer["status"] = status(&answer["status"]);
    answer
}

fn with_json(mut answer: Value) -> Value {
    answer["json"] = answer.to_string().into();
    answer
}

/// `running`, or of one that is decided `decided`.
fn status(status: &Value) -> Value {
    let decided = status.as_object().and_then(|status| status.keys().next());
    decided.map_or_else(|| status.clone(), |decided| decided.as_str().into())
}

fn results(answer: Value) -> Value {
    let mut answer = with_json(answer);
    answer["id"] = answer["experiment"]["id"].clone();
    answer["status"] = status(&answer["experiment"]["status"]);
    answer["advice"] = answer["advice"].to_string().into();
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(identity: &Value) -> Event {
        let event = json!({
            "arguments": {}, "identity": identity, "info": {"fieldName": "experiments"},
        });
        serde_json::from_value(event).unwrap()
    }

    #[tokio::test]
    async fn nobody_but_administrators_gets_further() {
        let experiments = Experiments {
            service: Service::new(""),
            claim: "username".to_owned(),
        };
        let anonymous = experiments.answer(event(&json!(null))).await.unwrap_err();
        assert!(anonymous.to_string().contains("admins"), "{anonymous}");
        let backend = experiments.answer(event(&json!({"userArn": "arn"}))).await;
        assert_eq!(backend, Err(ExperimentsError::NotDeployed));
    }

    #[test]
    fn a_decided_experiment_has_a_plain_status() {
        let answer = json!({"id": "a", "status": {"decided": {"winner": "new"}}});
        let shown = shown("experiment", answer);
        assert_eq!(shown["status"], "decided");
        assert!(shown["json"].as_str().unwrap().contains("winner"));
    }
}
