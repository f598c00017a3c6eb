//! `estate`: the declared resources are made, and made once.

use serde_json::json;
use tests::Shop;

pub(crate) const CASES: &[super::Case] = &[
    ("estate lists what is declared", lists),
    ("estate makes all that is declared", applies),
    ("estate makes nothing twice", applies_again),
    (
        "estate plans nothing that it cannot do",
        says_what_it_cannot_do,
    ),
    (
        "estate makes the declared schedules, and removes them",
        makes_schedules,
    ),
    ("estate holds a lock for one run at a time", locks),
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
    let planned = shop.invoke("estate", &json!({ "action": "plan" }));
    assert_eq!(planned["changes"], 0, "{planned}");
    let words = shop.get(planned["report"].as_str().expect("a report"));
    assert!(words.contains("nothing to do"), "{words}");
    let answer = shop.apply_estate();
    assert_eq!(answer["settled"], true);
    assert_eq!(answer["done"], json!([]));
}

fn says_what_it_cannot_do(shop: &Shop) {
    let sound = shop.get(CONFIG);
    shop.put(
        CONFIG,
        sound.replace("- { name: COUNTRY,", "- { name: CITY,"),
    );
    let planned = shop.invoke("estate", &json!({ "action": "plan" }));
    shop.put(CONFIG, sound);
    let problems = planned["problems"].to_string();
    assert!(
        problems.contains("shop-users") && problems.contains("COUNTRY"),
        "{planned}"
    );
    let failure = shop.invoke_wrongly(
        "estate",
        &json!({ "action": "apply", "plan": planned["plan"] }),
    );
    assert!(
        failure.message.contains("no longer holds"),
        "{}",
        failure.message
    );
}

fn makes_schedules(shop: &Shop) {
    let sound = shop.get(CONFIG);
    let popularity = "recipe: aws-popularity-count";
    shop.put(
        CONFIG,
        sound.replace(
            popularity,
            &format!("{popularity}\n    training: {{ full: cron(0 4 ? * SUN *) }}"),
        ),
    );
    let answer = shop.apply_estate();
    assert_eq!(answer["settled"], true, "{answer}");
    let planned = shop.invoke("estate", &json!({ "action": "plan" }));
    assert_eq!(planned["changes"], 0, "{planned}");
    shop.put(CONFIG, sound);
    let planned = shop.invoke("estate", &json!({ "action": "plan", "unattended": true }));
    assert_eq!(
        (&planned["changes"], &planned["held"]),
        (&json!(0), &json!(1))
    );
    let words = shop.get(planned["report"].as_str().expect("a report"));
    assert!(
        words.contains("- schedule train-popularity-full"),
        "{words}"
    );
    assert_eq!(shop.apply_estate()["settled"], true);
}

fn locks(shop: &Shop) {
    let ask = |action: &str, owner: &str| {
        let event = json!({ "action": action, "workflow": "test", "owner": owner });
        shop.invoke("estate", &event)
    };
    assert_eq!(ask("lock", "one")["acquired"], true);
    assert_eq!(ask("lock", "one")["acquired"], true, "an owner renews it");
    let refused = ask("lock", "two");
    assert_eq!(
        (&refused["acquired"], &refused["owner"]),
        (&json!(false), &json!("one"))
    );
    let _ = ask("unlock", "two");
    assert_eq!(
        ask("lock", "two")["acquired"],
        false,
        "only its owner gives it back"
    );
    let _ = ask("unlock", "one");
    assert_eq!(ask("lock", "two")["acquired"], true);
    let _ = ask("unlock", "two");

    // An execution that no longer runs holds nothing.
    let gone = "arn:aws:states:us-east-1:000000000000:execution:gone:gone";
    assert_eq!(ask("lock", gone)["acquired"], true);
    assert_eq!(ask("lock", "three")["acquired"], true);
    let _ = ask("unlock", "three");
}

fn refuses_an_unsound_configuration(shop: &Shop) {
    let sound = shop.get(CONFIG);
    shop.put(CONFIG, sound.replace("limit: 10 }", "limit: 501 }"));
    let failure = shop.invoke_wrongly("estate", &json!({ "action": "plan" }));
    shop.put(CONFIG, sound);
    assert_eq!(failure.error_type, "InvalidInput");
    assert!(
        failure.message.contains("placements.home.limit"),
        "{}",
        failure.message
    );
}
