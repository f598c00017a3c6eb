//! Exposures, outcomes and points.

mod hold_out;
mod people;

use experiment::hash::{BUCKETS, bucket};

use super::*;
use crate::{
    definition::define::tests::{body, define},
    ingest::{codec, line::Participation, unit::Unit},
};

const NOW: i64 = 1_800_000_000;

/// A running experiment on `home`: buyers of the arms `now` and `new`.
pub(crate) fn running() -> Definitions {
    let mut definitions = Definitions::default();
    define(body("a"), &mut definitions);
    definitions.experiments[0].status = Status::Running;
    definitions
}

pub(crate) fn event(id: &str, kind: &str, user: &str) -> Event {
    Event {
        id: id.to_owned(),
        kind: kind.to_owned(),
        session: format!("s-{user}"),
        user: Some(user.to_owned()),
        item: Some("i1".to_owned()),
        value: 10.0,
        recommendation: None,
        has_impression: kind == "view",
        placement: (kind == "view").then(|| "home".to_owned()),
        experiments: told("a", user),
        sent_at: NOW,
        received_at: NOW,
    }
}

/// What `recommend` tells of the unit of an experiment in which everybody is.
pub(crate) fn told(experiment: &str, unit: &str) -> Vec<Participation> {
    let arm = match bucket(&format!("{experiment}:arm"), unit) < BUCKETS / 2 {
        true => "now",
        false => "new",
    };
    vec![Participation {
        experiment: experiment.to_owned(),
        arm: Some(arm.to_owned()),
    }]
}

/// The same of blended lists.
fn blended() -> Vec<Participation> {
    let mut told = told("a", "");
    told[0].arm = None;
    told
}

fn take(ledger: &mut Ledger, events: &[Event], definitions: &Definitions) {
    for event in events {
        ledger.take(event, Some(definitions), &Drafted::new());
    }
}

fn only_unit(ledger: &Ledger) -> &Unit {
    assert_eq!(ledger.tallies["a"].units.len(), 1);
    ledger.tallies["a"].units.values().next().unwrap()
}

#[test]
fn outcomes_count_after_the_exposure_and_once() {
    let definitions = running();
    let mut ledger = Ledger::default();
    let before = event("1", "purchase", "u");
    take(&mut ledger, &[before], &definitions);
    assert!(ledger.tallies["a"].units.is_empty(), "not exposed yet");
    let late = Event {
        sent_at: NOW - 60,
        ..event("3", "purchase", "u")
    };
    take(&mut ledger, &[event("2", "view", "u"), late], &definitions);
    assert_eq!(*only_unit(&ledger).outcomes, [0.0]);
    assert_eq!(*only_unit(&ledger).covariates, [1.0], "bought before");
    let bought = event("4", "purchase", "u");
    take(&mut ledger, &[bought.clone(), bought], &definitions);
    assert_eq!(*only_unit(&ledger).outcomes, [1.0]);
    assert_eq!(
        ledger.tallies["a"].periods()[0].units.iter().sum::<u64>(),
        1
    );
}

#[test]
fn a_repeated_event_counts_once() {
    let mut definitions = running();
    definitions.experiments[0].primary.measure = experiment::definition::Measure::Value;
    let mut ledger = Ledger::default();
    let bought = event("2", "purchase", "u");
    let events = [event("1", "view", "u"), bought.clone(), bought];
    take(&mut ledger, &events, &definitions);
    assert_eq!(*only_unit(&ledger).outcomes, [10.0]);
}

#[test]
fn a_purchase_that_comes_again_after_many_views_and_a_restart_counts_once() {
    let mut definitions = running();
    definitions.experiments[0].primary.measure = experiment::definition::Measure::Count;
    let mut ledger = Ledger::default();
    let bought = event("bought", "purchase", "u");
    take(
        &mut ledger,
        &[event("1", "view", "u"), bought.clone()],
        &definitions,
    );
    let mut viewed = event("", "click", "others");
    for number in 0..600_000 {
        viewed.id = number.to_string();
        ledger.take(&viewed, Some(&definitions), &Drafted::new());
    }
    let mut ledger = codec::decode(&codec::encode(&ledger).unwrap()).unwrap();
    take(
        &mut ledger,
        &[bought, event("more", "purchase", "u")],
        &definitions,
    );
    assert_eq!(*only_unit(&ledger).outcomes, [2.0]);
}

#[test]
fn nobody_is_exposed_elsewhere_or_while_it_pauses() {
    let mut definitions = running();
    let mut ledger = Ledger::default();
    let elsewhere = Event {
        placement: Some("cart".to_owned()),
        ..event("1", "view", "u")
    };
    take(&mut ledger, &[elsewhere], &definitions);
    definitions.experiments[0].status = Status::Paused;
    take(&mut ledger, &[event("2", "view", "u")], &definitions);
    assert!(ledger.tallies.values().all(|tally| tally.units.is_empty()));
}

#[test]
fn who_was_shown_nobody_knows_what_is_no_unit_and_told() {
    let definitions = running();
    let mut ledger = Ledger::default();
    let silent = |id: &str| Event {
        experiments: Vec::new(),
        ..event(id, "view", "u")
    };
    let bought = event("2", "purchase", "u");
    // Signed in when the page was made, and not when it was told.
    let unknown = Event {
        user: None,
        ..event("3", "view", "v")
    };
    take(&mut ledger, &[silent("1"), bought, unknown], &definitions);
    let tally = &ledger.tallies["a"];
    assert_eq!((tally.units.len(), tally.unassigned), (0, 2));
    take(
        &mut ledger,
        &[event("4", "view", "u"), silent("5")],
        &definitions,
    );
    assert_eq!(*only_unit(&ledger).outcomes, [0.0]);
    assert_eq!(ledger.tallies["a"].unassigned, 2, "who is counted is known");
}

#[test]
fn a_click_on_a_blended_list_is_a_point_for_who_placed_it() {
    let mut definitions = running();
    definitions.experiments[0].method = Method::Interleaving;
    let draft = serde_json::json!({
        "listKey": "draft#LST-1", "experiment": "a", "arms": {"i1": "new"},
    });
    let drafts = Drafted::from([("LST-1".to_owned(), serde_json::from_value(draft).unwrap())]);
    let clicked = |id: &str| Event {
        recommendation: Some("LST-1".to_owned()),
        placement: Some("home".to_owned()),
        experiments: blended(),
        ..event(id, "purchase", "u")
    };
    let mut ledger = Ledger::default();
    for event in [clicked("1"), clicked("2")] {
        ledger.take(&event, Some(&definitions), &drafts);
    }
    assert_eq!(*only_unit(&ledger).outcomes, [0.0, 1.0]);
}
