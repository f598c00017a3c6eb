//! The experiments service, through GraphQL as administrators ask it: from a definition to a result, with
//! the events of some hundred visitors in the log of `track`.

use std::time::{Duration, Instant};

use experiment::{Choice, Definitions, Visitor, assign};
use serde_json::{Value, json};
use tests::Shop;

pub(crate) const CASES: &[super::Case] = &[
    ("experiments is for administrators", for_administrators),
    ("experiments plans before the start", plans),
    ("experiments holds out a share", holds_out),
    (
        "experiments compares the hold-out with the others",
        compares_hold_out,
    ),
    (
        "experiments says what is wrong with a definition",
        wrong_definitions,
    ),
    (
        "experiments counts exposures and outcomes, also over a restart",
        counts,
    ),
    (
        "experiments counts the sessions of who signs in as one",
        joins_sessions,
    ),
    ("experiments pauses, ramps, resumes and decides", lives),
    ("experiments stops an arm that does harm", stops_harm),
    (
        "experiments gives the visitors of a stopped arm to the control",
        stops_one_of_three,
    ),
    (
        "experiments makes a campaign for an arm and deletes it in the end",
        makes_campaigns,
    ),
];

const ADMIN: &str = "experimenter";
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(300);

pub(crate) fn ask(shop: &Shop, query: &str, variables: &Value) -> Result<Value, String> {
    shop.graphql_as(ADMIN, query, variables)
}

fn definition(id: &str) -> Value {
    json!({
        "id": id, "name": "Popular instead of personal", "placements": ["home"], "share": 1_000,
        "arms": [
            {"name": "now", "control": true},
            {"name": "popular", "change": {"campaign": "popularity"}}
        ],
        "primary": {"name": "buyers", "event": "purchase", "measure": "conversion"},
        "plan": {"units": 1_000, "days": 7, "minimumEffect": 0.1}
    })
}

pub(crate) fn define(shop: &Shop, definition: &Value) -> Result<Value, String> {
    let query = "mutation($input: AWSJSON!) { defineExperiment(input: $input) { id status json } }";
    let answer = ask(shop, query, &json!({ "input": definition.to_string() }))?;
    Ok(answer["defineExperiment"].clone())
}

/// `start`, `pause`, ... with further arguments as they are written; the status afterwards.
pub(crate) fn step(shop: &Shop, step: &str, id: &str, further: &str) -> Result<String, String> {
    let field = format!("{step}Experiment");
    let query = format!("mutation($id: ID!) {{ {field}(id: $id{further}) {{ status }} }}");
    let answer = ask(shop, &query, &json!({ "id": id }))?;
    Ok(answer[&field]["status"]
        .as_str()
        .unwrap_or_default()
        .to_owned())
}

pub(crate) fn results(shop: &Shop, id: &str) -> Result<Value, String> {
    let query = "query($id: ID!) { experimentResults(id: $id) {
        status units unassigned advice mismatch { alarm } json
        arms { name control units crossovers mean lift { lower estimate upper } guardrails { metric verdict } } } }";
    let answer = ask(shop, query, &json!({ "id": id }))?;
    Ok(answer["experimentResults"].clone())
}

/// Looks again and again until `look` has found something.
pub(crate) fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "waited too long for {what}");
        std::thread::sleep(PAUSE);
    }
}

fn counted(shop: &Shop, id: &str, units: u64) -> Value {
    let mut last = Value::Null;
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if let Ok(found) = results(shop, id) {
            if found["units"] == units {
                return found;
            }
            last = found;
        }
        std::thread::sleep(PAUSE);
    }
    panic!("{units} units were expected: {last}");
}

/// The definitions as `recommend` reads them.
pub(crate) fn definitions(shop: &Shop) -> Definitions {
    let item = shop.item("ExperimentsTableName", &[("experimentId", "definitions")]);
    let item = item.expect("definitions");
    let text = item["definitions"].as_s().expect("a text");
    serde_json::from_str(text).expect("definitions")
}

