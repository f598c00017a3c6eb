//! `export-dataset` and `import-data`: datasets come from the backend by declared queries.

use local::workflows::Workflow;
use serde_json::json;
use tests::{Shop, interactions_csv, rows_of};

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
    assert_eq!(
        shop.exported(FOLDER),
        rows_of(&interactions_csv()),
        "the rows are those of the shop"
    );
}

fn replaces_only_its_own(shop: &Shop) {
    let before = shop.keys(FOLDER);
    let by_hand = format!("{FOLDER}by-hand.csv");
    shop.put(&by_hand, interactions_csv());
    assert_eq!(shop.export("interactions", "second-run")["rows"], 1_200);
    let after = shop.keys(FOLDER);
    assert!(after.contains(&by_hand), "{after:?}");
    assert_eq!(after.len(), before.len() + 1, "{before:?} {after:?}");
    assert!(before.iter().all(|key| !after.contains(key)), "{after:?}");
    shop.delete(&by_hand);
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
    assert!(
        refused.contains("NotExported") && refused.contains("1000"),
        "{refused}"
    );
}
