//! `recommend` and `track`, through GraphQL: what a shop sees, also when Personalize fails.

use std::collections::BTreeSet;

use local::front_door::Fault;
use serde_json::{Value, json};
use tests::Shop;

pub(crate) const CASES: &[super::Case] = &[
    (
        "recommend answers a known customer with titles, prices and reasons",
        known_customer,
    ),
    ("recommend answers a new visitor", new_visitor),
    (
        "recommend answers a product page and a cart",
        product_and_cart,
    ),
    (
        "recommend says what is wrong with a request",
        wrong_requests,
    ),
    (
        "recommend never shows what the shop withdrew",
        nothing_withdrawn,
    ),
    ("recommend falls back to the popular list", falls_back),
    ("track takes the good and names the bad", takes_the_good),
    ("track changes the next answer", changes_the_next_answer),
];

const ASK: &str = "query($placement: String!, $userId: ID, $sessionId: ID, $itemId: ID, $itemIds: [ID!], $limit: Int) {
  recommendations(placement: $placement, userId: $userId, sessionId: $sessionId, itemId: $itemId, itemIds: $itemIds, limit: $limit) {
    placement recommendationId source items { id title price reason } } }";
const TRACK: &str = "mutation($input: TrackInput!) {
  trackInteractions(input: $input) { accepted rejected { index reason } } }";

fn ask(shop: &Shop, variables: &Value) -> Value {
    let answer = shop
        .graphql(ASK, variables)
        .unwrap_or_else(|error| panic!("{error}"));
    answer["recommendations"].clone()
}

fn ids(answer: &Value) -> Vec<String> {
    let items = answer["items"].as_array().expect("items").iter();
    items
        .map(|item| item["id"].as_str().expect("an id").to_owned())
        .collect()
}

fn track(shop: &Shop, user: &str, interactions: &Value) -> Value {
    let input =
        json!({ "userId": user, "sessionId": format!("s-{user}"), "interactions": interactions });
    let answer = shop
        .graphql(TRACK, &json!({ "input": input }))
        .unwrap_or_else(|error| panic!("{error}"));
    answer["trackInteractions"].clone()
}

fn known_customer(shop: &Shop) {
    let answer = ask(
        shop,
        &json!({ "placement": "home", "userId": "u1", "limit": 5 }),
    );
    assert_eq!(answer["source"], "PERSONALIZE", "{answer}");
    assert!(answer["recommendationId"].is_string(), "{answer}");
    assert_eq!(ids(&answer).len(), 5);
    for item in answer["items"].as_array().expect("items") {
        assert!(
            item["title"].is_string() && item["price"].is_number(),
            "{item}"
        );
        assert!(
            item["reason"]
                .as_str()
                .is_some_and(|reason| !reason.is_empty()),
            "{item}"
        );
    }
    let other = ask(
        shop,
        &json!({ "placement": "home", "userId": "u2", "limit": 5 }),
    );
    assert_ne!(ids(&answer), ids(&other), "another taste, another answer");
}

fn new_visitor(shop: &Shop) {
    let answer = ask(
        shop,
        &json!({ "placement": "home", "sessionId": "never-seen", "limit": 5 }),
    );
    assert_eq!(ids(&answer).len(), 5, "{answer}");
    let nobody = ask(shop, &json!({ "placement": "home", "limit": 5 }));
    assert_eq!(ids(&nobody).len(), 5, "{nobody}");
}

fn product_and_cart(shop: &Shop) {
    let similar = ask(
        shop,
        &json!({ "placement": "product-detail", "itemId": "i4" }),
    );
    assert!(
        !ids(&similar).is_empty() && !ids(&similar).contains(&"i4".to_owned()),
        "{similar}"
    );
    let cart = json!(["i4", "i8", "i1"]);
    let answer = ask(shop, &json!({ "placement": "cart", "itemIds": cart }));
    assert!(!ids(&answer).is_empty(), "{answer}");
    assert!(
        ids(&answer)
            .iter()
            .all(|id| !["i4", "i8", "i1"].contains(&id.as_str())),
        "{answer}"
    );
    let distinct: BTreeSet<_> = ids(&answer).into_iter().collect();
    assert_eq!(distinct.len(), ids(&answer).len(), "no item twice");
}

fn wrong_requests(shop: &Shop) {
    let refused = |variables: Value| shop.graphql(ASK, &variables).expect_err("is refused");
    let unknown = refused(json!({ "placement": "hom", "userId": "u1" }));
    assert!(
        unknown.contains("hom") && unknown.contains("product-detail"),
        "{unknown}"
    );
    for limit in [0, 501, -1] {
        let message = refused(json!({ "placement": "home", "userId": "u1", "limit": limit }));
        assert!(
            message.contains("1") && message.contains("500"),
            "{limit}: {message}"
        );
    }
    let long = refused(json!({ "placement": "home", "userId": "x".repeat(257) }));
    assert!(long.contains("256"), "{long}");
    let nothing = refused(json!({ "placement": "product-detail" }));
    assert!(nothing.contains("itemId"), "{nothing}");
}

fn nothing_withdrawn(shop: &Shop) {
    // i39 left the shop in the catalogue's cases; ask for everything there is.
    let answer = ask(
        shop,
        &json!({ "placement": "popular", "userId": "u3", "limit": 100 }),
    );
    assert!(
        ids(&answer).len() > 20 && !ids(&answer).contains(&"i39".to_owned()),
        "{answer}"
    );
}

fn falls_back(shop: &Shop) {
    for fault in [
        Fault {
            cut: 100,
            ..Fault::default()
        },
        Fault {
            throttle: 100,
            ..Fault::default()
        },
    ] {
        let answer = shop.with_fault("personalize", fault, || {
            ask(
                shop,
                &json!({ "placement": "home", "userId": "u5", "limit": 5 }),
            )
        });
        assert_eq!(answer["source"], "POPULAR_LIST", "{answer}");
        assert_eq!(ids(&answer).len(), 5);
    }
}

fn takes_the_good(shop: &Shop) {
    let answer = track(
        shop,
        "u7",
        &json!([
            { "eventType": "view", "itemId": "i4" },
            { "eventType": "view", "itemId": "" },
            { "eventType": "view", "itemId": "i4", "sentAt": 4_102_444_800_u64 },
            { "eventType": "", "itemId": "i4" },
        ]),
    );
    assert_eq!(answer["accepted"], 1, "{answer}");
    let rejected: Vec<&Value> = answer["rejected"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| &entry["index"])
        .collect();
    assert_eq!(rejected, [1, 2, 3]);
    let logged: String = shop
        .keys("events/")
        .iter()
        .map(|key| shop.get(key))
        .collect();
    assert!(
        logged.contains("\"i4\""),
        "the event log holds it: {logged}"
    );
}

fn changes_the_next_answer(shop: &Shop) {
    let question = json!({ "placement": "home", "userId": "u9", "limit": 8 });
    let before = ids(&ask(shop, &question));
    let bought = before[0].clone();
    let answer = track(
        shop,
        "u9",
        &json!([
            { "eventType": "view", "itemId": "i2" },
            { "eventType": "purchase", "itemId": bought, "eventValue": 9.5 },
        ]),
    );
    assert_eq!(answer["accepted"], 2, "{answer}");
    let after = ids(&ask(shop, &question));
    assert_ne!(before, after);
    assert!(
        !after.contains(&bought),
        "{bought} was bought and is still in {after:?}"
    );
}
