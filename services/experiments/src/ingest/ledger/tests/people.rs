//! Sessions that turn out to be users, by lines as `track` writes them.

use experiment::definition::Measure;
use serde_json::{Value, json};

use super::*;
use crate::ingest::{
    codec,
    line::{self, Line, Read},
};

/// An experiment on `unit`s that counts purchases.
fn counting(unit: UnitKind) -> Definitions {
    let mut definitions = running();
    definitions.experiments[0].unit = unit;
    definitions.experiments[0].primary.measure = Measure::Count;
    definitions
}

/// What happens in a session, with the user that the shop knows of; `second`s after the start.
fn happens(kind: &str, session: &str, user: Option<&str>, second: i64) -> Value {
    let mut line = json!({
        "sessionId": session, "eventId": format!("{kind}-{session}-{second}"), "eventType": kind,
        "itemId": "i1", "sentAt": NOW + second, "receivedAt": NOW + second,
    });
    if let Some(user) = user {
        line["userId"] = user.into();
    }
    if kind == "view" {
        line["impression"] = json!(["i1"]);
        line["placement"] = "home".into();
        // The arms of users are those of experiments on users.
        let told = told("a", user.unwrap_or(session));
        line["experiments"] = json!([{"experiment": told[0].experiment, "arm": told[0].arm}]);
    }
    line
}

fn identify(session: &str, user: &str) -> Value {
    json!({"kind": "identify", "sessionId": session, "userId": user, "receivedAt": NOW + 1_000})
}

fn read(ledger: &mut Ledger, definitions: &Definitions, lines: &[Value]) {
    for text in lines {
        match line::read(text.to_string().as_bytes()) {
            Read::Line(Line::Event(event)) => {
                ledger.take(&event, Some(definitions), &Drafted::new());
            }
            Read::Line(Line::Identified(known)) => ledger.identify(&known, Some(definitions)),
            other => panic!("{text} is {other:?}"),
        }
    }
}

/// A session whose visitors see the arm with this index.
fn session_of(definitions: &Definitions, arm: usize) -> String {
    let sees = |session: &String| {
        let event = happens("view", session, None, 0).to_string();
        let Read::Line(Line::Event(event)) = line::read(event.as_bytes()) else {
            panic!("an event")
        };
        Sight::of(&definitions.experiments[0], definitions, &event) == Sight::Arm(arm)
    };
    let sessions = (0..).map(|number| format!("s{number}"));
    sessions.into_iter().find(sees).unwrap()
}

fn counted(ledger: &Ledger) -> u64 {
    let periods = ledger.tallies["a"].periods();
    periods.iter().flat_map(|period| &period.units).sum()
}

#[test]
fn what_a_session_saw_and_a_user_did_are_of_one_unit() {
    let definitions = counting(UnitKind::Session);
    let mut ledger = Ledger::default();
    let lines = [
        happens("view", "s", None, 0),
        happens("purchase", "s", None, 1),
        identify("s", "u"),
        happens("purchase", "s", None, 2),
        happens("purchase", "s", Some("u"), 3),
        happens("purchase", "elsewhere", Some("u"), 4),
    ];
    read(&mut ledger, &definitions, &lines);
    assert_eq!(*only_unit(&ledger).outcomes, [4.0]);
    assert_eq!(counted(&ledger), 1);
    assert_eq!(ledger.tallies["a"].crossovers(2), [0, 0]);
}

