//! Who gets what, over many units: exclusive, independent, stable and in proportion.
#![allow(clippy::unwrap_used, reason = "tests")]

use experiment::definition::{Definitions, Status};
use experiment::statistics::special::chi_square_p;
use experiment::{Applied, Arm, Assignment, Choice, Visitor, assign, validate};
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

const UNITS: u32 = 40_000;

fn definitions() -> Definitions {
    serde_json::from_str(include_str!("../examples/definitions.json")).unwrap()
}

fn visit<'a>(definitions: &'a Definitions, placement: &str, unit: &'a str) -> Assignment<'a> {
    let visitor = Visitor {
        user: Some(unit),
        session: Some(unit),
    };
    assign(definitions, placement, visitor, 1_000)
}

fn ids() -> impl Iterator<Item = String> {
    (0..UNITS).map(|unit| format!("user-{unit}"))
}

fn arm<'a>(assignment: &Assignment<'a>, experiment: &str) -> Option<&'a str> {
    assignment
        .applied
        .iter()
        .find(|applied| applied.experiment.id == experiment)
        .and_then(|applied| match applied.choice {
            Choice::Arm(arm) => Some(arm.name.as_str()),
            Choice::Interleaved(_) => None,
        })
}

/// Chi-square p-value of independence of two labels.
fn independence(table: [[f64; 2]; 2]) -> f64 {
    let rows = table.map(|row| row[0] + row[1]);
    let columns = [table[0][0] + table[1][0], table[0][1] + table[1][1]];
    let all = rows[0] + rows[1];
    let mut statistic = 0.0;
    for row in 0..2 {
        for column in 0..2 {
            let expected = rows[row] * columns[column] / all;
            statistic += (table[row][column] - expected).powi(2) / expected;
        }
    }
    chi_square_p(statistic, 1)
}

#[test]
fn one_experiment_per_layer_and_the_layers_in_order() {
    let definitions = definitions();
    let mut seen = [0; 2];
    for id in ids() {
        let assignment = visit(&definitions, "home", &id);
        if assignment.held_out {
            assert!(assignment.applied.is_empty());
            continue;
        }
        let layers: Vec<&str> = assignment
            .applied
            .iter()
            .map(|applied| applied.experiment.layer.as_str())
            .collect();
        assert_eq!(layers, ["ranking", "filtering"]);
        seen[usize::from(assignment.applied[0].experiment.id == "home-popular")] += 1;
        assert!(assignment.applied.iter().all(|applied| applied.exposed));
    }
    // Each owns half of the layer, less the hold-out.
    assert!(
        seen.iter().all(|&n| (18_500..19_500).contains(&n)),
        "{seen:?}"
    );
}

#[test]
fn layers_are_independent() {
    let definitions = definitions();
    let mut table = [[0.0; 2]; 2];
    for id in ids() {
        let assignment = visit(&definitions, "home", &id);
        if let (Some(ranking), Some(filtering)) = (
            arm(&assignment, "home-ranking"),
            arm(&assignment, "in-stock"),
        ) {
            table[usize::from(ranking == "today")][usize::from(filtering == "all")] += 1.0;
        }
    }
    let p = independence(table);
    assert!(p > 0.001, "{table:?}: p {p}");
}

#[test]
fn a_later_experiment_in_the_same_range_mixes_the_arms_of_the_first() {
    let first = definitions();
    let mut second = definitions();
    second.experiments[0].salt = "home-ranking-2".to_owned();
    let mut table = [[0.0; 2]; 2];
    for id in ids() {
        let arms =
            [&first, &second].map(|d| arm(&visit(d, "home", &id), "home-ranking") == Some("today"));
        if arm(&visit(&first, "home", &id), "home-ranking").is_some() {
            table[usize::from(arms[0])][usize::from(arms[1])] += 1.0;
        }
    }
    let p = independence(table);
    assert!(p > 0.001, "{table:?}: p {p}");
}

#[test]
fn growing_the_ramp_or_the_range_moves_nobody() {
    let mut small = definitions();
    small.experiments[0].ramp = 1_000;
    small.experiments[0].range.end = 4_000;
    let mut middle = definitions();
    middle.experiments[0].ramp = 5_000;
    let full = definitions();
    let mut counts = [0; 3];
    for id in ids() {
        let of =
            |definitions| arm(&visit(definitions, "home", &id), "home-ranking").map(str::to_owned);
        let arms = [of(&small), of(&middle), of(&full)];
        for (count, arm) in counts.iter_mut().zip(&arms) {
            *count += u32::from(arm.is_some());
        }
        if arms[0].is_some() {
            assert_eq!(arms[0], arms[1]);
        }
        if arms[1].is_some() {
            assert_eq!(arms[1], arms[2]);
        }
    }
    // 40,000 less the hold-out: times 0.4 · 0.1, 0.5 · 0.5 and 0.5.
    for (count, expected) in counts.into_iter().zip([1_520_u32, 9_500, 19_000]) {
        assert!(count.abs_diff(expected) < expected / 10, "{counts:?}");
    }
}

