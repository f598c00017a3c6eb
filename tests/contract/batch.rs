//! `batch-job`, `load-recommendations` and the workflow around them: recommendations for many, in
//! `Lists`.

use aws_sdk_personalize::{Client, types::Tag};
use local::workflows::Workflow;
use serde_json::json;
use tests::Shop;

use crate::experiments::trained;

pub(crate) const CASES: &[super::Case] = &[
    (
        "batch-recommend loads the answers of a batch job into Lists",
        loads_the_answers,
    ),
    ("batch-job names what is not declared", names_the_undeclared),
    (
        "batch-job makes one job of a run, and loading it goes on at a cursor",
        one_job_a_run,
    ),
    (
        "batch-job passes over the versions of experiments",
        passes_over_experiments,
    ),
];

const CONFIG: &str = "config/personalization.yaml";
const JOBS: &str = "\
batch:
  - name: nightly
    kind: recommendations
    solution: user-personalization
    input: batch/input/users.jsonl
    numResults: 5
    filter: not-purchased
";

/// Runs `body` with a batch job declared, and with `users` and one broken line as its input.
fn with_job(shop: &Shop, users: &[&str], body: impl FnOnce()) {
    let config = shop.get(CONFIG);
    shop.put(CONFIG, format!("{config}\n{JOBS}"));
    let mut lines: Vec<String> = users
        .iter()
        .map(|user| json!({ "userId": user }).to_string())
        .collect();
    lines.push("{\"userId\": 7".to_owned());
    shop.put("batch/input/users.jsonl", lines.join("\n"));
    body();
    shop.put(CONFIG, config);
}

fn loads_the_answers(shop: &Shop) {
    with_job(shop, &["u1", "u2", "u3"], || {
        let result = shop
            .run_with(Workflow::BatchRecommend, &json!({ "job": "nightly" }))
            .expect("it succeeds");
        assert_eq!(
            (&result["lists"], &result["rejected"]),
            (&json!(3), &json!(1))
        );
        let list = shop.item("ListsTableName", &[("listKey", "user#u2")]);
        let list = list.expect("a list");
        assert_eq!(list["items"].as_l().expect("items").len(), 5);
        assert_eq!(list["source"].as_s().expect("a source"), "nightly");
        assert!(list.contains_key("expiresAt"));
        let rejected = shop.keys("rejected/load-recommendations/nightly/");
        let kept = shop.get(rejected.first().expect("the broken line is kept"));
        assert!(kept.contains("\"reason\""), "{kept}");
    });
}

fn names_the_undeclared(shop: &Shop) {
    let event = json!({ "job": "weekly", "run": "r-1" });
    let failure = shop.invoke_wrongly("batch-job", &event);
    assert_eq!(failure.error_type, "InvalidInput");
    assert!(failure.message.contains("`weekly`"), "{}", failure.message);
    let failed = shop.run_with(Workflow::BatchRecommend, &json!({ "job": "weekly" }));
    let words = failed.expect_err("it fails");
    assert!(words.contains("no batch job is named `weekly`"), "{words}");
}

fn one_job_a_run(shop: &Shop) {
    with_job(shop, &["u4", "u5"], || {
        let event = json!({ "job": "nightly", "run": "contract-1" });
        let job = shop.invoke("batch-job", &event);
        assert_eq!(job["output"], "batch/output/nightly/contract-1/");
        assert_eq!(shop.invoke("batch-job", &event), job);
        assert_eq!(
            shop.settled(job["arn"].as_str().expect("an ARN"))["ok"],
            true
        );

        let load = json!({ "list": "batch", "job": "nightly", "output": job["output"] });
        let whole = shop.invoke("load-recommendations", &load);
        assert_eq!((&whole["done"], &whole["lists"]), (&json!(true), &json!(2)));
        // As if the first call had stopped after the first line.
        let key = shop.keys("batch/output/nightly/contract-1/");
        let key = key
            .iter()
            .find(|key| !key.contains("_errors"))
            .expect("results");
        let offset = shop.get(key).find('\n').expect("a line") + 1;
        let mut rest = load;
        rest["cursor"] = json!({ "key": key, "offset": offset, "lists": 1, "rejected": 0 });
        let rest = shop.invoke("load-recommendations", &rest);
        assert_eq!(
            (&rest["done"], &rest["lists"]),
            (&json!(true), &json!(2)),
            "{rest}"
        );
    });
}

fn passes_over_experiments(shop: &Shop) {
    trained(shop);
    let declared = shop.campaign_version("popularity");
    let (solution, _) = declared.rsplit_once('/').expect("a version");
    let tag = Tag::builder().tag_key("experiment").tag_value("batch-1");
    let tag = tag.build().expect("a tag");
    let train = async |client: &Client| {
        let training = client.create_solution_version().solution_arn(solution);
        training.name("batch-1-new").tags(tag).send().await
    };
    let newer = shop.ask_personalize(train).solution_version_arn;
    let newer = newer.expect("a version");
    assert_eq!(shop.settled(&newer)["ok"], true);

    let config = shop.get(CONFIG);
    // As segments are: a solution without a campaign.
    let without: String = config
        .lines()
        .filter(|line| {
            !line.contains("campaign: popularity") && !line.contains("name: popularity, ")
        })
        .map(|line| format!("{line}\n"))
        .collect();
    let job = JOBS
        .replace("user-personalization", "popularity")
        .replace("    filter: not-purchased\n", "");
    shop.put(CONFIG, format!("{without}\n{job}"));
    shop.put(
        "batch/input/users.jsonl",
        json!({ "userId": "u1" }).to_string(),
    );
    let event = json!({ "job": "nightly", "run": "passes-1" });
    let made = shop.invoke("batch-job", &event);
    shop.put(CONFIG, config);
    let arn = made["arn"].as_str().expect("an ARN");
    let describe = async |client: &Client| {
        let job = client.describe_batch_inference_job();
        job.batch_inference_job_arn(arn).send().await
    };
    let job = shop.ask_personalize(describe).batch_inference_job;
    let asked = job.and_then(|job| job.solution_version_arn);
    assert_eq!(asked.as_deref(), Some(declared.as_str()), "not {newer}");
    assert_eq!(shop.settled(arn)["ok"], true);
}