/// The experiments that `recommend` tells a visitor of.
pub(crate) fn told(definitions: &Definitions, placement: &str, visitor: Visitor<'_>) -> Value {
    let now = jiff::Timestamp::now().as_second();
    let assignment = assign(definitions, placement, visitor, now);
    let applied = assignment.applied.iter();
    let told = applied.map(|applied| match applied.choice {
        Choice::Arm(arm) => json!({"experiment": applied.experiment.id, "arm": arm.name}),
        Choice::Interleaved(_) => json!({"experiment": applied.experiment.id, "arm": null}),
    });
    told.collect()
}

/// What users did, in an object of the event log: all saw the placement, and some bought.
fn visit(shop: &Shop, placement: &str, users: impl Iterator<Item = (String, bool)>) {
    let definitions = definitions(shop);
    let now = jiff::Timestamp::now();
    let line = |user: &str, id: &str, kind: &str, more: &Value| {
        let mut line = json!({
            "sessionId": format!("s-{user}"), "userId": user, "eventId": format!("{id}-{user}"),
            "eventType": kind, "itemId": "i1", "sentAt": now.as_second(), "receivedAt": now.as_second(),
        });
        let members = more.as_object().into_iter().flatten();
        for (name, value) in members {
            line[name] = value.clone();
        }
        format!("{line}\n")
    };
    let lines: String = users
        .map(|(user, buys)| {
            let visitor = Visitor {
                user: Some(&user),
                session: None,
            };
            let seen = json!({
                "placement": placement, "impression": ["i1", "i2"],
                "experiments": told(&definitions, placement, visitor),
            });
            let view = line(&user, "view", "view", &seen);
            let bought = line(&user, "buy", "purchase", &json!({"eventValue": 20.0}));
            view + &if buys { bought } else { String::new() }
        })
        .collect();
    shop.put(&shop.event_log_key(), lines);
}

fn users(prefix: &str, some: std::ops::Range<u32>) -> impl Iterator<Item = (String, bool)> {
    some.map(move |number| (format!("{prefix}{number}"), number % 3 == 0))
}

fn units(results: &Value) -> Vec<u64> {
    let arms = results["arms"].as_array().expect("arms").iter();
    arms.map(|arm| arm["units"].as_u64().expect("units"))
        .collect()
}

fn for_administrators(shop: &Shop) {
    shop.make_admin(ADMIN);
    let query = "{ experiments { id } }";
    assert!(shop.graphql(query, &json!({})).is_err(), "an API key");
    let refused = shop.graphql_as("u1", query, &json!({}));
    assert!(refused.is_err(), "a customer: {refused:?}");
    let answer = ask(shop, query, &json!({})).expect("an administrator");
    assert_eq!(answer["experiments"], json!([]));
}

fn plans(shop: &Shop) {
    let query = "query($input: AWSJSON!) { planExperiment(input: $input) { fixedPerArm sequentialUnits days } }";
    let input = json!({"baseline": {"rate": 0.04}, "minimumEffect": 0.1, "dailyUnits": 10_000});
    let answer = ask(shop, query, &json!({"input": input.to_string()})).expect("a plan");
    let plan = &answer["planExperiment"];
    assert!(
        plan["sequentialUnits"].as_u64() > plan["fixedPerArm"].as_u64(),
        "{plan}"
    );
    assert!(plan["days"].as_u64() > Some(0), "{plan}");
}

fn wrong_definitions(shop: &Shop) {
    let mut unknown = definition("wrong");
    unknown["placements"] = json!(["attic"]);
    let refused = define(shop, &unknown).expect_err("is refused");
    assert!(refused.contains("attic"), "{refused}");
    let mut unfit = definition("wrong");
    unfit["arms"][1]["change"] = json!({"campaign": "similar-items"});
    let refused = define(shop, &unfit).expect_err("is refused");
    assert!(refused.contains("cannot fill this strategy"), "{refused}");
    let mut bandit = definition("wrong");
    bandit["method"] = json!("thompson");
    let refused = define(shop, &bandit).expect_err("is refused");
    assert!(refused.contains("session"), "{refused}");
    let mut misspelt = definition("wrong");
    misspelt["armz"] = json!([]);
    let refused = define(shop, &misspelt).expect_err("is refused");
    assert!(refused.contains("armz"), "{refused}");
    let refused = step(shop, "start", "nowhere", "").expect_err("is refused");
    assert!(refused.contains("nowhere"), "{refused}");
}

