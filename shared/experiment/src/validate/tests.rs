//! Each mistake that can be made in the example's definitions.

use super::*;
use crate::definition::{Change, Method, Status, UnitKind};

/// The definitions of the example, changed; the problems as text.
fn after(change: impl FnOnce(&mut Definitions)) -> Vec<String> {
    let mut definitions: Definitions =
        serde_json::from_str(include_str!("../../examples/definitions.json")).unwrap();
    change(&mut definitions);
    problems(&definitions)
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[track_caller]
fn one(found: &[String], start: &str) {
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with(start), "{found:?}");
}

#[test]
fn the_example_is_right() {
    assert_eq!(after(|_| ()), [""; 0]);
}

#[test]
fn unknown_fields_are_refused() {
    let text = include_str!("../../examples/definitions.json").replace("\"ramp\"", "\"rampp\"");
    let error = serde_json::from_str::<Definitions>(&text).unwrap_err();
    assert!(error.to_string().contains("rampp"));
}

#[test]
fn ranges_of_a_layer_must_not_overlap() {
    let found = after(|d| d.experiments[1].range = d.experiments[0].range);
    one(&found, "experiments[1].range overlaps that of");
    let stopped = after(|d| {
        d.experiments[1].range = d.experiments[0].range;
        d.experiments[0].status = Status::Stopped;
    });
    assert_eq!(stopped, [""; 0]);
}

#[test]
fn traffic_is_checked() {
    one(
        &after(|d| d.experiments[2].layer = "x".into()),
        "experiments[2].layer is \"x\"",
    );
    one(
        &after(|d| d.experiments[0].ramp = 10_001),
        "experiments[0].ramp is 10001",
    );
    one(
        &after(|d| d.experiments[0].range.end = 0),
        "experiments[0].range is 0 to 0",
    );
    one(
        &after(|d| d.experiments[0].placements.clear()),
        "experiments[0].placements is empty",
    );
    one(
        &after(|d| {
            d.experiments[0].start = Some(9);
            d.experiments[0].end = Some(9);
        }),
        "experiments[0].end is not after",
    );
    one(
        &after(|d| d.experiments[0].salt = "a b".into()),
        "experiments[0].salt is \"a b\"",
    );
    one(
        &after(|d| d.layers[1].salt = d.layers[0].salt.clone()),
        "layers has",
    );
    one(
        &after(|d| d.hold_out.as_mut().unwrap().share = 10_000),
        "holdOut.share is 10000",
    );
}

#[test]
fn arms_are_checked() {
    one(
        &after(|d| d.experiments[0].arms.truncate(1)),
        "experiments[0].arms are 1",
    );
    one(
        &after(|d| d.experiments[0].arms.iter_mut().for_each(|a| a.weight = 0)),
        "experiments[0].arms all have weight 0",
    );
    one(
        &after(|d| d.experiments[0].arms[1].control = true),
        "experiments[0].arms have 2 controls",
    );
    one(
        &after(|d| {
            d.experiments[0].arms[0].control = false;
            d.experiments[0].arms[0].change = d.experiments[0].arms[1].change.clone();
        }),
        "experiments[0].arms have 0 controls",
    );
    one(
        &after(|d| d.experiments[0].arms[1].name = d.experiments[0].arms[0].name.clone()),
        "experiments[0].arms has",
    );
    one(
        &after(|d| d.experiments[0].arms[1].change = Change::default()),
        "experiments[0].arms[1].change is empty",
    );
    let decided = Status::Decided {
        winner: "nobody".into(),
    };
    one(
        &after(|d| d.experiments[0].status = decided),
        "experiments[0].status.decided.winner is",
    );
}

#[test]
fn statistics_are_checked() {
    one(
        &after(|d| d.experiments[0].alpha = 0.5),
        "experiments[0].alpha is 0.5",
    );
    one(
        &after(|d| d.experiments[0].alpha = f64::NAN),
        "experiments[0].alpha is NaN",
    );
    one(
        &after(|d| d.experiments[0].plan.units = 0),
        "experiments[0].plan.units is 0",
    );
    one(
        &after(|d| d.experiments[0].plan.minimum_effect = -0.1),
        "experiments[0].plan.minimumEffect is -0.1",
    );
    one(
        &after(|d| d.experiments[0].guardrails[0].tolerated_loss = 1.0),
        "experiments[0].guardrails[0].toleratedLoss is 1",
    );
    one(
        &after(|d| d.experiments[0].primary.event.clear()),
        "experiments[0].primary.event is",
    );
}

#[test]
fn blended_lists_have_no_guardrails() {
    let blended = |d: &mut Definitions| d.experiments[0].method = Method::Interleaving;
    one(
        &after(blended),
        "experiments[0].guardrails cannot be held against blended lists",
    );
    let without = after(|d| {
        blended(d);
        d.experiments[0].guardrails.clear();
    });
    assert_eq!(without, [""; 0]);
    let ended = after(|d| {
        blended(d);
        d.experiments[0].status = Status::Stopped;
    });
    assert_eq!(ended, [""; 0], "nobody can correct it any more");
}

#[test]
fn the_control_is_never_stopped() {
    let found = after(|d| d.experiments[0].arms[0].stopped = true);
    one(&found, "experiments[0].arms[0].stopped is of the control");
    let other = after(|d| d.experiments[0].arms[1].stopped = true);
    assert_eq!(other, [""; 0]);
}

#[test]
fn a_bandit_is_of_sessions() {
    let on_users = |d: &mut Definitions| d.experiments[1].unit = UnitKind::User;
    let found = after(on_users);
    one(&found, "experiments[1].unit is \"user\", and the method");
    assert!(found[0].contains("use the unit \"session\""), "{found:?}");
    let ended = after(|d| {
        on_users(d);
        d.experiments[1].status = Status::Stopped;
    });
    assert_eq!(ended, [""; 0], "nobody can correct it any more");
}

#[test]
fn layers_must_not_change_the_same_setting() {
    // Of the first layer one experiment changes the campaign, the other the strategy.
    for (index, other) in [(0, 1), (1, 0)] {
        let found = after(|d| {
            d.experiments[other].status = Status::Draft;
            d.experiments[2].arms[1].change = Change {
                campaign: Some("ranking-clicks".to_owned()),
                ..Change::default()
            };
        });
        one(
            &found,
            "experiments[2].arms change the campaign or strategy of placement \"home\"",
        );
        let name = ["home-ranking", "home-popular"][index];
        assert!(found[0].contains(name), "{found:?}");
    }
}