/// An experiment of some arms with some weights, each time others, in the whole of its layer.
fn some_experiment(rng: &mut SmallRng) -> Definitions {
    let mut definitions = definitions();
    definitions.hold_out = None;
    let mut experiment = definitions.experiments.remove(0);
    let arms = rng.random_range(2..=10);
    let control = rng.random_range(0..arms);
    let template = experiment.arms.remove(1);
    experiment.arms = (0..arms)
        .map(|index| Arm {
            name: format!("arm-{index}"),
            weight: rng.random_range(1..=20),
            control: index == control,
            ..template.clone()
        })
        .collect();
    experiment.salt = format!("salt-{}", rng.random_range(0..1_000_000));
    experiment.range.end = 10_000;
    definitions.experiments = vec![experiment];
    assert_eq!(validate::problems(&definitions), []);
    definitions
}

/// What each of some units sees, and whether that is counted.
fn seen(definitions: &Definitions) -> Vec<Option<(String, bool)>> {
    let ids = ids().take(2_000);
    ids.map(|id| {
        let assignment = visit(definitions, "home", &id);
        let exposed = assignment.applied.first()?.exposed;
        Some((arm(&assignment, "home-ranking")?.to_owned(), exposed))
    })
    .collect()
}

#[test]
fn stopping_an_arm_moves_its_own_units_to_the_control_and_no_other() {
    let mut rng = SmallRng::seed_from_u64(1);
    for _ in 0..50 {
        let mut definitions = some_experiment(&mut rng);
        // One after the other, until the control is left.
        let mut order: Vec<usize> = (0..definitions.experiments[0].arms.len()).collect();
        order.shuffle(&mut rng);
        for index in order {
            let before = seen(&definitions);
            let experiment = &mut definitions.experiments[0];
            if experiment.arms[index].control {
                continue;
            }
            experiment.arms[index].stopped = true;
            let stopped = experiment.arms[index].name.clone();
            let control = experiment.arms[experiment.control().unwrap()].name.clone();
            for (before, after) in before.into_iter().zip(seen(&definitions)) {
                match before {
                    Some((name, true)) if name == stopped => {
                        assert_eq!(after, Some((control.clone(), false)));
                    }
                    before => assert_eq!(before, after),
                }
            }
        }
    }
}

#[test]
fn what_is_counted_after_a_stop_has_the_ratio_of_the_buckets() {
    let mut definitions = definitions();
    definitions.hold_out = None;
    definitions.experiments[1].range.start = 0;
    definitions.experiments.remove(0);
    definitions.experiments[0].arms[1].stopped = true;
    let experiment = &definitions.experiments[0];
    assert_eq!(experiment.arm_buckets(), [3_334, 0, 3_333]);
    let mut counted = [0_f64; 3];
    let mut places_of_the_stopped = 0_f64;
    for id in ids() {
        let assignment = visit(&definitions, "home", &id);
        let applied = assignment.applied.first().unwrap();
        let Choice::Arm(seen) = applied.choice else {
            panic!("an arm")
        };
        let index = experiment.arms.iter().position(|arm| arm == seen).unwrap();
        assert_ne!(index, 1, "nobody sees the stopped arm");
        match applied.exposed {
            true => counted[index] += 1.0,
            false => places_of_the_stopped += 1.0,
        }
    }
    for units in [counted[0], counted[2], places_of_the_stopped] {
        assert!((units / f64::from(UNITS) - 1.0 / 3.0).abs() < 0.01);
    }
}

#[test]
fn a_ramp_lets_units_in_and_out_and_moves_none() {
    let mut rng = SmallRng::seed_from_u64(2);
    for _ in 0..50 {
        let mut definitions = some_experiment(&mut rng);
        let mut before = seen(&definitions);
        for _ in 0..4 {
            let grown = definitions.experiments[0].ramp;
            definitions.experiments[0].ramp = rng.random_range(0..=10_000);
            let grown = definitions.experiments[0].ramp >= grown;
            let after = seen(&definitions);
            for (before, after) in before.iter().zip(&after) {
                match (before, after) {
                    (Some(before), Some(after)) => assert_eq!(before, after),
                    (None, Some(_)) => assert!(grown, "somebody came in"),
                    (Some(_), None) => assert!(!grown, "somebody went out"),
                    (None, None) => {}
                }
            }
            before = after;
        }
    }
}

