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
    (
        "recommend lets nobody ask for another",
        nobody_asks_for_another,
    ),
    (
        "recommend keeps answers until something happens",
        keeps_answers,
    ),
    ("recommend shows nothing twice on a page", nothing_twice),
    ("recommend knows products", knows_products),
    (
        "recommend explains itself to administrators",
        explains_itself,
    ),
    (
        "recommend shows nowhere what was just bought",
        bought_is_gone_everywhere,
    ),
    ("track takes the good and names the bad", takes_the_good),
    ("track changes the next answer", changes_the_next_answer),
];

const ASK: &str = "query($placement: String!, $sessionId: ID, $itemId: ID, $itemIds: [ID!], $limit: Int, $context: ContextInput) {
  recommendations(placement: $placement, context: $context, sessionId: $sessionId, itemId: $itemId, itemIds: $itemIds, limit: $limit) {
    placement recommendationId source items { id title price reason } } }";
const TRACK: &str = "mutation($input: TrackInput!) {
  trackInteractions(input: $input) { accepted rejected { index reason } } }";

/// Asks with `variables`; who is their `userId`, if there is one, is signed in.
fn try_ask(shop: &Shop, variables: &Value) -> Result<Value, String> {
    let mut variables = variables.clone();
    let user = variables
        .as_object_mut()
        .expect("variables")
        .remove("userId");
    let answer = match user.as_ref().and_then(Value::as_str) {
        Some(user) => shop.graphql_as(user, ASK, &variables),
        None => shop.graphql(ASK, &variables),
    };
    Ok(answer?["recommendations"].clone())
}

fn ask(shop: &Shop, variables: &Value) -> Value {
    try_ask(shop, variables).unwrap_or_else(|error| panic!("{error}"))
}

fn ids(answer: &Value) -> Vec<String> {
    let items = answer["items"].as_array().expect("items").iter();
    items
        .map(|item| item["id"].as_str().expect("an id").to_owned())
        .collect()
}

fn track(shop: &Shop, user: &str, interactions: &Value) -> Value {
    let input = json!({ "sessionId": format!("s-{user}"), "interactions": interactions });
    let answer = shop
        .graphql_as(user, TRACK, &json!({ "input": input }))
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
    let refused = |variables: Value| try_ask(shop, &variables).expect_err("is refused");
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
    let long = refused(json!({ "placement": "home", "sessionId": "x".repeat(257) }));
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
        assert_eq!(answer["source"], "POPULAR", "{answer}");
        assert_eq!(ids(&answer).len(), 5);
    }
}

fn nobody_asks_for_another(shop: &Shop) {
    const OF: &str = "query($userId: ID) { recommendations(placement: \"home\", userId: $userId, limit: 5) { items { id } } }";
    let of_u2 = json!({ "userId": "u2" });
    let message = shop
        .graphql(OF, &of_u2)
        .expect_err("an API key names nobody");
    assert!(message.contains("sign in"), "{message}");
    let as_u1 = shop.graphql_as("u1", OF, &of_u2).expect("an answer");
    let own = ask(
        shop,
        &json!({ "placement": "home", "userId": "u1", "limit": 5 }),
    );
    assert_eq!(ids(&as_u1["recommendations"]), ids(&own));
    let session = ask(
        shop,
        &json!({ "placement": "home", "sessionId": "u2", "limit": 5 }),
    );
    let of_u2 = ask(
        shop,
        &json!({ "placement": "home", "userId": "u2", "limit": 5 }),
    );
    assert_ne!(
        session["recommendationId"], of_u2["recommendationId"],
        "a session is not the user of the same id"
    );
    assert_ne!(ids(&session), ids(&of_u2));
    let message = shop
        .graphql("{ recommendations(placement: \"home\", filterValues: [{name: \"X\", values: [\"1\"]}]) { source } }", &json!({}))
        .expect_err("a filter value that is not declared");
    assert!(message.contains("takes no filter value `X`"), "{message}");
}

fn keeps_answers(shop: &Shop) {
    let question = json!({ "placement": "home", "userId": "u13", "limit": 5 });
    let first = ask(shop, &question);
    assert_eq!(first["source"], "PERSONALIZE", "{first}");
    let second = ask(shop, &question);
    assert_eq!(second["source"], "CACHE", "{second}");
    assert_eq!(ids(&first), ids(&second));
    assert_eq!(first["recommendationId"], second["recommendationId"]);
    track(
        shop,
        "u13",
        &json!([{ "eventType": "view", "itemId": "i3" }]),
    );
    let third = ask(shop, &question);
    assert_eq!(third["source"], "PERSONALIZE", "{third}");
}