fn holds_out(shop: &Shop) {
    let query =
        "mutation($share: Int!) { setHoldOut(salt: \"quiet\", share: $share) { salt share } }";
    let set = |share: u32| ask(shop, query, &json!({ "share": share }));
    assert_eq!(set(200).expect("it is set")["setHoldOut"]["share"], 200);
    let held = ask(shop, "{ holdOut { share } }", &json!({})).expect("it is read");
    assert_eq!(held["holdOut"]["share"], 200);
    let refused = set(10_000).expect_err("nobody would be left");
    assert!(refused.contains("holdOut.share"), "{refused}");
    set(0).expect("nobody is held out");
}

fn compares_hold_out(shop: &Shop) {
    let set = |share: u32| {
        let query =
            "mutation($share: Int!) { setHoldOut(salt: \"calm\", share: $share) { event } }";
        ask(shop, query, &json!({ "share": share })).expect("it is set")["setHoldOut"].clone()
    };
    assert_eq!(set(2_000)["event"], "purchase");
    // Events are judged by the second they were received in.
    std::thread::sleep(Duration::from_secs(1));
    visit(shop, "cart", users("quiet", 0..1_000));
    let query =
        "{ holdOutResults { heldOut { units } others { units crossovers } mismatch { alarm }
        metrics { name heldOut others lift { lower estimate upper } } json } }";
    let found = wait("the hold-out to be compared", || {
        let answer = ask(shop, query, &json!({})).ok()?;
        let found = &answer["holdOutResults"];
        let units = |group: &str| found[group]["units"].as_u64();
        (units("heldOut")? + units("others")? == 1_000).then(|| found.clone())
    });
    let page = ask(shop, "{ holdOutReport { html } }", &json!({})).expect("a page");
    set(0);
    let held = (0..1_000).filter(|number| {
        let user = format!("quiet{number}");
        experiment::hash::bucket("calm", &user) < 2_000
    });
    assert_eq!(found["heldOut"]["units"], held.count(), "{found}");
    assert_eq!(found["mismatch"]["alarm"], false, "{found}");
    let buyers = &found["metrics"][0];
    let lift = |bound: &str| buyers["lift"][bound].as_f64();
    assert_eq!(buyers["name"], "buyers");
    assert!(
        lift("lower") < Some(0.0) && lift("upper") > Some(0.0),
        "{found}"
    );
    let page = page["holdOutReport"]["html"].as_str().expect("HTML");
    assert!(page.contains("<svg") && page.contains("revenue"), "{page}");
}

fn counts(shop: &Shop) {
    let mut wide = definition("taste-1");
    wide["share"] = json!(10_000);
    assert_eq!(define(shop, &wide).expect("a draft")["status"], "draft");
    assert_eq!(step(shop, "start", "taste-1", "").as_deref(), Ok("running"));
    visit(shop, "home", users("a", 0..600));
    let first = counted(shop, "taste-1", 600);
    assert!(units(&first).iter().all(|units| *units > 200), "{first}");
    assert_eq!(first["mismatch"]["alarm"], false, "{first}");
    let lift = &first["arms"][1]["lift"];
    let bound = |name: &str| lift[name].as_f64().unwrap_or_else(|| panic!("{first}"));
    assert!(bound("lower") < bound("estimate") && bound("estimate") < bound("upper"));

    let report = "{ experimentReport(id: \"taste-1\") { html } }";
    let report = ask(shop, report, &json!({})).expect("a page")["experimentReport"].to_string();
    assert!(
        report.contains("<svg") && report.contains("popular"),
        "{report}"
    );

    shop.restart_experiments();
    // Half of them come again, and their events are repeated.
    visit(shop, "home", users("a", 300..700));
    let second = counted(shop, "taste-1", 700);
    assert_eq!(second["mismatch"]["alarm"], false, "{second}");
    let buyers: f64 = second["arms"]
        .as_array()
        .expect("arms")
        .iter()
        .map(|arm| arm["mean"].as_f64().expect("a mean") * arm["units"].as_f64().expect("units"))
        .sum();
    assert!((buyers - 234.0).abs() < 0.01, "each buyer once: {buyers}");
}

