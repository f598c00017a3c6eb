//! Every adapter against the sample shop in its backend's shape, while that throttles, fails, forgets
//! tokens, repeats a page, and serves prices as texts, missing titles and broken text.

use std::collections::{BTreeMap, BTreeSet};

use hyper::Method;
use serde_json::{Value, json};
use tests::Shop;

pub(crate) const CASES: &[super::Case] = &[
    ("shopify", |shop| {
        pulls(shop, "shopify", "apiVersion: 2026-07");
    }),
    ("commercetools", |shop| {
        pulls(
            shop,
            "commercetools",
            "projectKey: shop, tokenUrl: /oauth/token, locale: en-GB",
        );
    }),
    ("bigcommerce", |shop| {
        pulls(shop, "bigcommerce", "storeHash: local");
    }),
    ("woocommerce", |shop| pulls(shop, "woocommerce", "")),
    ("magento", |shop| {
        pulls(shop, "magento", "storeCode: default");
    }),
    ("salesforce", |shop| {
        pulls(
            shop,
            "salesforce",
            "organization: f_ecom_zzte_053, siteId: shop, tokenUrl: /dwsso/oauth2/access_token, locale: default",
        );
    }),
];

const CONFIG: &str = "config/personalization.yaml";
/// Of the 40 products.
const PRODUCTS: usize = 40;

/// A full pull with nothing wrong, then one with everything.
fn pulls(shop: &Shop, adapter: &str, settings: &str) {
    let declared = shop.get(CONFIG);
    let (before, rest) = declared
        .split_once("  catalog:\n")
        .expect("the catalogue is declared");
    let (_, after) = rest.split_once("    webhook:").expect("and has a webhook");
    shop.put(
        CONFIG,
        format!(
            "{before}  catalog:\n    adapter: {adapter}\n    currency: GBP\n    pageSize: 7\n    \
             settings: {{ {settings} }}\n    webhook:{after}"
        ),
    );
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let good = pull(shop, adapter, "good");
        let ids = ids(shop, good["prefix"].as_str().expect("a prefix"));
        assert_eq!(ids.len(), PRODUCTS, "{adapter}: {ids:?}");
        assert_eq!(good["rejected"], 0, "{adapter}: {good}");
        shop.backend(
            Method::POST,
            "/_backend/faults",
            &json!({
                "throttle": 20, "retryAfter": 1, "error": 10, "repeatPage": 2, "expireTokensAfter": 3,
                "stringPrices": true, "missingTitle": 10, "badUtf8": 10,
            }),
        );
        let bad = pull(shop, adapter, "bad");
        judge(shop, adapter, &bad);
    }));
    shop.backend(Method::DELETE, "/_backend/faults", &Value::Null);
    shop.put(CONFIG, declared);
    outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

/// Good products went on, each once; the others are told with their reasons.
fn judge(shop: &Shop, adapter: &str, finished: &Value) {
    let prefix = finished["prefix"].as_str().expect("a prefix");
    let lines = ids(shop, prefix);
    let good = lines.values().filter(|rejected| !**rejected).count();
    let rejected = finished["rejected"].as_u64().expect("a number");
    assert!(good > PRODUCTS / 2, "{adapter}: {finished} {lines:?}");
    assert!(rejected > 0, "{adapter}: nothing was rejected: {finished}");
    let told = rejections(shop, prefix);
    assert_eq!(told.len() as u64, rejected, "{adapter}: {told:?}");
    // Without an id a broken product has no line; with one it is listed.
    let listed: BTreeSet<_> = told.iter().map(|line| line["id"].to_string()).collect();
    assert_eq!(
        good + listed.len(),
        PRODUCTS,
        "{adapter}: every product is either: {finished}"
    );
    for line in told {
        assert!(
            line["reason"].is_string() && line["message"].is_string(),
            "{adapter}: {line}"
        );
    }
}

/// Plan, parts, finish: what the workflow does.
fn pull(shop: &Shop, adapter: &str, name: &str) -> Value {
    let run = format!("arn:{adapter}-{name}");
    let plan = json!({ "step": "plan", "mode": "full", "run": run });
    let planned = patiently(shop, &plan);
    for part in planned["parts"].as_array().expect("parts") {
        let event = json!({ "step": "pull", "run": run, "pull": planned["pull"], "mode": planned["mode"], "part": part });
        while patiently(shop, &event)["done"] != true {}
    }
    let finish =
        json!({ "step": "finish", "run": run, "pull": planned["pull"], "mode": planned["mode"] });
    patiently(shop, &finish)
}

/// As the workflow retries.
fn patiently(shop: &Shop, event: &Value) -> Value {
    let mut last = String::new();
    for _ in 0..20 {
        match shop.try_invoke("catalog-pull", event) {
            Ok(answer) => return answer,
            Err(failure) if failure.error_type == "Retryable" => last = failure.message,
            Err(failure) => panic!("{event}: {}: {}", failure.error_type, failure.message),
        }
    }
    panic!("{event} never ends: {last}");
}

/// The products on the pages of a pull, and whether each was rejected. One that is there twice, with
/// the same line, fails the test unless it is by the overlap of WooCommerce's parts.
pub(crate) fn ids(shop: &Shop, prefix: &str) -> BTreeMap<String, bool> {
    let mut ids = BTreeMap::new();
    for key in shop.keys(prefix) {
        for line in shop.get(&key).lines() {
            let line: Value = serde_json::from_str(line).expect("JSON");
            let id = line["id"].as_str().expect("an id").to_owned();
            let before = ids.insert(id, line["rejected"].is_string());
            let overlaps =
                key.contains("/part-") && shop.get(CONFIG).contains("adapter: woocommerce");
            assert!(before.is_none() || overlaps, "{key}: twice: {line}");
        }
    }
    ids
}

/// What was told of the products that were rejected in the pull under `prefix`.
fn rejections(shop: &Shop, prefix: &str) -> Vec<Value> {
    let pull = prefix.trim_end_matches('/').rsplit('/').next();
    let folder = format!("rejected/catalog-pull/{}/", pull.expect("a name"));
    let files = shop.keys(&folder);
    let lines = files.iter().flat_map(|key| {
        let text = shop.get(key);
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        lines
    });
    lines.collect()
}