fn nothing_twice(shop: &Shop) {
    const PAGE: &str = "{ page(placements: [\"product-detail\", \"home\", \"popular\"], itemId: \"i4\", sessionId: \"page\", limit: 6) { placement items { id } } }";
    let page = shop.graphql(PAGE, &json!({})).expect("a page")["page"].clone();
    let placements = page.as_array().expect("placements");
    let names: Vec<&Value> = placements.iter().map(|one| &one["placement"]).collect();
    assert_eq!(names, ["product-detail", "home", "popular"]);
    let all: Vec<String> = placements.iter().flat_map(ids).collect();
    let distinct: BTreeSet<&String> = all.iter().collect();
    assert_eq!(distinct.len(), all.len(), "{all:?}");
    assert!(all.len() >= 12, "{all:?}");
}

fn knows_products(shop: &Shop) {
    const PRODUCTS: &str = "{ product(id: \"i4\") { id title price available } nothing: product(id: \"no such\") { id }
        products(ids: [\"i8\", \"no such\", \"i4\"]) { id title } }";
    let answer = shop.graphql(PRODUCTS, &json!({})).expect("an answer");
    assert_eq!(answer["product"]["id"], "i4", "{answer}");
    assert!(
        answer["product"]["title"].is_string() && answer["nothing"].is_null(),
        "{answer}"
    );
    let ids: Vec<&Value> = answer["products"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["id"])
        .collect();
    assert_eq!(ids, ["i8", "i4"]);
    let message = shop
        .graphql("{ products(ids: [\"i4\", \"\"]) { id } }", &json!({}))
        .expect_err("one of them is no id");
    assert!(message.contains("ids[1] has 0 characters"), "{message}");
}

fn explains_itself(shop: &Shop) {
    const EXPLAIN: &str = "query($id: ID!) { explain(recommendationId: $id) {
        placement source items { id modelRank why movedBy } dropped { id why } tried { source cause } context { name value } } }";
    let answer = ask(
        shop,
        &json!({ "placement": "cart", "itemIds": ["i4", "i8"], "context": { "market": "de" } }),
    );
    let id = json!({ "id": answer["recommendationId"] });
    shop.graphql_as("u1", EXPLAIN, &id)
        .expect_err("not everybody may ask");
    shop.make_admin("boss");
    let told = shop
        .graphql_as("boss", EXPLAIN, &id)
        .expect("an explanation")["explain"]
        .clone();
    assert_eq!(told["placement"], "cart", "{told}");
    assert_eq!(told["items"][0]["id"], answer["items"][0]["id"], "{told}");
    assert_eq!(told["items"][0]["why"], "goes-with", "{told}");
    let context = told["context"].as_array().expect("a list");
    assert!(
        context.contains(&json!({ "name": "market", "value": "de" })),
        "{told}"
    );
    let message = shop
        .graphql_as("boss", EXPLAIN, &json!({ "id": "RID-of-nothing" }))
        .expect_err("nothing is known of it");
    assert!(message.contains("explainHours"), "{message}");
}

fn bought_is_gone_everywhere(shop: &Shop) {
    let questions = [
        json!({ "placement": "home", "userId": "u15", "limit": 10 }),
        json!({ "placement": "popular", "userId": "u15", "limit": 10 }),
        json!({ "placement": "product-detail", "userId": "u15", "itemId": "i4" }),
    ];
    let bought: Vec<String> = questions
        .iter()
        .map(|question| ids(&ask(shop, question))[0].clone())
        .collect();
    let purchases: Vec<Value> = bought
        .iter()
        .map(|item| json!({ "eventType": "purchase", "itemId": item }))
        .collect();
    track(shop, "u15", &json!(purchases));
    for question in &questions {
        let after = ids(&ask(shop, question));
        assert!(
            after.iter().all(|id| !bought.contains(id)),
            "{bought:?} in {after:?}"
        );
    }
    // Nor when Personalize does not answer.
    let fault = Fault {
        cut: 100,
        ..Fault::default()
    };
    let after = shop.with_fault("personalize", fault, || ids(&ask(shop, &questions[0])));
    assert!(
        after.iter().all(|id| !bought.contains(id)),
        "{bought:?} in {after:?}"
    );
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
