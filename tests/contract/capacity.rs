//! `capacity`: the paid rate of a campaign follows its traffic, and the campaign ends only with consent.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};
use tests::Shop;

pub(crate) const CASES: &[super::Case] = &[
    (
        "capacity touches nothing that declares none",
        touches_nothing_undeclared,
    ),
    (
        "capacity raises the rate with the traffic, and nothing else of the campaign",
        raises,
    ),
    ("capacity waits before it lowers a rate", waits_to_lower),
    (
        "capacity only reports an idle campaign without consent",
        reports_what_is_idle,
    ),
    (
        "capacity deletes an idle campaign with consent, and it comes back",
        deletes_what_is_idle,
    ),
    (
        "capacity names a recommender that is not declared",
        names_an_unknown_recommender,
    ),
];

const CONFIG: &str = "config/personalization.yaml";
const CAMPAIGN: &str = "popularity";

/// What Personalize's pace and the age of the campaign may ask for.
const PATIENCE: Duration = Duration::from_secs(90);

fn touches_nothing_undeclared(shop: &Shop) {
    let answer = shop.invoke("capacity", &json!({ "action": "adjust" }));
    assert_eq!(answer, json!({ "resources": [] }));
}

fn raises(shop: &Shop) {
    let before = shop.campaign(CAMPAIGN).expect("it was promoted");
    let arn = before.campaign_arn.clone().expect("an ARN");
    let at = Timestamp::now().as_second() - 1_800;
    for (metric, requests) in [
        ("GetRecommendations", 2_400.0),
        ("GetPersonalizedRanking", 600.0),
    ] {
        let metric = ("AWS/Personalize", metric);
        shop.put_metric(metric, ("CampaignArn", &arn), at, requests);
        let other = (
            "CampaignArn",
            "arn:aws:personalize:us-east-1:1:campaign/other",
        );
        shop.put_metric(metric, other, at, 90_000.0);
    }
    // 3,000 requests in five minutes are 10 a second.
    let capacity = "{ max: 50, targetUtilization: 0.5 }";
    let raised = with_capacity(shop, capacity, || {
        let raised = adjust(shop);
        assert_eq!(raised["decision"], "RAISED", "{raised}");
        assert_eq!(
            (&raised["rate"], &raised["target"]),
            (&json!(1), &json!(20))
        );
        assert_eq!(shop.settled(&arn)["ok"], true);
        adjust(shop)
    });
    assert_eq!(raised["decision"], "KEPT", "{raised}");
    let after = shop.campaign(CAMPAIGN).expect("it is there");
    assert_eq!(after.min_provisioned_tps, Some(20));
    assert_eq!(after.solution_version_arn, before.solution_version_arn);
    assert_eq!(after.campaign_config, before.campaign_config);
}

fn waits_to_lower(shop: &Shop) {
    let kept = with_capacity(shop, "{ max: 5, targetUtilization: 0.5 }", || adjust(shop));
    assert_eq!(kept["decision"], "KEPT", "{kept}");
    assert_eq!((&kept["rate"], &kept["target"]), (&json!(20), &json!(5)));
    let key = [
        ("pk", "estate#shop"),
        ("sk", "capacity#campaign#popularity"),
    ];
    let memory = shop.item("OperationsTableName", &key);
    let memory = memory.expect("since when a lower rate would do is kept");
    assert!(memory.contains_key("lower"), "{memory:?}");
}

fn reports_what_is_idle(shop: &Shop) {
    let capacity = "{ max: 20, targetUtilization: 0.5, idle: { after: 1m, shutDown: false } }";
    let idle = with_capacity(shop, capacity, || {
        until(|| Some(adjust(shop)).filter(|one| !one["idleHours"].is_null()))
    });
    assert_eq!(idle["decision"], "KEPT", "{idle}");
    let reason = idle["reason"].as_str().expect("a reason");
    assert!(reason.contains("idle.shutDown"), "{reason}");
    assert!(shop.campaign(CAMPAIGN).is_some());
}

fn deletes_what_is_idle(shop: &Shop) {
    let version = shop.campaign_version(CAMPAIGN);
    let capacity = "{ max: 20, targetUtilization: 0.5, idle: { after: 1m, shutDown: true } }";
    with_capacity(shop, capacity, || {
        let gone = adjust(shop);
        assert_eq!(gone["decision"], "SHUT_DOWN", "{gone}");
        until(|| shop.campaign(CAMPAIGN).is_none().then_some(()));
        let again = adjust(shop);
        assert_eq!(again["decision"], "LEFT_ALONE", "{again}");

        let planned = shop.invoke("estate", &json!({ "action": "plan" }));
        let words = shop.get(planned["report"].as_str().expect("a report"));
        let waits = "campaign popularity: for the first version";
        assert!(words.contains(waits), "it waits for a training: {words}");
        assert_eq!(planned["changes"], 0, "and is no drift: {words}");
    });
    let moving = json!({ "action": "move", "solution": CAMPAIGN, "solutionVersionArn": version });
    let moved = shop.invoke("promote", &moving);
    let campaign = moved["campaignArn"].as_str().expect("an ARN");
    assert_eq!(shop.settled(campaign)["ok"], true);
    assert_eq!(shop.campaign_version(CAMPAIGN), version);
}

fn names_an_unknown_recommender(shop: &Shop) {
    let event = json!({ "action": "start", "recommender": "for-you" });
    let failure = shop.invoke_wrongly("capacity", &event);
    assert_eq!(failure.error_type, "InvalidInput");
    assert!(failure.message.contains("`for-you`"), "{}", failure.message);
}

/// The campaign in the answer of an adjustment.
fn adjust(shop: &Shop) -> Value {
    let answer = shop.invoke("capacity", &json!({ "action": "adjust" }));
    let resources = answer["resources"].as_array().expect("a list");
    assert_eq!(resources.len(), 1, "{answer}");
    assert_eq!(resources[0]["name"], CAMPAIGN);
    resources[0].clone()
}

/// Runs `body` while the campaign declares `capacity`.
fn with_capacity<T>(shop: &Shop, capacity: &str, body: impl FnOnce() -> T) -> T {
    let config = shop.get(CONFIG);
    let declared = "{ name: popularity, solution: popularity, minProvisionedTPS: 1 }";
    let moving = declared.replace(" }", &format!(", capacity: {capacity} }}"));
    assert!(config.contains(declared), "{config}");
    shop.put(CONFIG, config.replace(declared, &moving));
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body));
    shop.put(CONFIG, config);
    result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "it never happened");
        std::thread::sleep(Duration::from_secs(1));
    }
}
