//! Arms as visitors see them: an experiment that runs, asked for in processes of `recommend` that have just
//! started, as definitions are kept for a minute.

use std::collections::BTreeMap;

use experiment::{Definitions, Visitor};
use serde_json::{Value, json};
use tests::{Environment, Shop, estate_binary};

use crate::experiments::{ask, define, definitions, results, step, told, trained, wait};

pub(crate) const CASES: &[super::Case] = &[(
    "experiments are what recommend serves, and who is held out sees none",
    serves_arms,
)];

const PLACEMENT: &str = "cart";
const LIMIT: usize = 8;
const IN_CART: &str = "i4";

fn serves_arms(shop: &Shop) {
    trained(shop);
    hold_out(shop, 2_000);
    let somebody = json!({ "sessionId": "arm-nobody" });
    let mut before = Recommend::start(shop);
    let declared = before.shows(PLACEMENT, &somebody).items;
    let popular = before.shows("popular", &somebody).items;
    assert_ne!(declared, popular, "or nobody could tell them apart");

    let experiment = json!({
        "id": "served-1", "name": "Popular in the cart", "placements": [PLACEMENT], "layer": "served",
        "arms": [
            {"name": "now", "control": true},
            {"name": "popular", "change": {"campaign": "popularity", "strategy": "popular"}}
        ],
        "primary": {"name": "buyers", "event": "purchase", "measure": "conversion"},
        "plan": {"units": 1_000, "days": 7, "minimumEffect": 0.1}
    });
    define(shop, &experiment).expect("a draft");
    assert_eq!(
        step(shop, "start", "served-1", "").as_deref(),
        Ok("running")
    );
    let definitions = definitions(shop);

    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let mut running = Recommend::start(shop);
    for number in 0..40 {
        let user = format!("arm{number}");
        let answer = running.shows(PLACEMENT, &json!({ "userId": user }));
        let expected = Expected::of(&definitions, &user);
        assert_eq!(answer.participations, expected.participations, "{user}");
        let list = match expected.name.as_str() {
            "popular" => &popular,
            _ => &declared,
        };
        assert_eq!(answer.items, *list, "{user} is {}", expected.name);
        tell(shop, &user, Some(PLACEMENT), &answer);
        *seen.entry(expected.name).or_default() += 1;
    }
    let groups: Vec<&str> = seen.keys().map(String::as_str).collect();
    assert_eq!(groups, ["held out", "now", "popular"], "{seen:?}");
    // Who is nobody yet is in no experiment on users.
    let session = running.shows(PLACEMENT, &json!({ "sessionId": "arm-session" }));
    assert_eq!(session.participations, json!([]));
    assert_eq!(session.items, declared);

    counts_what_was_served(shop, &mut running, seen["now"] + seen["popular"]);

    step(shop, "stop", "served-1", "").expect("it ends");
    hold_out(shop, 0);
}

/// What was told as it was answered is counted; what was not, or of no placement, makes nobody a unit.
fn counts_what_was_served(shop: &Shop, recommend: &mut Recommend<'_>, units: u32) {
    let participants = (40..).map(|number| format!("arm{number}"));
    let mut silent = participants.filter_map(|user| {
        let answer = recommend.shows(PLACEMENT, &json!({ "userId": user }));
        (answer.participations != json!([])).then_some((user, answer))
    });
    let (nowhere, answer) = silent.next().expect("somebody takes part");
    tell(shop, &nowhere, None, &answer);
    let (forgets, mut answer) = silent.next().expect("somebody else does");
    answer.participations = json!([]);
    tell(shop, &forgets, Some(PLACEMENT), &answer);
    let (lies, mut answer) = silent.next().expect("and another");
    let told = &mut answer.participations[0]["arm"];
    *told = if *told == "now" { "popular" } else { "now" }.into();
    tell(shop, &lies, Some(PLACEMENT), &answer);
    let found = wait("all that was told", || {
        let found = results(shop, "served-1").ok()?;
        (found["unassigned"] == 2).then_some(found)
    });
    assert_eq!(found["units"], units, "{found}");
}

/// Tells `track` what a backend showed a user.
fn tell(shop: &Shop, user: &str, placement: Option<&str>, answer: &Answer) {
    let shown = json!({
        "eventType": "impression", "impression": answer.items, "placement": placement,
        "recommendationId": "RID-1", "experiments": answer.participations,
    });
    let event = json!({
        "arguments": {"input": {"userId": user, "sessionId": format!("s-{user}"), "interactions": [shown]}},
        "identity": {"accountId": "000000000000", "userArn": "arn:aws:iam::000000000000:role/shop"},
        "info": {"fieldName": "trackInteractions", "parentTypeName": "Mutation"},
    });
    let answer = shop.invoke("track", &event);
    assert_eq!(answer["accepted"], 1, "{answer}");
}

fn hold_out(shop: &Shop, share: u32) {
    let query = "mutation($share: Int!) { setHoldOut(salt: \"calm\", share: $share) { share } }";
    ask(shop, query, &json!({ "share": share })).expect("it is set");
}

/// What a user is to see.
struct Expected {
    /// The arm, or `held out`.
    name: String,
    /// As the answer tells it.
    participations: Value,
}

impl Expected {
    fn of(definitions: &Definitions, user: &str) -> Self {
        let visitor = Visitor {
            user: Some(user),
            session: None,
        };
        let hold_out = definitions.hold_out.as_ref().expect("a hold-out");
        let participations = told(definitions, PLACEMENT, visitor);
        let arm = participations[0]["arm"].as_str();
        assert_eq!(arm.is_none(), hold_out.holds(user), "one or the other");
        Self {
            name: arm.unwrap_or("held out").to_owned(),
            participations,
        }
    }
}

/// An answer, as far as it is looked at.
struct Answer {
    participations: Value,
    items: Vec<String>,
}

/// A process of `recommend`.
struct Recommend<'a> {
    shop: &'a Shop,
    process: Environment,
}

impl<'a> Recommend<'a> {
    fn start(shop: &'a Shop) -> Self {
        // Beside the function `estate`, which is a command too, are the others.
        let binary = estate_binary().with_file_name("recommend");
        let variables = shop.variables("recommend");
        let start = Environment::start(&binary, &variables);
        let process = shop.runtime().block_on(start);
        Self { shop, process }
    }

    /// What a placement shows beside the item in the cart, as a backend asks for it.
    fn shows(&mut self, placement: &str, visitor: &Value) -> Answer {
        let mut arguments = visitor.clone();
        arguments["placement"] = placement.into();
        arguments["itemIds"] = json!([IN_CART]);
        let event = json!({
            "arguments": arguments,
            "identity": {"accountId": "000000000000", "userArn": "arn:aws:iam::000000000000:role/shop"},
            "request": {"headers": {}},
            "info": {"fieldName": "recommendations", "parentTypeName": "Query"},
        });
        let invocation = self.process.invoke(&event);
        let (answer, _) = self.shop.runtime().block_on(invocation);
        let from = answer["source"].as_str().unwrap_or_default();
        assert!(["PERSONALIZE", "CACHE"].contains(&from), "{answer}");
        let items = answer["items"].as_array().expect("items").iter();
        let items = items
            .filter_map(|item| item["id"].as_str())
            .map(str::to_owned);
        Answer {
            participations: answer["experiments"].clone(),
            items: items.filter(|id| id != IN_CART).take(LIMIT).collect(),
        }
    }
}
