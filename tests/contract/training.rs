//! `retrain`, `evaluate`, `promote`: trained once, compared, put into service, asked.

use serde_json::{Value, json};
use tests::Shop;

pub(crate) const CASES: &[super::Case] = &[
    (
        "retrain names a solution that is not declared",
        names_an_unknown_solution,
    ),
    (
        "retrain, evaluate and promote put a first version into service",
        first_version,
    ),
    (
        "promote does not move to the version in service",
        already_in_service,
    ),
    (
        "evaluate keeps what is already in service",
        keeps_what_is_in_service,
    ),
    (
        "evaluate keeps a version under the floor",
        keeps_under_the_floor,
    ),
];

fn names_an_unknown_solution(shop: &Shop) {
    let failure = shop.invoke_wrongly("retrain", &json!({ "solution": "taste" }));
    assert_eq!(failure.error_type, "InvalidInput");
    assert!(
        failure.message.contains("user-personalization"),
        "{}",
        failure.message
    );
}

fn first_version(shop: &Shop) {
    for solution in ["user-personalization", "similar-items", "popularity"] {
        let version = shop.invoke("retrain", &json!({ "solution": solution }));
        let again = shop.invoke("retrain", &json!({ "solution": solution }));
        let arn = version["solutionVersionArn"].as_str().expect("an ARN");
        assert_eq!(
            again["solutionVersionArn"], arn,
            "a running training is not doubled"
        );
        let status = shop.settled(arn);
        assert_eq!(status["ok"], true, "{status}");

        let evaluation = evaluate(shop, solution, arn);
        assert_eq!(evaluation["decision"], "PROMOTE", "{evaluation}");
        assert_eq!(evaluation["inService"], Value::Null);
        assert!(
            evaluation["metrics"]["coverage"]
                .as_f64()
                .is_some_and(|share| share > 0.0)
        );

        let moved = shop.invoke("promote", &moving(solution, arn));
        let campaign = moved["campaignArn"].as_str().expect("an ARN");
        assert_eq!(shop.settled(campaign)["ok"], true);
        let verified = shop.invoke(
            "promote",
            &json!({
                "action": "verify", "solution": solution, "campaignArn": campaign,
                "previousSolutionVersionArn": null,
            }),
        );
        assert_eq!(verified["healthy"], true, "{verified}");
        assert!(
            verified["answers"]
                .as_u64()
                .is_some_and(|answers| answers > 0),
            "{verified}"
        );
    }
}

fn already_in_service(shop: &Shop) {
    let arn = in_service(shop);
    let moved = shop.invoke("promote", &moving("popularity", &arn));
    assert_eq!(moved["status"], "ACTIVE", "no update was started: {moved}");
}

fn keeps_what_is_in_service(shop: &Shop) {
    let arn = in_service(shop);
    let evaluation = evaluate(shop, "popularity", &arn);
    assert_eq!(evaluation["decision"], "KEEP", "{evaluation}");
}

fn keeps_under_the_floor(shop: &Shop) {
    let key = "config/personalization.yaml";
    let config = shop.get(key);
    shop.put(key, config.replace("floor: 0.0005", "floor: 0.999"));
    let version = shop.invoke("retrain", &json!({ "solution": "similar-items" }));
    let arn = version["solutionVersionArn"].as_str().expect("an ARN");
    assert_eq!(shop.settled(arn)["ok"], true);
    let evaluation = evaluate(shop, "similar-items", arn);
    shop.put(key, config);
    assert_eq!(evaluation["decision"], "KEEP", "{evaluation}");
    assert!(
        evaluation["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("0.999"))
    );
    let report = shop.get(evaluation["report"].as_str().expect("a report"));
    assert!(report.contains("KEEP"), "{report}");
}

fn evaluate(shop: &Shop, solution: &str, arn: &str) -> Value {
    shop.invoke(
        "evaluate",
        &json!({ "solution": solution, "solutionVersionArn": arn }),
    )
}

fn moving(solution: &str, arn: &str) -> Value {
    json!({ "action": "move", "solution": solution, "solutionVersionArn": arn })
}

/// The version of `popularity` that is in service, as its evaluation reports it.
fn in_service(shop: &Shop) -> String {
    let reports = shop.keys("reports/evaluate/popularity/");
    let report: Value = serde_json::from_str(&shop.get(&reports[0])).expect("JSON");
    report["solutionVersionArn"]
        .as_str()
        .expect("an ARN")
        .to_owned()
}