fn joins_sessions(shop: &Shop) {
    let mut by_session = definition("joined-1");
    by_session["unit"] = json!("session");
    by_session["layer"] = json!("sessions");
    by_session["share"] = json!(10_000);
    by_session["placements"] = json!(["product-detail"]);
    by_session["arms"][1]["change"] = json!({"campaign": "popularity", "strategy": "popular"});
    define(shop, &by_session).expect("a draft");
    step(shop, "start", "joined-1", "").expect("it runs");
    let sees_popular =
        |session: &String| experiment::hash::bucket("joined-1:arm", session) >= 5_000;
    let sessions = || (0..).map(|number| format!("guest{number}"));
    let first = sessions().find(sees_popular).expect("a session");
    let second = sessions().find(|session| !sees_popular(session));
    let second = second.expect("a session");
    let definitions = definitions(shop);
    let now = jiff::Timestamp::now().as_second();
    let lines: String = [(&first, "view"), (&second, "view"), (&second, "purchase")]
        .iter()
        .zip(now..)
        .map(|((session, kind), at)| {
            let mut line = json!({
                "sessionId": session, "eventId": format!("{kind}-{session}"), "eventType": kind,
                "itemId": "i1", "sentAt": at, "receivedAt": at,
            });
            if *kind == "view" {
                line["placement"] = json!("product-detail");
                line["impression"] = json!(["i1", "i2"]);
                let visitor = Visitor {
                    user: None,
                    session: Some(session),
                };
                line["experiments"] = told(&definitions, "product-detail", visitor);
            }
            format!("{line}\n")
        })
        .collect();
    shop.put(&shop.event_log_key(), lines);
    counted(shop, "joined-1", 2);
    for session in [&second, &first] {
        let signs_in = json!({
            "arguments": { "sessionId": session, "userId": "joined" },
            "identity": {"accountId": "000000000000", "userArn": "arn:aws:iam::000000000000:role/shop"},
            "info": { "fieldName": "identify", "parentTypeName": "Mutation" },
        });
        assert_eq!(shop.invoke("track", &signs_in), true);
    }
    let joined = counted(shop, "joined-1", 1);
    assert_eq!(units(&joined), [0, 1], "of the arm seen first: {joined}");
    let popular = &joined["arms"][1];
    assert_eq!(popular["crossovers"], 1, "{joined}");
    assert_eq!(popular["mean"], 1.0, "what the second bought: {joined}");
    step(shop, "stop", "joined-1", "").expect("it ends");
}

fn lives(shop: &Shop) {
    assert_eq!(step(shop, "pause", "taste-1", "").as_deref(), Ok("paused"));
    // Events are judged by the second they were received in.
    std::thread::sleep(Duration::from_secs(1));
    visit(shop, "home", users("paused", 0..50));
    assert_eq!(
        step(shop, "ramp", "taste-1", ", ramp: 5000").as_deref(),
        Ok("paused")
    );
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(
        step(shop, "resume", "taste-1", "").as_deref(),
        Ok("running")
    );
    std::thread::sleep(Duration::from_secs(1));
    visit(shop, "home", users("ramped", 0..200));
    let ramped = wait("the half that the ramp lets in", || {
        let found = results(shop, "taste-1").ok()?;
        let more = found["units"].as_u64()?.checked_sub(700)?;
        (more > 60).then_some(more)
    });
    assert!((60..140).contains(&ramped), "{ramped}");
    let decide = step(shop, "decide", "taste-1", ", winner: \"popular\"");
    assert_eq!(decide.as_deref(), Ok("decided"));
    let again = step(shop, "resume", "taste-1", "").expect_err("is over");
    assert!(again.contains("decided"), "{again}");
}

fn stops_harm(shop: &Shop) {
    let mut guarded = definition("harm-1");
    guarded["layer"] = json!("second");
    guarded["placements"] = json!(["popular"]);
    guarded["share"] = json!(10_000);
    guarded["guardrails"] = json!([{
        "metric": {"name": "sold", "event": "purchase", "measure": "conversion"}, "toleratedLoss": 0.05
    }]);
    define(shop, &guarded).expect("a draft");
    step(shop, "start", "harm-1", "").expect("it runs");
    let sees_new = |user: &str| experiment::hash::bucket("harm-1:arm", user) >= 5_000;
    let visitors = (0..1_500).map(|number| {
        let user = format!("h{number}");
        // Who sees the new arm buys nothing.
        let buys = !sees_new(&user) && number % 2 == 0;
        (user, buys)
    });
    visit(shop, "popular", visitors);
    wait("the guardrail", || {
        let query = "{ experiment(id: \"harm-1\") { status events { text } } }";
        let found = ask(shop, query, &json!({})).ok()?;
        let one = &found["experiment"];
        let events = one["events"].to_string();
        (one["status"] == "paused" && events.contains("guardrail")).then_some(())
    });
    step(shop, "stop", "harm-1", "").expect("it ends");
}

