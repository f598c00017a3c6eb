//! `estate`: the declared resources are made, and made once.

use serde_json::json;
use tests::Shop;

pub(crate) const CASES: &[super::Case] = &[
    ("estate lists what is declared", lists),
    ("estate makes all that is declared", applies),
    ("estate makes nothing twice", applies_again),
    (
        "estate refuses a changed schema under an old name",
        refuses_a_changed_schema,
    ),
    (
        "estate refuses an unsound configuration whole",
        refuses_an_unsound_configuration,
    ),
];

const CONFIG: &str = "config/personalization.yaml";

fn lists(shop: &Shop) {
    let answer = shop.invoke("estate", &json!({ "action": "list" }));
    assert_eq!(
        answer["datasets"],
        json!(["items", "users", "interactions"])
    );
    assert_eq!(
        answer["solutions"],
        json!(["user-personalization", "similar-items", "popularity"])
    );
}

fn applies(shop: &Shop) {
    let answer = shop.apply_estate();
    assert_eq!(answer["failed"], json!([]), "{answer}");
    let tracker = shop.item(
        "OperationsTableName",
        &[("pk", "estate#shop"), ("sk", "eventTracker#shop-events")],
    );
    let tracker = tracker.expect("the tracker's state is kept");
    assert!(
        tracker.contains_key("trackingId"),
        "PutEvents needs it: {tracker:?}"
    );
}

fn applies_again(shop: &Shop) {
    let answer = shop.invoke("estate", &json!({ "action": "apply" }));
    assert_eq!(answer["settled"], true);
    assert_eq!(answer["created"], json!([]));
}

fn refuses_a_changed_schema(shop: &Shop) {
    let sound = shop.get(CONFIG);
    shop.put(
        CONFIG,
        sound.replace("- { name: COUNTRY,", "- { name: CITY,"),
    );
    let answer = shop.invoke("estate", &json!({ "action": "apply" }));
    shop.put(CONFIG, sound);
    let failed = answer["failed"].to_string();
    assert!(
        failed.contains("shop-users") && failed.contains("new name"),
        "{failed}"
    );
}

fn refuses_an_unsound_configuration(shop: &Shop) {
    let sound = shop.get(CONFIG);
    shop.put(CONFIG, sound.replace("limit: 10 }", "limit: 501 }"));
    let failure = shop.invoke_wrongly("estate", &json!({ "action": "apply" }));
    shop.put(CONFIG, sound);
    assert_eq!(failure.error_type, "InvalidInput");
    assert!(
        failure.message.contains("placements.home.limit"),
        "{}",
        failure.message
    );
}
