//! Replies of GraphQL, which says no with status 200.

use std::time::Duration;

use backend::Answer;
use serde_json::Value;

use super::{NAME, unfinished};
use crate::{
    adapter::AdapterError,
    adapters::{
        listing::{beginning, shape},
        variants::each,
    },
};

/// The longest time a throttled query is asked to wait.
const MOST_WAIT: f64 = 60.0;

/// What Shopify replied.
#[derive(Debug)]
pub(super) enum Reply {
    /// What was asked for.
    Data { data: Value, repaired: bool },
    /// Nothing: the app has used up what it may ask for. So long it takes to earn it again.
    Throttled(Duration),
}

/// Reads a reply.
pub(super) fn reply(answer: &Answer) -> Result<Reply, AdapterError> {
    let mut json = answer.json()?;
    let errors = &json.value["errors"];
    if has_code(errors, "THROTTLED") {
        return Ok(Reply::Throttled(until_restored(&json.value)));
    }
    if has_code(errors, "INTERNAL_SERVER_ERROR") {
        return Err(unfinished("it met an error of its own"));
    }
    if !errors.is_null() && !each(errors).is_empty() || errors.is_string() {
        return Err(refused(&messages(errors)));
    }
    match json.value["data"].take() {
        data @ Value::Object(_) => Ok(Reply::Data {
            data,
            repaired: json.repaired,
        }),
        _ => Err(shape(NAME, "it has neither `data` nor `errors`")),
    }
}

/// Shopify's refusal, in its own words.
pub(super) fn refused(message: &str) -> AdapterError {
    AdapterError::Refused {
        backend: NAME,
        message: beginning(message),
    }
}

fn has_code(errors: &Value, code: &str) -> bool {
    each(errors)
        .iter()
        .any(|error| error["extensions"]["code"] == code)
}

fn messages(errors: &Value) -> String {
    if let Some(message) = errors.as_str() {
        return message.to_owned();
    }
    let each: Vec<&str> = each(errors)
        .iter()
        .filter_map(|error| error["message"].as_str())
        .collect();
    each.join("; ")
}

/// How long until the query's points are there again.
fn until_restored(reply: &Value) -> Duration {
    let cost = &reply["extensions"]["cost"];
    let number = |value: &Value| value.as_f64().filter(|number| number.is_finite());
    let throttle = &cost["throttleStatus"];
    let seconds = match (
        number(&cost["requestedQueryCost"]),
        number(&throttle["currentlyAvailable"]),
        number(&throttle["restoreRate"]),
    ) {
        (Some(needed), Some(available), Some(rate)) if rate > 0.0 => (needed - available) / rate,
        _ => 2.0,
    };
    Duration::from_secs_f64(seconds.ceil().clamp(1.0, MOST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Reply, AdapterError> {
        reply(&Answer::new(200, &[], body.to_owned()))
    }

    #[test]
    fn a_throttled_query_waits_until_its_points_are_there() {
        let body = include_str!("../../../tests/shapes/shopify/throttled.json");
        let Ok(Reply::Throttled(wait)) = read(body) else {
            panic!("not throttled");
        };
        assert_eq!(wait, Duration::from_secs(6));
        let bare = r#"{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}]}"#;
        assert!(matches!(read(bare), Ok(Reply::Throttled(wait)) if wait.as_secs() == 2));
    }

    #[test]
    fn a_refusal_is_in_shopify_s_own_words_and_bounded() {
        let long = "x".repeat(5_000);
        let body = format!(
            r#"{{"errors":[{{"message":"Field 'pric' doesn't exist"}},{{"message":"{long}"}}]}}"#
        );
        let message = read(&body).unwrap_err().to_string();
        assert!(
            message.starts_with("Shopify refuses the request: Field 'pric' doesn't exist; xxx"),
            "{message}"
        );
        assert!(message.len() < 400, "{message}");
        let text = r#"{"errors":"Not Found"}"#;
        assert!(read(text).unwrap_err().to_string().contains("Not Found"));
        assert!(read("{}").unwrap_err().to_string().contains("neither"));
    }

    #[test]
    fn an_error_of_shopify_s_own_is_tried_again() {
        use shared::fault::{Fault, FaultKind};
        let body = r#"{"errors":[{"message":"Internal error","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}"#;
        assert_eq!(read(body).unwrap_err().kind(), FaultKind::Retryable);
    }
}
