//! `retrain`, `evaluate`, `promote`: trained once, compared, put into service, asked.

use std::time::{Duration, Instant};

use local::{front_door::Fault, workflows::Workflow};
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
    (
        "retrain keeps the version in service when the data was shuffled",
        keeps_out_what_is_worse,
    ),
    (
        "a campaign that fails after promotion is back within a minute",
        goes_back,
    ),
    (
        "a run that came to grief is taken up where it stopped",
        takes_up_what_was_trained,
    ),
];

const INTERACTIONS: &str = "datasets/full/interactions/1.csv";
const TASTE: &str = "user-personalization";
/// An event of one solution.
const ONLY_TASTE: [&str; 1] = [TASTE];

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
                "solutionVersionArn": arn, "previousSolutionVersionArn": null, "look": 3,
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

/// The campaign of the taste, as `promote` finds it.
fn served(shop: &Shop) -> Value {
    let version = shop.campaign_version(TASTE);
    assert!(version.contains(":solution/"), "{version}");
    json!(version)
}

fn keeps_out_what_is_worse(shop: &Shop) {
    let good = shop.get(INTERACTIONS);
    let before = served(shop);
    shop.put(INTERACTIONS, tests::shuffled_interactions_csv());
    shop.run(Workflow::ImportData).expect("the import");
    let output = shop
        .run_with(Workflow::Retrain, &json!({ "solutions": ONLY_TASTE }))
        .expect("the workflow ends well");
    let solution = &output["solutions"][0];
    assert_eq!(solution["decision"], "KEEP", "{output}");
    let reason = solution["reason"].as_str().expect("a reason");
    assert!(reason.contains("worse than"), "{reason}");
    assert_ne!(solution["solutionVersionArn"], before);
    assert_eq!(served(shop), before, "the old version stays in service");
    shop.put(INTERACTIONS, good);
    shop.run(Workflow::ImportData).expect("the import");
}

/// The version is good by its metrics, and its campaign does not answer: only asking shows it.
fn goes_back(shop: &Shop) {
    let before = served(shop);
    let failing = Fault {
        error: 100,
        ..Fault::default()
    };
    let started = Instant::now();
    let failed = shop.with_fault("personalize-runtime", failing, || {
        shop.run_with(Workflow::Retrain, &json!({ "solutions": ONLY_TASTE }))
            .expect_err("the workflow says that it failed")
    });
    assert!(failed.contains("moved back"), "{failed}");
    assert_eq!(served(shop), before);
    let whole = started.elapsed();
    assert!(
        whole < Duration::from_secs(60),
        "training and way back took {whole:?}"
    );
}

/// As if the workflow had died after the training: the version is there, and nobody judged it.
fn takes_up_what_was_trained(shop: &Shop) {
    let version = shop.invoke("retrain", &json!({ "solution": TASTE }));
    let arn = version["solutionVersionArn"].as_str().expect("an ARN");
    assert_eq!(shop.settled(arn)["ok"], true);
    let output = shop
        .run_with(Workflow::Retrain, &json!({ "solutions": ONLY_TASTE }))
        .expect("the workflow ends well");
    assert_eq!(
        output["solutions"][0]["solutionVersionArn"], arn,
        "{output}"
    );
    assert_eq!(output["solutions"][0]["decision"], "PROMOTE", "{output}");
    assert_eq!(served(shop), arn);
    let next = shop.invoke("retrain", &json!({ "solution": TASTE }));
    assert_ne!(
        next["solutionVersionArn"], arn,
        "what was judged is not taken up again"
    );
    let next = next["solutionVersionArn"].as_str().expect("an ARN");
    assert_eq!(shop.settled(next)["ok"], true);
}
