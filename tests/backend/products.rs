//! `catalog-pull`, `catalog-cache`, `catalog-webhook`: the cache follows the backend, whatever fails.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_personalize::{
    Client,
    types::{DatasetExportJobOutput, IngestionMode, S3DataConfig},
};
use hyper::Method;
use local::workflows::Workflow;
use serde_json::{Value, json};
use tests::Shop;

pub(crate) const CASES: &[super::Case] = &[
    (
        "refresh-catalog pulls everything, and the second time writes nothing",
        pulls_everything,
    ),
    (
        "an incremental pull brings what changed and what left",
        pulls_what_changed,
    ),
    (
        "a pull that failed in the middle goes on where it was",
        resumes,
    ),
    (
        "a product changed in the backend is cached within a minute, and a new one in Personalize",
        follows_webhooks,
    ),
    (
        "a webhook without the right signature is refused",
        refuses_forged_webhooks,
    ),
];

/// Changes take effect within this long.
const MINUTE: Duration = Duration::from_secs(60);

fn refresh(shop: &Shop, mode: &str) -> Value {
    shop.run_with(Workflow::RefreshCatalog, &json!({ "mode": mode }))
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Of all pages of a refresh.
fn sum(refreshed: &Value, member: &str) -> u64 {
    let pages = refreshed["pages"].as_array().expect("pages");
    pages.iter().filter_map(|page| page[member].as_u64()).sum()
}

fn pulls_everything(shop: &Shop) {
    let first = refresh(shop, "full");
    assert_eq!(first["pulled"]["mode"], "full", "{first}");
    assert_eq!(sum(&first, "written"), 40, "{first}");
    let again = refresh(shop, "full");
    assert_eq!(
        (sum(&again, "written"), sum(&again, "unchanged")),
        (0, 40),
        "{again}"
    );
    assert_eq!(again["sweep"], json!({ "withdrawn": 0, "kept": 40 }));
}

fn pulls_what_changed(shop: &Shop) {
    put(shop, "i1", &json!({ "name": "Product 1, mended" }));
    shop.backend(Method::DELETE, "/_backend/products/i2", &Value::Null);
    let changed = refresh(shop, "incremental");
    assert_eq!(changed["pulled"]["mode"], "incremental", "{changed}");
    assert_eq!(changed["sweep"], json!({ "withdrawn": 0, "kept": 0 }));
    let item = cached(shop, "i1").expect("it is there");
    assert_eq!(
        item["title"].as_s().map(String::as_str),
        Ok("Product 1, mended")
    );
    let gone = cached(shop, "i2").expect("a tombstone");
    assert!(gone.contains_key("withdrawnAt"), "{gone:?}");
    put(shop, "i2", &json!({ "name": "Product 2" }));
    refresh(shop, "incremental");
    let back = cached(shop, "i2").expect("it is back");
    assert!(!back.contains_key("withdrawnAt"), "{back:?}");
}

fn resumes(shop: &Shop) {
    let run = "arn:resumed";
    let plan = json!({ "step": "plan", "mode": "full", "run": run });
    let planned = shop.invoke("catalog-pull", &plan);
    assert_eq!(
        shop.invoke("catalog-pull", &plan),
        planned,
        "one run, one pull"
    );
    let parts = planned["parts"].as_array().expect("parts");
    let pull = |part: &Value| json!({ "step": "pull", "run": run, "pull": planned["pull"], "mode": planned["mode"], "part": part });
    faults(shop, &json!({ "error": 100 }));
    let failed = shop.invoke_wrongly("catalog-pull", &pull(&parts[0]));
    assert_eq!(failed.error_type, "Retryable", "{}", failed.message);
    faults(shop, &json!({}));
    for part in parts {
        while shop.invoke("catalog-pull", &pull(part))["done"] != true {}
    }
    // As Step Functions repeats a step whose answer it did not get.
    let repeated = shop.invoke("catalog-pull", &pull(&parts[0]));
    assert_eq!(repeated["done"], true);
    let finish =
        json!({ "step": "finish", "run": run, "pull": planned["pull"], "mode": planned["mode"] });
    let finished = shop.invoke("catalog-pull", &finish);
    assert_eq!(finished["products"], 40, "{finished}");
    let prefix = finished["prefix"].as_str().expect("a prefix");
    let ids = super::adapters::ids(shop, prefix);
    assert_eq!(ids.len(), 40, "nothing lost, nothing doubled: {ids:?}");
}

fn follows_webhooks(shop: &Shop) {
    put(shop, "i3", &json!({ "price": 99.5 }));
    let new = json!({ "name": "A lamp", "price": 7.25, "currency": "GBP", "category": "c1" });
    put(shop, "brand-new", &new);
    shop.backend(Method::DELETE, "/_backend/products/i4", &Value::Null);
    let price = |id: &str| {
        let item = cached(shop, id)?;
        item.get("price")?.as_n().ok().cloned()
    };
    within(MINUTE, "the changed price", || {
        price("i3").as_deref() == Some("99.5")
    });
    within(MINUTE, "the new product", || {
        price("brand-new").as_deref() == Some("7.25")
    });
    within(MINUTE, "the withdrawn product", || {
        cached(shop, "i4").is_some_and(|item| item.contains_key("withdrawnAt"))
    });
    within(MINUTE, "the new product in Personalize", || {
        rows_of_items(shop).contains("brand-new")
    });
    shop.backend(Method::DELETE, "/_backend/products/brand-new", &Value::Null);
    put(shop, "i4", &json!({ "name": "Product 4" }));
    within(MINUTE, "the product that came back", || {
        cached(shop, "i4").is_some_and(|item| !item.contains_key("withdrawnAt"))
    });
}

/// The items that Personalize was given one by one, as it exports them.
fn rows_of_items(shop: &Shop) -> String {
    let folder = format!("reports/test-export/{}/", uuid::Uuid::now_v7());
    let path = format!("s3://{}/{folder}", shop.bucket());
    shop.ask_personalize(async |client: &Client| {
        let datasets = client.list_datasets().send().await.map_err(Box::new)?;
        let mut datasets = datasets.datasets().iter();
        let items = datasets.find(|dataset| dataset.dataset_type() == Some("ITEMS"));
        let destination = S3DataConfig::builder().path(&path).build()?;
        let output = DatasetExportJobOutput::builder()
            .s3_data_destination(destination)
            .build();
        let made = client
            .create_dataset_export_job()
            .job_name(format!("items-{}", uuid::Uuid::now_v7()))
            .set_dataset_arn(items.and_then(|dataset| dataset.dataset_arn.clone()))
            .ingestion_mode(IngestionMode::Put)
            .role_arn(shop.output("PersonalizeRoleArn"))
            .job_output(output)
            .send()
            .await
            .map_err(Box::new)?;
        loop {
            let job = client
                .describe_dataset_export_job()
                .set_dataset_export_job_arn(made.dataset_export_job_arn.clone())
                .send()
                .await
                .map_err(Box::new)?;
            match job.dataset_export_job().and_then(|job| job.status()) {
                Some("ACTIVE") => return Ok::<_, Box<dyn std::error::Error>>(()),
                Some("CREATE FAILED") => return Err("the export failed".into()),
                _ => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    });
    let keys = shop.keys(&folder);
    keys.iter().map(|key| shop.get(key)).collect()
}

fn refuses_forged_webhooks(shop: &Shop) {
    let event = |signature: &str| {
        json!({
            "version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": "",
            "headers": { "content-type": "application/json", "x-shopify-hmac-sha256": signature },
            "requestContext": {
                "accountId": "anonymous", "apiId": "a", "domainName": "a.lambda-url.us-east-1.on.aws",
                "domainPrefix": "a", "requestId": "r", "routeKey": "$default", "stage": "$default",
                "time": "29/Nov/2026:00:00:00 +0000", "timeEpoch": 1_796_000_000_000_u64,
                "http": { "method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test" },
            },
            "body": "{\"id\":\"i1\"}", "isBase64Encoded": false,
        })
    };
    let forged = shop.invoke("catalog-webhook", &event("bm90IHRoZSByaWdodCBvbmU="));
    assert_eq!(forged["statusCode"], 401, "{forged}");
    // HMAC-SHA256 of the body with the local stack's secret, made with another tool.
    let right = shop.invoke("catalog-webhook", &event(SIGNATURE));
    assert_eq!(right["statusCode"], 202, "{right}");
}

/// `printf '{"id":"i1"}' | openssl dgst -sha256 -hmac local-webhook -binary | base64`
const SIGNATURE: &str = "FYdIRzs3XcKaqvI8XtJG1U9NvHXYGxch8asL+pzSfQ0=";

fn cached(shop: &Shop, id: &str) -> Option<HashMap<String, AttributeValue>> {
    shop.item("CatalogTableName", &[("itemId", id)])
}

fn put(shop: &Shop, id: &str, change: &Value) {
    shop.backend(Method::PUT, &format!("/_backend/products/{id}"), change);
}

fn faults(shop: &Shop, faults: &Value) {
    shop.backend(Method::POST, "/_backend/faults", faults);
}

fn within(patience: Duration, what: &str, mut is: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is() {
        assert!(started.elapsed() < patience, "{what} took too long");
        std::thread::sleep(Duration::from_millis(200));
    }
}