fn stops_one_of_three(shop: &Shop) {
    let mut guarded = definition("harm-2");
    guarded["layer"] = json!("second");
    guarded["placements"] = json!(["popular"]);
    guarded["share"] = json!(10_000);
    guarded["arms"] = json!([
        {"name": "bad", "change": {"campaign": "popularity"}},
        {"name": "now", "control": true},
        {"name": "fine", "change": {"campaign": "popularity"}},
    ]);
    guarded["guardrails"] = json!([{
        "metric": {"name": "sold", "event": "purchase", "measure": "conversion"}, "toleratedLoss": 0.05
    }]);
    define(shop, &guarded).expect("a draft");
    step(shop, "start", "harm-2", "").expect("it runs");
    let before = definitions(shop);
    let users: Vec<String> = (0..2_400).map(|number| format!("k{number}")).collect();
    let arm = |definitions: &Definitions, user: &str| {
        let visitor = Visitor {
            user: Some(user),
            session: None,
        };
        told(definitions, "popular", visitor)[0]["arm"].clone()
    };
    let visitors = users.iter().enumerate().map(|(number, user)| {
        let buys = arm(&before, user) != "bad" && number % 2 == 0;
        (user.clone(), buys)
    });
    visit(shop, "popular", visitors);
    wait("the guardrail", || {
        let query = "{ experiment(id: \"harm-2\") { status arms { name stopped } } }";
        let found = ask(shop, query, &json!({})).ok()?;
        let one = &found["experiment"];
        assert_eq!(one["status"], "running");
        (one["arms"][0]["stopped"] == true).then_some(())
    });
    let after = definitions(shop);
    for user in &users {
        match arm(&before, user) {
            bad if bad == "bad" => assert_eq!(arm(&after, user), "now"),
            other => assert_eq!(arm(&after, user), other),
        }
    }
    step(shop, "stop", "harm-2", "").expect("it ends");
}

/// These cases alone find a shop that was never trained.
pub(crate) fn trained(shop: &Shop) {
    if shop.campaign("similar-items").is_none() {
        shop.fill();
    }
}

fn makes_campaigns(shop: &Shop) {
    trained(shop);
    let mut trained = definition("model-1");
    trained["layer"] = json!("third");
    trained["placements"] = json!(["cart"]);
    trained["arms"][1] = json!({"name": "new", "model": {"solution": "similar-items"}});
    define(shop, &trained).expect("a draft");
    let started = step(shop, "start", "model-1", "").expect("it starts");
    assert_eq!(started, "creating");
    wait("the campaign", || {
        let query = "{ experiment(id: \"model-1\") { status } }";
        let found = ask(shop, query, &json!({})).ok()?;
        (found["experiment"]["status"] == "running").then_some(())
    });
    assert!(shop.campaign("model-1-new").is_some());
    let known = shop.item(
        "OperationsTableName",
        &[("pk", "estate#shop"), ("sk", "campaign#model-1-new")],
    );
    assert!(known.is_some(), "recommend finds it by its name");
    let plan = shop.invoke("estate", &json!({ "action": "plan" }));
    assert!(!plan["plan"].to_string().contains("model-1-new"), "{plan}");
    let retrained = shop.invoke("retrain", &json!({ "solution": "similar-items" }));
    let arn = retrained["solutionVersionArn"].as_str().expect("an ARN");
    assert_ne!(
        arn,
        shop.campaign_version("model-1-new"),
        "the arm's is not judged"
    );
    assert_eq!(shop.settled(arn)["ok"], true);
    step(shop, "stop", "model-1", "").expect("it ends");
    wait("the campaign to be gone", || {
        shop.campaign("model-1-new").is_none().then_some(())
    });
    assert!(shop.campaign("similar-items").is_some(), "no other");
}
