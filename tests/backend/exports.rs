//! `export-dataset` and `import-data`: datasets come from the backend by declared queries.

use std::collections::BTreeSet;

use local::workflows::Workflow;
use serde_json::json;
use tests::{Shop, interactions_csv};

pub(crate) const CASES: &[super::Case] = &[
    (
        "import-data exports what is declared, checks it and imports it",
        imports_what_was_exported,
    ),
    (
        "an export takes the place of the one before and leaves other files alone",
        replaces_only_its_own,
    ),
    (
        "a query that scans too much is stopped",
        stops_what_scans_too_much,
    ),
];

const FOLDER: &str = "datasets/full/interactions/";

fn imports_what_was_exported(shop: &Shop) {
    shop.run(Workflow::ApplyEstate)
        .unwrap_or_else(|error| panic!("{error}"));
    let imported = shop
        .run(Workflow::ImportData)
        .unwrap_or_else(|error| panic!("{error}"));
    let rows = |name: &str| {
        let datasets = imported["datasets"].as_array().expect("datasets");
        let dataset = datasets.iter().find(|dataset| dataset["dataset"] == name);
        dataset.expect("the dataset")["rows"].clone()
    };
    assert_eq!(rows("interactions"), 1_200, "{imported}");
    assert_eq!((rows("items"), rows("users")), (json!(40), json!(60)));
    assert_eq!(lines(shop), expected(), "the rows are those of the shop");
}

/// The rows of all exported files of interactions.
fn lines(shop: &Shop) -> BTreeSet<String> {
    let keys = shop.keys(FOLDER);
    let exported = keys.iter().filter(|key| key.contains("/export-"));
    let mut lines = BTreeSet::new();
    for key in exported {
        let text = shop.get(key);
        let mut rows = text.lines();
        assert_eq!(
            rows.next(),
            Some("USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE")
        );
        lines.extend(rows.map(str::to_owned));
    }
    lines
}

fn expected() -> BTreeSet<String> {
    let csv = interactions_csv();
    csv.lines().skip(1).map(str::to_owned).collect()
}

fn replaces_only_its_own(shop: &Shop) {
    let before = shop.keys(FOLDER);
    let by_hand = format!("{FOLDER}by-hand.csv");
    shop.put(&by_hand, interactions_csv());
    export(shop, "second-run");
    let after = shop.keys(FOLDER);
    assert!(after.contains(&by_hand), "{after:?}");
    assert_eq!(after.len(), before.len() + 1, "{before:?} {after:?}");
    assert!(before.iter().all(|key| !after.contains(key)), "{after:?}");
    shop.delete(&by_hand);
}

/// Exports the interactions as the workflow does.
fn export(shop: &Shop, run: &str) {
    let event = json!({ "step": "start", "dataset": "interactions", "importMode": "FULL", "run": run });
    let started = shop.invoke("export-dataset", &event);
    let again = shop.invoke("export-dataset", &event);
    assert_eq!(
        started["queryExecutionId"], again["queryExecutionId"],
        "a repeated start finds the query"
    );
    let check = json!({ "step": "check", "dataset": "interactions", "queryExecutionId": started["queryExecutionId"] });
    while shop.invoke("export-dataset", &check)["state"] == "RUNNING" {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let take = json!({ "step": "take", "dataset": "interactions", "importMode": "FULL", "run": run,
        "queryExecutionId": started["queryExecutionId"], "window": started["window"] });
    let taken = shop.invoke("export-dataset", &take);
    assert_eq!(taken["rows"], 1_200, "{taken}");
}

fn stops_what_scans_too_much(shop: &Shop) {
    let config = "config/personalization.yaml";
    let declared = shop.get(config);
    let tight = declared.replacen("maxBytesScanned: 10737418240", "maxBytesScanned: 1000", 1);
    assert_ne!(tight, declared);
    shop.put(config, tight);
    let refused = shop.run(Workflow::ImportData);
    shop.put(config, declared);
    let refused = refused.expect_err("more than 1,000 bytes are scanned");
    assert!(refused.contains("NotExported") && refused.contains("1000"), "{refused}");
}
