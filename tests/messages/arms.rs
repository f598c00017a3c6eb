//! An experiment of the placement holds in messages: the arm fills them, is told to the experiments service, and
//! counts there.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::Shop;

use crate::{
    Case, outbox,
    people::{contact, import},
    runs::run,
};

pub(crate) const CASES: &[Case] = &[("an_experiment_of_the_placement_holds_in_messages", arms)];

const ADMIN: &str = "message-admin";
const EXPERIMENT: &str = "popular-mail";
const PEOPLE: u64 = 60;
/// How long it may take until what was shown is counted.
const COUNTED: Duration = Duration::from_secs(90);

fn arms(shop: &Shop) {
    // The users of the shop, so that Personalize knows what they like.
    let contacts: Vec<Value> = (0..PEOPLE)
        .map(|n| contact(&format!("u{n}"), &["email"]))
        .collect();
    import(shop, "arms", &contacts);
    begin(shop);
    let sent = run(shop, "arms");
    assert_eq!(
        outbox::counts(shop, &sent.name),
        (PEOPLE, PEOPLE),
        "{}",
        sent.report
    );
    let arms = &sent.report["arms"];
    let of = |arm: &str| arms[format!("{EXPERIMENT}/{arm}")].as_u64().unwrap_or(0);
    assert_eq!(of("now") + of("popular"), PEOPLE, "{}", sent.report);
    assert!(of("now") > 10 && of("popular") > 10, "{}", sent.report);
    differ(shop, &sent.name);
    let started = Instant::now();
    loop {
        let units = ask(
            shop,
            "query($id: ID!) { experimentResults(id: $id) { units unassigned } }",
            &json!({ "id": EXPERIMENT }),
        );
        let results = units.map(|mut found| found["experimentResults"].take());
        if results.as_ref().is_ok_and(|found| found["units"] == PEOPLE) {
            break;
        }
        assert!(started.elapsed() < COUNTED, "not counted: {results:?}");
        std::thread::sleep(Duration::from_secs(1));
    }
    ask(
        shop,
        "mutation($id: ID!) { stopExperiment(id: $id) { status } }",
        &json!({ "id": EXPERIMENT }),
    )
    .expect("it ends");
}

/// Whoever is in the arm of what is popular gets the same as everybody in it; the others do not.
fn differ(shop: &Shop, run: &str) {
    let lists = outbox::messages(shop, run);
    let mut lists: Vec<Vec<String>> = lists
        .iter()
        .map(|message| products(&outbox::html(shop, message)))
        .collect();
    lists.sort_unstable();
    lists.dedup();
    assert!(lists.len() > 3, "everybody got the same: {lists:?}");
}

fn products(html: &str) -> Vec<String> {
    let titles = html.split("Product ").skip(1);
    let number = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect();
    titles.map(number).collect()
}

fn begin(shop: &Shop) {
    let _ = shop.graphql_as(ADMIN, "{ __typename }", &json!({}));
    shop.make_admin(ADMIN);
    let definition = json!({
        "id": EXPERIMENT, "name": "Popular in messages", "placements": ["email"], "layer": "messages",
        "arms": [
            {"name": "now", "control": true},
            {"name": "popular", "change": {"campaign": "popularity", "strategy": "popular"}}
        ],
        "primary": {"name": "buyers", "event": "purchase", "measure": "conversion"},
        "plan": {"units": 1_000, "days": 7, "minimumEffect": 0.1}
    });
    let define = "mutation($input: AWSJSON!) { defineExperiment(input: $input) { id } }";
    ask(shop, define, &json!({ "input": definition.to_string() })).expect("a draft");
    let start = "mutation($id: ID!) { startExperiment(id: $id) { status } }";
    let started = ask(shop, start, &json!({ "id": EXPERIMENT })).expect("it starts");
    assert_eq!(started["startExperiment"]["status"], "running");
}

fn ask(shop: &Shop, query: &str, variables: &Value) -> Result<Value, String> {
    shop.graphql_as(ADMIN, query, variables)
}
