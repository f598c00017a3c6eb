//! `event-filter`: which changes start a workflow, which are told to a person, which are noise.

use serde_json::{Value, json};
use tests::Shop;

pub(crate) const CASES: &[super::Case] = &[
    (
        "event-filter starts the workflow an ACTIVE campaign calls for, once",
        starts_once,
    ),
    ("event-filter tells of a failure", tells_of_a_failure),
    (
        "event-filter leaves other changes alone",
        leaves_others_alone,
    ),
];

fn change(id: &str, kind: &str, status: &str) -> Value {
    json!({
        "version": "0", "id": id, "source": "retail.personalization",
        "detail-type": "Personalize Resource State Change", "account": "000000000000",
        "time": "2026-01-01T00:00:00Z", "region": "us-east-1", "resources": [],
        "detail": {
            "estate": "shop", "kind": kind, "name": "popularity", "status": status,
            "arn": format!("arn:aws:personalize:us-east-1:000000000000:{kind}/popularity"),
            "previousStatus": "CREATE IN_PROGRESS",
            "failureReason": if status.ends_with("FAILED") { json!("no data") } else { Value::Null },
        },
    })
}

fn starts_once(shop: &Shop) {
    // By now promotions may have started some: count the difference.
    let event = change("6a7e8feb-b491-4cf7-a9f1-bf3703467718", "campaign", "ACTIVE");
    let before = shop.executions("RefreshCatalogStateMachineArn");
    let first = shop.invoke("event-filter", &event);
    assert_eq!(first["decision"], "start-workflow", "{first}");
    assert_eq!(
        shop.invoke("event-filter", &event)["decision"],
        "start-workflow"
    );
    assert_eq!(
        shop.executions("RefreshCatalogStateMachineArn"),
        before + 1,
        "redelivered, not doubled"
    );
}

fn tells_of_a_failure(shop: &Shop) {
    let event = change(
        "0f3a1f43-9f26-4d0b-8b3e-3c6a5b0e9c11",
        "solutionVersion",
        "CREATE FAILED",
    );
    let answer = shop.invoke("event-filter", &event);
    assert_eq!(answer["decision"], "notify", "{answer}");
}

fn leaves_others_alone(shop: &Shop) {
    let pending = shop.invoke("event-filter", &change("1", "campaign", "CREATE PENDING"));
    assert_eq!(pending["decision"], "ignore", "{pending}");
    assert!(
        pending["reason"]
            .as_str()
            .is_some_and(|reason| !reason.is_empty())
    );
    let mut foreign = change("2", "campaign", "ACTIVE");
    foreign["source"] = json!("somebody.else");
    assert_eq!(shop.invoke("event-filter", &foreign)["decision"], "ignore");
}
