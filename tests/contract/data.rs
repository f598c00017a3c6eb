//! `check-data`, `import-job`, `check-status`: good data goes in, bad data is named.

use serde_json::{Value, json};
use tests::{Shop, interactions_csv, items_csv, users_csv};

pub(crate) const CASES: &[super::Case] = &[
    ("check-data passes sound data", passes_sound_data),
    (
        "check-data names a file that is no dataset",
        names_a_file_that_is_no_dataset,
    ),
    ("check-data stops too little data", stops_too_little_data),
    (
        "check-data rejects broken rows and keeps the others",
        rejects_broken_rows,
    ),
    (
        "import-job imports, and a re-run finds its job",
        imports_once,
    ),
    (
        "import-job names an estate that is not there",
        names_a_missing_dataset,
    ),
    ("check-status names an ARN that is none", names_a_wrong_arn),
];

fn check(shop: &Shop, dataset: &str, location: &str, run: &str) -> Value {
    shop.invoke(
        "check-data",
        &json!({ "dataset": dataset, "location": location, "run": run }),
    )
}

fn passes_sound_data(shop: &Shop) {
    shop.put("datasets/full/interactions/1.csv", interactions_csv());
    shop.put("datasets/full/items/1.csv", items_csv());
    shop.put("datasets/full/users/1.csv", users_csv());
    for dataset in ["items", "users", "interactions"] {
        let location = format!("datasets/full/{dataset}/");
        let answer = check(shop, dataset, &location, "sound");
        assert_eq!(answer["passed"], true, "{answer}");
        assert_eq!(
            answer["location"],
            location.as_str(),
            "nothing was rejected: {answer}"
        );
        let report: Value =
            serde_json::from_str(&shop.get(answer["report"].as_str().expect("a report")))
                .expect("JSON");
        assert_eq!(report["rows"], answer["rows"]);
    }
}

fn names_a_file_that_is_no_dataset(shop: &Shop) {
    shop.put(
        "datasets/wrong/column/1.csv",
        "USER_ID,ITEM,TIMESTAMP\nu1,i1,1767225600\n",
    );
    let answer = check(shop, "interactions", "datasets/wrong/column/", "column");
    assert_eq!(answer["passed"], false);
    let problems = answer["problems"].to_string();
    assert!(
        problems.contains("ITEM_ID") && problems.contains("1.csv"),
        "{problems}"
    );

    let answer = check(shop, "interactions", "datasets/wrong/nothing/", "nothing");
    assert_eq!(answer["passed"], false);
    assert!(
        answer["problems"]
            .to_string()
            .contains("datasets/wrong/nothing/"),
        "{answer}"
    );
}

fn stops_too_little_data(shop: &Shop) {
    let few: String = interactions_csv()
        .lines()
        .take(500)
        .map(|line| line.to_owned() + "\n")
        .collect();
    shop.put("datasets/few/1.csv", few);
    let answer = check(shop, "interactions", "datasets/few/", "few");
    assert_eq!(answer["passed"], false);
    assert!(
        answer["problems"].to_string().contains("at least 1000"),
        "{answer}"
    );
}

fn rejects_broken_rows(shop: &Shop) {
    let long = "x".repeat(257);
    let broken = [
        format!("{long},i1,1767225600,view,"),
        "u1,i1,1767225600000,view,".to_owned(),
        "u1,i1,-5,view,".to_owned(),
        "u1,i1,4102444800,view,".to_owned(),
        "u1,,1767225600,view,".to_owned(),
        "u1,i1,yesterday,view,".to_owned(),
        "u1,i1".to_owned(),
    ];
    let duplicate = interactions_csv().lines().nth(1).expect("a row").to_owned();
    let csv = format!("{}{}\n{duplicate}\n", interactions_csv(), broken.join("\n"));
    shop.put("datasets/broken/1.csv", csv);
    let answer = check(shop, "interactions", "datasets/broken/", "broken");
    assert_eq!(answer["passed"], true, "the good rows suffice: {answer}");
    assert_eq!(answer["rows"], 1_200, "{answer}");
    let rejected: u64 = answer["rejected"]
        .as_object()
        .expect("reasons")
        .values()
        .filter_map(Value::as_u64)
        .sum();
    assert_eq!(rejected, 8, "{answer}");
    let rows = shop.get("rejected/check-data/interactions/broken.csv");
    assert!(rows.contains("yesterday"), "{rows}");
    let location = answer["location"].as_str().expect("a location");
    assert!(
        location.starts_with("datasets/checked/interactions/"),
        "{location}"
    );
    let checked = shop.get(&shop.keys(location)[0]);
    assert_eq!(
        checked.lines().count(),
        1_201,
        "the header and every good row"
    );
}

fn imports_once(shop: &Shop) {
    for dataset in ["items", "users", "interactions"] {
        let event = json!({
            "dataset": dataset, "location": format!("datasets/full/{dataset}/"),
            "importMode": "FULL", "run": "first",
        });
        let first = shop.invoke("import-job", &event);
        let again = shop.invoke("import-job", &event);
        assert_eq!(first["arn"], again["arn"], "one run is one job");
        let status = shop.settled(first["arn"].as_str().expect("an ARN"));
        assert_eq!(status["ok"], true, "{status}");
    }
}

fn names_a_missing_dataset(shop: &Shop) {
    let config = shop.get("config/personalization.yaml");
    shop.put(
        "config/personalization.yaml",
        config.replace("estate: shop", "estate: other"),
    );
    let failure = shop.invoke_wrongly(
        "import-job",
        &json!({ "dataset": "items", "location": "datasets/full/items/", "importMode": "FULL", "run": "x" }),
    );
    shop.put("config/personalization.yaml", config);
    assert_eq!(failure.error_type, "InvalidInput");
    assert!(
        failure.message.contains("apply-estate"),
        "{}",
        failure.message
    );
}

fn names_a_wrong_arn(shop: &Shop) {
    let failure = shop.invoke_wrongly("check-status", &json!({ "arn": "popularity" }));
    assert_eq!(failure.error_type, "InvalidInput");
    assert!(
        failure.message.contains("`popularity`"),
        "{}",
        failure.message
    );
}
