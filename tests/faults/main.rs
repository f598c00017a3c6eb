//! Every workflow while Personalize throttles, fails, takes its time and loses answers, storage
//! throttles and fails, and one Lambda process is killed: each ends right, and nothing is made twice.

#![allow(clippy::expect_used, reason = "in a test a panic is the report")]

use std::collections::BTreeMap;

use aws_sdk_personalize::Client;
use local::{front_door::Fault, workflows::Workflow};
use serde_json::{Value, json};
use tests::{Shop, interactions_csv, items_csv, kill::Killer, products_page, users_csv};

const CONFIG: &str = "config/personalization.yaml";
const JOBS: &str = "
batch:
  - name: nightly
    kind: recommendations
    solution: user-personalization
    input: batch/input/users.jsonl
    numResults: 5
";

/// What Personalize does to every request. `lose` is the worst of it: the request was carried out.
const PERSONALIZE: Fault = Fault {
    throttle: 30,
    error: 5,
    cut: 0,
    lose: 3,
    delay: 2_000,
};
const STORAGE: Fault = Fault {
    throttle: 30,
    error: 5,
    cut: 0,
    lose: 0,
    delay: 200,
};

/// The names under which the emulator reports a process that was killed; AWS has the first two.
const KILLED: [&str; 4] = [
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Runtime.Unknown",
    "Sandbox.Timedout",
];

#[test]
fn every_workflow_ends_right_whatever_fails() {
    let shop = Shop::start(&std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("faults"));
    shop.put("datasets/full/interactions/1.csv", interactions_csv());
    shop.put("datasets/full/items/1.csv", items_csv());
    shop.put("datasets/full/users/1.csv", users_csv());
    shop.put("raw/products/2026-01-01/page-00001.jsonl", products_page());
    shop.put(
        "batch/input/users.jsonl",
        "{\"userId\": \"u1\"}\n{\"userId\": \"u2\"}\n",
    );
    shop.put(CONFIG, format!("{}\n{JOBS}", shop.get(CONFIG)));

    run(&shop, Workflow::ApplyEstate, &json!({}), "estate");
    let declared = made(&shop);

    run(&shop, Workflow::ImportData, &json!({}), "import-job");
    run(&shop, Workflow::Retrain, &json!({}), "promote");
    let refreshed = run(&shop, Workflow::RefreshCatalog, &json!({}), "catalog-cache");
    assert_eq!(refreshed["sweep"]["kept"], 40, "{refreshed}");
    let nightly = json!({ "job": "nightly" });
    let lists = run(&shop, Workflow::BatchRecommend, &nightly, "batch-job");
    assert_eq!(lists["lists"], 2, "{lists}");

    assert_eq!(
        made(&shop),
        BTreeMap::from([
            ("import jobs", 3),
            ("solution versions", 3),
            ("campaigns", 3),
            ("batch inference jobs", 1),
        ])
        .into_iter()
        .chain(declared.into_iter().filter(|(_, count)| *count > 0))
        .collect::<BTreeMap<_, _>>()
    );
    let planned = shop.invoke("estate", &json!({ "action": "plan" }));
    assert_eq!(planned["changes"], 0, "{planned}");
}

/// Runs a workflow to its end through all faults, and has processes of `function` killed meanwhile.
fn run(shop: &Shop, workflow: Workflow, input: &Value, function: &str) -> Value {
    let started = std::time::Instant::now();
    let faults = [
        ("personalize", PERSONALIZE),
        ("dynamodb", STORAGE),
        ("s3", STORAGE),
    ];
    let output = shop.with_faults(&faults, || {
        let killer = Killer::of(function, &shop.endpoint());
        let output = shop.run_with(workflow, input);
        assert!(
            killer.end() > 0,
            "no process of {function} was there to kill"
        );
        output.unwrap_or_else(|error| panic!("{}: {error}", workflow.name()))
    });
    let failures = shop.task_failures(workflow.output());
    let felt = failures
        .iter()
        .filter(|name| KILLED.contains(&name.as_str()));
    assert!(
        felt.count() > 0,
        "the killed {function} was idle: {failures:?}"
    );
    println!(
        "{}: {:.0} s",
        workflow.name(),
        started.elapsed().as_secs_f64()
    );
    output
}

/// How much there is of what could be made twice.
fn made(shop: &Shop) -> BTreeMap<&'static str, usize> {
    shop.ask_personalize(async |client: &Client| {
        let jobs = client.list_dataset_import_jobs().send().await;
        let jobs = jobs.map_err(Box::new)?.dataset_import_jobs().len();
        let versions = client.list_solution_versions().send().await;
        let versions = versions.map_err(Box::new)?.solution_versions().len();
        let campaigns = client.list_campaigns().send().await.map_err(Box::new)?;
        let batch = client.list_batch_inference_jobs().send().await;
        let batch = batch.map_err(Box::new)?.batch_inference_jobs().len();
        let filters = client.list_filters().send().await.map_err(Box::new)?;
        let schemas = client.list_schemas().send().await.map_err(Box::new)?;
        let trackers = client
            .list_event_trackers()
            .send()
            .await
            .map_err(Box::new)?;
        Ok::<_, Box<dyn std::error::Error>>(BTreeMap::from([
            ("import jobs", jobs),
            ("solution versions", versions),
            ("campaigns", campaigns.campaigns().len()),
            ("batch inference jobs", batch),
            ("filters", filters.filters().len()),
            ("schemas", schemas.schemas().len()),
            ("event trackers", trackers.event_trackers().len()),
        ]))
    })
}
