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
    (
        "event-filter tells a change by hand once, and ours not at all",
        tells_of_hands_once,
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
    let again = shop.invoke("event-filter", &event);
    assert_eq!(
        again["decision"], "ignore",
        "delivered twice, told once: {again}"
    );
}

/// A call as CloudTrail records it, made in the session `session` of the role `role`.
fn call(id: &str, name: &str, parameters: &Value, role: &str, session: &str) -> Value {
    json!({
        "version": "0", "id": id, "source": "aws.personalize",
        "detail-type": "AWS API Call via CloudTrail", "account": "000000000000",
        "time": "2026-01-01T00:00:00Z", "region": "us-east-1", "resources": [],
        "detail": {
            "userIdentity": {
                "type": "AssumedRole",
                "arn": format!("arn:aws:sts::000000000000:assumed-role/{role}/{session}"),
                "sessionContext": {"sessionIssuer": {"type": "Role", "userName": role}},
            },
            "eventSource": "personalize.amazonaws.com", "eventName": name,
            "requestParameters": parameters, "responseElements": null,
        },
    })
}

fn tells_of_hands_once(shop: &Shop) {
    let arn = |resource: &str| format!("arn:aws:personalize:us-east-1:000000000000:{resource}");
    let solution =
        json!({ "solutionArn": arn("solution/popularity"), "performAutoTraining": true });
    let hand = call("h-1", "UpdateSolution", &solution, "Admin", "ann");
    let told = shop.invoke("event-filter", &hand);
    assert_eq!(told["decision"], "notify", "{told}");
    assert_eq!(told["reason"], "solution `popularity` was changed by hand");
    let again = shop.invoke("event-filter", &hand);
    assert_eq!(again["decision"], "ignore", "{again}");

    let stack = local::deploy::stack::STACK;
    let (role, session) = (
        format!("{stack}-EstateRole-1X2Y"),
        format!("{stack}-estate"),
    );
    let ours = call("h-2", "UpdateSolution", &solution, &role, &session);
    let ignored = shop.invoke("event-filter", &ours);
    assert_eq!(ignored["reason"], "UpdateSolution is our own", "{ignored}");

    let theirs = json!({ "filterArn": arn("filter/of-another-shop") });
    let theirs = call("h-3", "DeleteFilter", &theirs, "Admin", "ann");
    assert_eq!(shop.invoke("event-filter", &theirs)["decision"], "ignore");
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
