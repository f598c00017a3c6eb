//! What a message of the events' dead-letter queue is put on the bus as. There are two kinds: what a
//! rule could not deliver, the event or what the rule made of it, and what a function failed on, a record
//! with the payload inside.

use serde_json::{Value, json};
use shared::state_change::SOURCE;

/// Whom events are about.
#[derive(Debug)]
pub(crate) struct Shop {
    /// The estate's name.
    pub(crate) estate: String,
    /// The data bucket's name.
    pub(crate) bucket: String,
}

/// An event of ours.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    /// What it is.
    pub(crate) detail_type: String,
    /// What it says.
    pub(crate) detail: Value,
}

/// The event that does again what `body` waits for; `None` when no event of ours does. Rules take
/// "Object Created" from this stack, too: nobody but S3 can send its own.
pub(crate) fn event(body: &str, shop: &Shop) -> Option<Event> {
    let message: Value = serde_json::from_str(body).ok()?;
    let is_record = message["requestContext"]["functionArn"].is_string();
    let payload = if is_record {
        &message["requestPayload"]
    } else {
        &message
    };
    match payload["step"].as_str() {
        Some("one") => {
            let id = payload["id"].as_str()?;
            let detail = json!({"estate": shop.estate, "id": id, "deleted": false});
            Some(new("ProductChanged", detail))
        }
        Some("change") => {
            let key = payload["page"].as_str()?;
            let detail = json!({"bucket": {"name": shop.bucket}, "object": {"key": key}});
            Some(new("Object Created", detail))
        }
        Some(_) => None,
        None => of_the_bus(payload),
    }
}

/// `event` as it was, if this stack may send such.
fn of_the_bus(event: &Value) -> Option<Event> {
    let detail_type = event["detail-type"].as_str()?;
    let is_ours = match event["source"].as_str()? {
        SOURCE => true,
        "aws.s3" => detail_type == "Object Created",
        _ => false,
    };
    (is_ours && event["detail"].is_object()).then(|| new(detail_type, event["detail"].clone()))
}

fn new(detail_type: &str, detail: Value) -> Event {
    Event {
        detail_type: detail_type.to_owned(),
        detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &Value) -> Option<Event> {
        let shop = Shop {
            estate: "shop".to_owned(),
            bucket: "data".to_owned(),
        };
        event(&body.to_string(), &shop)
    }

    /// What Lambda leaves of an asynchronous call that failed three times.
    fn record(payload: &Value) -> Value {
        json!({
            "version": "1.0", "timestamp": "2026-11-29T23:30:00.000Z",
            "requestContext": {
                "requestId": "r", "functionArn": "arn:aws:lambda:eu-west-1:1:function:f:$LATEST",
                "condition": "RetriesExhausted", "approximateInvokeCount": 3,
            },
            "requestPayload": payload,
            "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
            "responsePayload": {"errorType": "Retryable"},
        })
    }

    #[test]
    fn what_catalog_pull_or_its_rule_left_is_a_product_that_changed() {
        let step = json!({"step": "one", "id": "4711"});
        let detail = json!({"estate": "shop", "id": "4711", "deleted": false});
        let expected = Some(new("ProductChanged", detail.clone()));
        assert_eq!(of(&record(&step)), expected);
        assert_eq!(of(&step), expected);
        let event = json!({
            "id": "e", "source": SOURCE, "detail-type": "ProductChanged", "detail": detail,
        });
        assert_eq!(of(&event), expected);
    }

    #[test]
    fn what_catalog_cache_or_its_rule_left_is_an_object_again() {
        let key = "raw/single/20261129T233000Z-1a2b.jsonl";
        let step = json!({"step": "change", "page": key});
        let detail = json!({"bucket": {"name": "data"}, "object": {"key": key}});
        let expected = Some(new("Object Created", detail.clone()));
        assert_eq!(of(&record(&step)), expected);
        assert_eq!(of(&step), expected);
        let event = json!({
            "source": "aws.s3", "detail-type": "Object Created", "detail": detail,
        });
        assert_eq!(of(&event), expected);
    }

    #[test]
    fn what_only_aws_can_send_and_what_is_no_event_stays() {
        let call = json!({
            "source": "aws.states", "detail-type": "Step Functions Execution Status Change",
            "detail": {"status": "FAILED"},
        });
        for other in [
            record(&call),
            call,
            json!({"source": "aws.s3", "detail-type": "Object Deleted", "detail": {}}),
            json!({"step": "sweep", "prefix": "raw/products/1/"}),
            json!({"step": "one", "id": 7}),
            json!({"job": "nightly"}),
            json!([]),
        ] {
            assert_eq!(of(&other), None, "{other}");
        }
        let shop = Shop {
            estate: String::new(),
            bucket: String::new(),
        };
        assert_eq!(event("no json", &shop), None);
    }

    /// The rules of the template, each with its lines.
    fn rules(template: &str) -> Vec<(&str, &str)> {
        let blocks = template.split("\n\n");
        blocks
            .filter(|block| block.contains("    Type: AWS::Events::Rule\n"))
            .filter_map(|block| {
                let mut lines = block
                    .lines()
                    .filter(|line| !line.trim_start().starts_with('#'));
                let name = lines.next()?.trim().strip_suffix(':')?;
                Some((name, block))
            })
            .collect()
    }

    #[test]
    fn the_queue_takes_what_any_rule_cannot_deliver() {
        let template = include_str!("../../../../template.yaml");
        let (_, policy) = template
            .split_once("RulesPutWhatTheyCannotDeliver")
            .unwrap();
        let (policy, _) = policy.split_once("\n\n").unwrap();
        let rules = rules(template);
        assert!(rules.len() >= 5, "{rules:?}");
        for (name, rule) in rules {
            let waits = rule.contains("DeadLetterConfig");
            assert!(
                !waits || policy.contains(&format!("!GetAtt {name}.Arn")),
                "{name}"
            );
        }
    }

    #[test]
    fn the_rule_of_single_products_takes_objects_of_this_stack_too() {
        let template = include_str!("../../../../template.yaml");
        let rules = rules(template);
        let (_, rule) = rules
            .iter()
            .find(|(name, _)| *name == "SingleProductRule")
            .unwrap();
        assert!(
            rule.contains(&format!("source: [aws.s3, {SOURCE}]")),
            "{rule}"
        );
    }
}