#[test]
fn arms_get_their_weights_and_changed_weights_move_only_the_difference() {
    let before = definitions();
    let mut after = definitions();
    after.experiments[2].arms[0].weight = 2;
    after.experiments[2].arms[1].weight = 3;
    let (mut control, mut moved, mut all) = (0.0, 0.0, 0.0);
    for id in ids() {
        if let (Some(old), Some(new)) = (
            arm(&visit(&before, "cart", &id), "in-stock"),
            arm(&visit(&after, "cart", &id), "in-stock"),
        ) {
            all += 1.0;
            control += f64::from(u8::from(old == "all"));
            moved += f64::from(u8::from(old != new));
            assert!(old == new || new == "all");
        }
    }
    assert!((control / all - 0.25_f64).abs() < 0.01);
    assert!((moved / all - 0.15_f64).abs() < 0.01);
}

#[test]
fn only_what_runs_assigns() {
    let exposed = |status: Status, now: i64| {
        let mut definitions = definitions();
        definitions.experiments[2].status = status;
        definitions.experiments[2].start = Some(100);
        definitions.experiments[2].end = Some(200);
        let visitor = Visitor {
            user: Some("user-1"),
            session: None,
        };
        let assignment = assign(&definitions, "cart", visitor, now);
        assignment.applied.first().map(|applied| applied.exposed)
    };
    assert_eq!(exposed(Status::Running, 150), Some(true));
    assert_eq!(exposed(Status::Running, 99), None);
    assert_eq!(exposed(Status::Running, 200), None);
    for status in [
        Status::Draft,
        Status::Creating,
        Status::Paused,
        Status::Stopped,
    ] {
        assert_eq!(exposed(status, 150), None);
    }
    let decided = Status::Decided {
        winner: "in-stock".to_owned(),
    };
    assert_eq!(exposed(decided, 1_000), Some(false));
}

#[test]
fn the_winner_is_for_everybody_in_range_but_the_hold_out() {
    let mut definitions = definitions();
    definitions.experiments[2].status = Status::Decided {
        winner: "in-stock".to_owned(),
    };
    definitions.experiments[2].ramp = 10;
    let mut held_out = 0;
    for id in ids() {
        let assignment = visit(&definitions, "cart", &id);
        let changed = assignment.change().filter;
        held_out += u32::from(assignment.held_out);
        assert_eq!(
            changed.as_deref(),
            (!assignment.held_out).then_some("in-stock")
        );
    }
    // Five per cent, and the same units whoever asks: the salt is all it takes.
    assert!((1_850..2_150).contains(&held_out), "{held_out}");
    let hold_out = definitions.hold_out.as_ref().unwrap();
    for id in ids().take(1_000) {
        assert_eq!(
            hold_out.holds(&id),
            visit(&definitions, "cart", &id).held_out
        );
    }
}

#[test]
fn a_visitor_without_the_id_is_left_alone() {
    let mut definitions = definitions();
    definitions.hold_out = None;
    let anonymous = Visitor {
        user: None,
        session: Some("s-1"),
    };
    let placed = |placement| assign(&definitions, placement, anonymous, 0).applied.len();
    assert_eq!(placed("cart"), 0);
    assert_eq!(placed("nowhere"), 0);
    let sessions: usize = (0..100)
        .map(|session| {
            let session = format!("s-{session}");
            let visitor = Visitor {
                user: None,
                session: Some(&session),
            };
            assign(&definitions, "home", visitor, 0).applied.len()
        })
        .sum();
    assert!((30..70).contains(&sessions), "{sessions}");
}

#[test]
fn the_earlier_layers_change_stays_and_blends_are_left_to_the_caller() {
    let mut definitions = definitions();
    definitions.hold_out = None;
    definitions.experiments[2].arms[1].change.strategy = Some("similar".to_owned());
    definitions.experiments[2].arms[0].weight = 0;
    definitions.experiments[1].arms[1].weight = 1;
    let id = ids()
        .find(|id| arm(&visit(&definitions, "home", id), "home-popular") == Some("popular"))
        .unwrap();
    let change = visit(&definitions, "home", &id).change();
    assert_eq!(change.strategy.as_deref(), Some("popular"));
    assert_eq!(change.filter.as_deref(), Some("in-stock"));

    definitions.experiments[1].method = experiment::definition::Method::Interleaving;
    let assignment = visit(&definitions, "home", &id);
    let (Applied { unit, .. }, arms) = assignment.interleaved().unwrap();
    assert_eq!((*unit, arms.len()), (id.as_str(), 3));
    assert_eq!(assignment.change().strategy.as_deref(), Some("similar"));
}
