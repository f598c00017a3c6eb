//! `rotate-filters` and the alias that `event-filter` switches: a dated filter is renewed, and there is
//! no moment without one in service.

use std::time::Duration;

use serde_json::{Value, json};
use tests::Shop;

pub(crate) const CASES: &[super::Case] = &[(
    "rotate-filters renews a dated filter without a moment of absence",
    renews_without_absence,
)];

const CONFIG: &str = "config/personalization.yaml";
const FILTER: &str = "new-arrivals";
/// How often it is called; on AWS a schedule does.
const CALLS: usize = 60;
const PAUSE: Duration = Duration::from_millis(250);

fn renews_without_absence(shop: &Shop) {
    let config = shop.get(CONFIG);
    let nothing = shop.invoke("rotate-filters", &json!({}));
    assert!(
        nothing["reason"].is_string(),
        "no filter has a date: {nothing}"
    );

    shop.put(CONFIG, dated(&config, "3650d"));
    let first = until(shop, |turn| turn["inService"] == turn["due"]);
    assert!(first.iter().any(|turn| turn["steps"] == json!(["created"])));

    // Another expression is due now, as another day's would be.
    shop.put(CONFIG, dated(&config, "3649d"));
    let old = alias(shop);
    let second = until(shop, |turn| {
        let served = alias(shop);
        let served = shop.invoke("check-status", &json!({ "arn": served }));
        assert_eq!(
            served["status"], "ACTIVE",
            "what the alias points to serves"
        );
        turn["steps"] == json!(["deleted"])
    });
    assert_ne!(alias(shop), old, "the alias was switched");
    let created = second
        .iter()
        .filter(|turn| turn["steps"] == json!(["created"]));
    assert_eq!(created.count(), 1, "called often, made once: {second:?}");
    until(shop, |turn| turn["steps"] == json!([]));

    // An event that comes late, of the generation that was replaced, changes nothing.
    let now = alias(shop);
    let late = json!({
        "version": "0", "id": "late-1", "source": "retail.personalization",
        "detail-type": "Personalize Resource State Change",
        "detail": {
            "estate": "shop", "kind": "filter", "name": old.rsplit('/').next(), "arn": old,
            "status": "ACTIVE", "previousStatus": null, "failureReason": null,
        },
    });
    assert_eq!(shop.invoke("event-filter", &late)["decision"], "ignore");
    assert_eq!(alias(shop), now);

    // A dated filter that leaves the file leaves with what was made for it.
    shop.put(CONFIG, config);
    let applied = shop.apply_estate();
    assert_eq!(applied["failed"], json!([]), "{applied}");
    let filters = shop.ask_personalize(async |client| client.list_filters().send().await);
    let mut names = filters.filters().iter().filter_map(|filter| filter.name());
    assert!(!names.any(|name| name.starts_with(FILTER)), "{filters:?}");
}

/// `config` with a dated filter.
fn dated(config: &str, age: &str) -> String {
    let filter = format!(
        "filters:\n  - name: {FILTER}\n    rotate: 1d\n    expression: INCLUDE ItemID WHERE Items.CREATION_TIMESTAMP > {{{{ now - {age} }}}}\n"
    );
    config.replacen("filters:\n", &filter, 1)
}

/// Calls `rotate-filters` until its turn of the filter is as wanted; all turns.
fn until(shop: &Shop, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
    let mut turns = Vec::new();
    for _ in 0..CALLS {
        let answer = shop.invoke("rotate-filters", &json!({}));
        assert_eq!(answer["failed"], json!([]), "{answer}");
        let turn = answer["filters"][0].clone();
        let done = wanted(&turn);
        turns.push(turn);
        if done {
            return turns;
        }
        std::thread::sleep(PAUSE);
    }
    panic!("it never came to that: {turns:?}");
}

/// Where the filter's stable name points.
fn alias(shop: &Shop) -> String {
    let sk = format!("filter#{FILTER}");
    let item = shop.item("OperationsTableName", &[("pk", "estate#shop"), ("sk", &sk)]);
    let item = item.expect("there is an alias at every moment");
    item["arn"].as_s().expect("an ARN").clone()
}