#[test]
fn two_sessions_of_a_user_are_of_the_arm_that_was_seen_first() {
    let definitions = counting(UnitKind::Session);
    let [first, second] = [1, 0].map(|arm| session_of(&definitions, arm));
    let mut ledger = Ledger::default();
    let exposures = [
        happens("view", &first, None, 0),
        happens("view", &second, None, 10),
        happens("purchase", &second, None, 11),
        happens("purchase", &first, None, 12),
    ];
    read(&mut ledger, &definitions, &exposures);
    assert_eq!((ledger.tallies["a"].units.len(), counted(&ledger)), (2, 2));
    // Whoever is identified first, and also after a restart.
    let mut ledger = codec::decode(&codec::encode(&ledger).unwrap()).unwrap();
    let signs_in = [
        identify(&second, "u"),
        identify(&first, "u"),
        identify(&second, "u"),
    ];
    read(&mut ledger, &definitions, &signs_in);
    assert_eq!(only_unit(&ledger).arm, 1);
    assert_eq!(*only_unit(&ledger).outcomes, [2.0], "each purchase once");
    assert_eq!(counted(&ledger), 1);
    assert_eq!(ledger.tallies["a"].crossovers(2), [0, 1]);
}

#[test]
fn another_arm_after_signing_in_is_a_crossover() {
    let definitions = counting(UnitKind::Session);
    let [first, second] = [0, 1].map(|arm| session_of(&definitions, arm));
    let mut ledger = Ledger::default();
    let lines = [
        happens("view", &first, None, 0),
        identify(&first, "u"),
        identify(&second, "u"),
        happens("view", &second, None, 10),
        happens("purchase", &second, None, 11),
    ];
    read(&mut ledger, &definitions, &lines);
    assert_eq!((only_unit(&ledger).arm, counted(&ledger)), (0, 1));
    assert_eq!(*only_unit(&ledger).outcomes, [1.0]);
    assert_eq!(ledger.tallies["a"].crossovers(2), [1, 0]);
}

#[test]
fn what_a_session_did_before_it_was_known_counts_for_the_user() {
    let definitions = counting(UnitKind::User);
    let mut ledger = Ledger::default();
    let lines = [
        // As a guest, before: a covariate.
        happens("purchase", "s1", None, 0),
        identify("s1", "u"),
        happens("view", "s1", Some("u"), 10),
        // As a guest, after, on another device: an outcome.
        happens("purchase", "s2", None, 20),
        identify("s2", "u"),
    ];
    read(&mut ledger, &definitions, &lines);
    assert_eq!(*only_unit(&ledger).covariates, [1.0]);
    assert_eq!(*only_unit(&ledger).outcomes, [1.0]);
    read(&mut ledger, &definitions, &[identify("s2", "u")]);
    assert_eq!(*only_unit(&ledger).outcomes, [1.0], "once");
}

#[test]
fn points_of_both_sessions_are_the_users() {
    let mut definitions = counting(UnitKind::Session);
    definitions.experiments[0].method = Method::Interleaving;
    let mut ledger = Ledger::default();
    for (session, arm) in [("s1", "new"), ("s2", "new"), ("s3", "now")] {
        let answer = format!("LST-{session}");
        let draft = json!({"listKey": "", "experiment": "a", "arms": {"i1": arm}});
        let draft = serde_json::from_value(draft).unwrap();
        let drafts = Drafted::from([(answer.clone(), draft)]);
        let mut clicked = event(session, "purchase", "u");
        (clicked.session, clicked.user) = (session.to_owned(), None);
        clicked.recommendation = Some(answer);
        clicked.placement = Some("home".to_owned());
        clicked.experiments = blended();
        ledger.take(&clicked, Some(&definitions), &drafts);
    }
    let signs_in = ["s1", "s2", "s3"].map(|session| identify(session, "u"));
    read(&mut ledger, &definitions, &signs_in);
    assert_eq!(*only_unit(&ledger).outcomes, [1.0, 2.0]);
    assert_eq!(counted(&ledger), 1);
}

#[test]
fn a_session_sees_no_arm_of_an_experiment_on_users() {
    let definitions = counting(UnitKind::User);
    let mut ledger = Ledger::default();
    let lines = [
        happens("view", "s", None, 0),
        identify("s", "u"),
        happens("view", "s", None, 1),
    ];
    read(&mut ledger, &definitions, &lines);
    assert!(ledger.tallies.values().all(|tally| tally.units.is_empty()));
}
