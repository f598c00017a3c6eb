//! `check-data`, `import-job`, `check-status`: good data goes in, bad data is named.

use local::{front_door::Fault, workflows::Workflow};
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
        "check-data stops interactions with items of another system",
        stops_unknown_items,
    ),
    (
        "import-job imports, and a re-run finds its job",
        imports_once,
    ),
    (
        "import-job does not import the same objects again, unless forced",
        skips_unchanged_objects,
    ),
    (
        "check-data stops what has drifted from the last good import",
        stops_drift,
    ),
    (
        "import-job sends few new items itself, only once, through throttling",
        sends_few_new_items,
    ),
    (
        "check-data lets few new interactions wait",
        few_new_interactions_wait,
    ),
    (
        "import-data imports what changed and skips the rest, twice without harm",
        imports_what_changed,
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

fn stops_unknown_items(shop: &Shop) {
    shop.put(
        "datasets/unknown/1.csv",
        interactions_csv().replace(",i", ",sku-"),
    );
    let answer = check(shop, "interactions", "datasets/unknown/", "unknown");
    assert_eq!(answer["passed"], false, "{answer}");
    let problems = answer["problems"].to_string();
    assert!(
        problems.contains("1200 good interactions (100.0 %)"),
        "{problems}"
    );
    let page = shop.get(answer["page"].as_str().expect("a page"));
    assert!(
        page.contains("Stops the import") && page.contains("<svg"),
        "{page}"
    );
}

fn import(shop: &Shop, dataset: &str, location: &Value, run: &str, more: &[(&str, &str)]) -> Value {
    let mut event = json!({ "dataset": dataset, "location": location, "run": run });
    for (name, value) in more {
        event[*name] = json!(value);
    }
    shop.invoke("import-job", &event)
}

fn imports_once(shop: &Shop) {
    for dataset in ["items", "users", "interactions"] {
        let checked = check(shop, dataset, &format!("datasets/full/{dataset}/"), "first");
        let import = || import(shop, dataset, &checked["location"], "first", &[]);
        let (first, again) = (import(), import());
        assert_eq!(first["arn"], again["arn"], "one run is one job");
        let status = shop.settled(first["arn"].as_str().expect("an ARN"));
        assert_eq!(status["ok"], true, "{status}");
        let remembered = import();
        assert_eq!(
            (&remembered["arn"], &remembered["done"]),
            (&first["arn"], &json!(true))
        );
    }
}

fn skips_unchanged_objects(shop: &Shop) {
    let checked = check(shop, "users", "datasets/full/users/", "second");
    let skipped = import(shop, "users", &checked["location"], "second", &[]);
    assert_eq!(
        (&skipped["done"], &skipped["arn"]),
        (&json!(true), &Value::Null)
    );
    assert!(
        skipped["skipped"].to_string().contains("run first"),
        "{skipped}"
    );

    let event = json!({
        "dataset": "users", "location": checked["location"], "run": "second", "force": true,
    });
    let forced = shop.invoke("import-job", &event);
    let status = shop.settled(forced["arn"].as_str().expect("a job"));
    assert_eq!(status["ok"], true, "{status}");
}

fn stops_drift(shop: &Shop) {
    shop.put(
        "datasets/drift/1.csv",
        interactions_csv().replace("view", "impression"),
    );
    let answer = check(shop, "interactions", "datasets/drift/", "drift");
    assert_eq!(answer["passed"], false, "{answer}");
    let problems = answer["problems"].to_string();
    assert!(
        problems.contains("mix of event types differs by 80.0 %"),
        "{problems}"
    );
}

/// Runs `body` while the estate has folders for INCREMENTAL imports.
fn with_increments(shop: &Shop, body: impl FnOnce()) {
    let config = shop.get("config/personalization.yaml");
    let mut changed = config.clone();
    for dataset in ["items", "interactions"] {
        let full = format!("location: datasets/full/{dataset}/ }}");
        let both = format!(
            "location: datasets/full/{dataset}/, incrementalLocation: datasets/partial/{dataset}/ }}"
        );
        changed = changed.replace(&full, &both);
    }
    shop.put("config/personalization.yaml", changed);
    body();
    shop.put("config/personalization.yaml", config);
}

fn check_new(shop: &Shop, dataset: &str, run: &str) -> Value {
    let event = json!({ "dataset": dataset, "importMode": "INCREMENTAL", "run": run });
    shop.invoke("check-data", &event)
}

fn sends_few_new_items(shop: &Shop) {
    with_increments(shop, || {
        let new: String = (0..25)
            .map(|n| format!("new{n},{n}.5,c1,1767225600,New\n"))
            .collect();
        let header = items_csv().lines().next().expect("a header").to_owned();
        shop.put("datasets/partial/items/1.csv", format!("{header}\n{new}"));
        let checked = check_new(shop, "items", "new");
        assert_eq!(
            (&checked["rows"], &checked["skipped"]),
            (&json!(25), &Value::Null)
        );

        let mode = [("importMode", "INCREMENTAL")];
        let throttled = Fault {
            throttle: 30,
            ..Fault::default()
        };
        let sent = shop.with_fault("personalize", throttled, || {
            import(shop, "items", &checked["location"], "new", &mode)
        });
        assert_eq!(
            (&sent["done"], &sent["refused"]),
            (&json!(true), &json!(0)),
            "{sent}"
        );
        let key = [("pk", "estate#shop"), ("sk", "progress#items")];
        let progress = shop
            .item("OperationsTableName", &key)
            .expect("its progress");
        assert_eq!(progress["rows"].as_n().expect("a number"), "25");

        let again = check_new(shop, "items", "newer");
        assert!(
            again["skipped"]
                .to_string()
                .contains("datasets/partial/items/"),
            "{again}"
        );
        shop.put(
            "datasets/partial/items/2.csv",
            format!("{header}\nnew25,1,c1,1767225600,\n"),
        );
        let newest = check_new(shop, "items", "newest");
        assert_eq!(newest["rows"], 1, "only what is new is read: {newest}");
    });
}

fn few_new_interactions_wait(shop: &Shop) {
    with_increments(shop, || {
        let few: String = interactions_csv()
            .lines()
            .take(11)
            .map(|line| line.to_owned() + "\n")
            .collect();
        shop.put("datasets/partial/interactions/1.csv", few);
        let waiting = check_new(shop, "interactions", "waiting");
        assert_eq!(
            (&waiting["passed"], &waiting["rows"]),
            (&json!(true), &json!(10))
        );
        assert!(
            waiting["skipped"]
                .to_string()
                .contains("an import needs 1000"),
            "{waiting}"
        );
    });
}

fn imports_what_changed(shop: &Shop) {
    shop.put(
        "datasets/full/items/1.csv",
        items_csv() + "i40,1,c1,1767225600,New\n",
    );
    let statuses = || {
        let output = shop.run(Workflow::ImportData).expect("an import");
        let datasets = output["datasets"].as_array().expect("datasets").clone();
        assert!(datasets.iter().all(|one| one["rows"].as_u64() >= Some(41)));
        let status = |one: &Value| (one["dataset"].clone(), one["status"].clone());
        datasets.iter().map(status).collect::<Vec<_>>()
    };
    let both = |items: &str| {
        [
            ("items", items),
            ("users", "SKIPPED"),
            ("interactions", "SKIPPED"),
        ]
        .map(|(dataset, status)| (json!(dataset), json!(status)))
        .to_vec()
    };
    assert_eq!(statuses(), both("ACTIVE"));
    assert_eq!(statuses(), both("SKIPPED"));
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
